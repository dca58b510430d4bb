# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The figures of a demo: the report shows them, `summary.json` holds them for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.demo.story import Counters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from octo_ros.data.report.report import Report
    from octo_ros.demo.attempt import Attempt
    from octo_ros.demo.story import EpisodeStory, Story

LATE_SHARE = 0.01  # of the control ticks; above it the machine was too busy to trust the motion


@dataclass(frozen=True)
class InstructionSummary:
    """One instruction.

    Attributes:
        instruction: What was asked.
        seed: Scene.
        verdict: done, failed or not judged.
        message: How the policy node ended it.
        seconds: From acceptance to the end.
        commands: Commands that the safety filter decided on.
        path_m: Way of the TCP [m].
        codes: Name of a safety code to the number of commands decided with it.
    """

    instruction: str
    seed: int
    verdict: str
    message: str
    seconds: float
    commands: int
    path_m: float
    codes: Mapping[str, int]


@dataclass(frozen=True)
class DatasetSummary:
    """The RLDS dataset made of the recording.

    Attributes:
        directory: Where it lies, including its version.
        hz: Steps per second.
        action_source: How the actions were made.
        split_episodes: Split to the number of its episodes.
        steps: Steps in all.
        dropped_ticks: Ticks without an observation.
        skipped_episodes: Episodes that could not be converted.
        path_error_mm: Largest distance between integrated actions and recorded path [mm].
        path_error_deg: Largest angle between them [deg].
        warnings: What a person should know.
    """

    directory: str
    hz: float
    action_source: str
    split_episodes: Mapping[str, int]
    steps: int
    dropped_ticks: int
    skipped_episodes: int
    path_error_mm: float
    path_error_deg: float
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class DemoSummary:
    """A whole demo.

    Attributes:
        robot: Name of the robot.
        title: Its name for people.
        driver: Who drove, in words.
        recorded: When, ISO 8601, UTC.
        seconds: Length of the recording.
        instructions: One per instruction.
        counters: Counts of the whole run.
        latency_ms: Median and 95th percentile from image to decision [ms].
        dataset: The dataset.
        notes: What a person should know about this run.
    """

    robot: str
    title: str
    driver: str
    recorded: str
    seconds: float
    instructions: tuple[InstructionSummary, ...]
    counters: Counters
    latency_ms: Mapping[str, float]
    dataset: DatasetSummary
    notes: tuple[str, ...]

    @property
    def failed(self) -> tuple[InstructionSummary, ...]:
        """What was asked but, by the judge's word, not done."""
        return tuple(item for item in self.instructions if item.verdict == 'failed')

    def to_json(self) -> str:
        """The figures as JSON text."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False, allow_nan=False) + '\n'


def summarise(story: Story, attempts: Sequence[Attempt], report: Report) -> DemoSummary:
    """Gather the figures.

    Args:
        story: What the bag holds.
        attempts: What was asked and judged, one per episode of the story.
        report: What became of the bag.
    """
    recorded = datetime.fromtimestamp(story.start_ns // 1_000_000_000, tz=timezone.utc)
    return DemoSummary(
        robot=story.embodiment.name,
        title=story.embodiment.title,
        driver=story.driver,
        recorded=recorded.isoformat(),
        seconds=round(story.duration, 1),
        instructions=tuple(map(_instruction, attempts, story.episodes)),
        counters=story.counters,
        latency_ms=_latency(story),
        dataset=_dataset(report),
        notes=tuple(_notes(story)),
    )


def _instruction(attempt: Attempt, episode: EpisodeStory) -> InstructionSummary:
    steps = np.linalg.norm(np.diff(episode.motion.tcp, axis=0), axis=1)
    return InstructionSummary(
        instruction=attempt.instruction,
        seed=attempt.seed,
        verdict=attempt.verdict,
        message=attempt.message,
        seconds=round(attempt.seconds, 2),
        commands=len(episode.commands.codes),
        path_m=round(float(steps.sum()), 3),
        codes=dict(Counter(episode.commands.codes).most_common()),
    )


def _latency(story: Story) -> dict[str, float]:
    values = np.concatenate([episode.commands.latencies for episode in story.episodes])
    if not values.size:
        return {}
    median, p95 = 1e3 * np.percentile(values, (50, 95))
    return {'median': round(float(median), 1), 'p95': round(float(p95), 1)}


def _dataset(report: Report) -> DatasetSummary:
    facts, episodes = report.facts, [episode.report for episode in report.facts.episodes]
    return DatasetSummary(
        directory=facts.dataset,
        hz=facts.hz,
        action_source=facts.action_source,
        split_episodes=facts.split_episodes,
        steps=facts.steps,
        dropped_ticks=sum(sum(episode.dropped_ticks.values()) for episode in episodes),
        skipped_episodes=len(facts.skipped),
        path_error_mm=max(episode.path_error_mm or 0.0 for episode in episodes),
        path_error_deg=max(episode.path_error_deg or 0.0 for episode in episodes),
        warnings=facts.warnings,
    )


def _notes(story: Story) -> list[str]:
    counters = story.counters
    ticks = story.duration * story.embodiment.timing.control_rate
    notes = []
    if counters.late_ticks > LATE_SHARE * ticks:
        notes.append(
            f'Late control ticks: {counters.late_ticks}. The machine was busy; motion is smoother '
            'when nothing else runs.'
        )
    if counters.refused:
        notes.append(
            f'Commands that the safety filter refused: {counters.refused}. The codes over time '
            'tell why.'
        )
    if counters.deadline_misses:
        notes.append(
            f'Ticks without a fresh action: {counters.deadline_misses}. The safety filter brings '
            'the arm to rest when that lasts.'
        )
    return notes
