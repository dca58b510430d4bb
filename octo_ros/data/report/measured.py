# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""All figures of a report, each computed once: checks, tables and plots read the same ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from octo_ros.data.report.measures.actions import ActionField, action_fields
from octo_ros.data.report.measures.idle import Idle, idle_in_all, idle_of
from octo_ros.data.report.measures.instructions import InstructionUse, instruction_uses
from octo_ros.data.report.measures.lag_scan import LagScan, lag_scan
from octo_ros.data.report.measures.path_errors import PathErrors, path_errors
from octo_ros.data.report.measures.pictures import CameraPictures, camera_pictures
from octo_ros.data.report.measures.skews import SourceSkew, source_skews

if TYPE_CHECKING:
    from octo_ros.data.report.facts import ConversionFacts


@dataclass(frozen=True)
class Measured:
    """A conversion and its figures.

    Attributes:
        facts: What the conversion knows.
        actions: Spread of each number of the actions.
        idle: Stillness of each episode, as many as `facts.episodes`.
        idle_in_all: Their sum.
        lag: Correlation of action and motion over all episodes; None where nothing can be said:
            joint actions, too few steps or too little motion.
        path: How well integrated actions follow the recorded paths; None for joint actions.
        instructions: What was asked.
        pictures: Repeated pictures per camera.
        skews: Distance from the observations' times per source.
        dropped_ticks: Reason to ticks without an observation, the most frequent first.
    """

    facts: ConversionFacts
    actions: tuple[ActionField, ...]
    idle: tuple[Idle, ...]
    idle_in_all: Idle
    lag: LagScan | None
    path: PathErrors | None
    instructions: tuple[InstructionUse, ...]
    pictures: tuple[CameraPictures, ...]
    skews: tuple[SourceSkew, ...]
    dropped_ticks: Mapping[str, int]


def measure(facts: ConversionFacts) -> Measured:
    """Compute every figure."""
    idle = tuple(idle_of(episode, facts.hz) for episode in facts.episodes)
    parts = [part for episode in facts.episodes for part in episode.parts]
    dropped: Counter[str] = Counter()
    for episode in facts.episodes:
        dropped.update(episode.report.dropped_ticks)
    return Measured(
        facts=facts,
        actions=action_fields(facts),
        idle=idle,
        idle_in_all=idle_in_all(idle),
        lag=lag_scan(parts) if facts.moves_tcp else None,
        path=path_errors(facts),
        instructions=instruction_uses(facts),
        pictures=camera_pictures(facts),
        skews=source_skews(facts),
        dropped_ticks=dict(dropped.most_common()),
    )
