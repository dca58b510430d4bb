# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Bags → an RLDS dataset with its embodiment, its statistics and a report."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import yaml
from pydantic import TypeAdapter

from octo_ros.data.bags.bag import Bag
from octo_ros.data.conversion.convert_episode import EpisodeResult, check_bag, convert_episode
from octo_ros.data.episodes.episode import Episode
from octo_ros.data.episodes.plan import EpisodePlan, plan_episodes
from octo_ros.data.report.conversion_report import ConversionReport
from octo_ros.data.report.episode_report import EpisodeReport, SkippedEpisode
from octo_ros.data.rlds.writer import RldsWriter
from octo_ros.embodiment import Embodiment
from octo_ros.errors import DatasetError
from octo_ros.policy.statistics import DatasetStatistics, FieldStatistics
from octo_ros.robots.kinematics import Kinematics

if TYPE_CHECKING:
    from octo_ros.data.conversion.request import ConversionRequest

T = TypeVar('T')

GRIPPER_NOT_NORMALISED = (True,) * 6 + (False,)
ONE_EPISODE = (
    'There is only one episode, so it is both the training and the validation split; '
    'validation figures will mean nothing.'
)


@dataclass(frozen=True)
class Progress:
    """How far a conversion has come: episodes done, episodes in all, steps written."""

    done: int
    total: int
    steps: int


def convert(
    request: ConversionRequest, progress: Callable[[Progress], None] = lambda _: None
) -> ConversionReport:
    """Convert bags to one dataset.

    All bags are checked before anything is written, and the dataset appears only when it is
    complete.

    Args:
        request: What and how.
        progress: Called after every episode.

    Returns:
        The report, also stored as `conversion_report.json` in the dataset.

    Raises:
        BagError: A bag is unreadable or lacks something.
        DatasetError: The dataset exists, or no episode gave any step.
        KinematicsError: The robot's model cannot be used.
    """
    plan = {path: _plan(path, request) for path in request.bags}
    cameras = {key: (c.height, c.width) for key, c in request.embodiment.cameras.items()}
    with RldsWriter(request.output, request.name, cameras) as writer:
        conversion = _Conversion(request, plan, progress)
        for result, splits in assign_splits(conversion.results(), request.val_fraction):
            for record in result.records:
                writer.write(record, splits)
            conversion.wrote(result, splits)
        report = conversion.report(writer.target)
        conversion.statistics().write(writer.directory / 'dataset_statistics.json')
        _write_contract(request.contract, writer.directory)
        (writer.directory / 'conversion_report.json').write_text(report.to_json())
    return report


def assign_splits(
    episodes: Iterable[T], val_fraction: float
) -> Iterator[tuple[T, tuple[str, ...]]]:
    """Spread episodes over `train` and `val`, evenly and without knowing how many will come.

    The first goes to `train`, the second to `val`, later every 1/val_fraction-th to `val`; a
    single one goes to both, because Octo's loader fails on an empty validation split.

    Args:
        episodes: Any.
        val_fraction: In (0, 0.5].
    """
    stream = iter(episodes)
    head = list(islice(stream, 2))
    if len(head) == 1:
        yield head[0], ('train', 'val')
        return

    def val_before(index: int) -> int:
        return math.floor(val_fraction * (index - 2) + 1 + 1e-9)

    for index, episode in enumerate(chain(head, stream)):
        yield episode, ('val' if val_before(index + 1) > val_before(index) else 'train',)


def _plan(path: Path, request: ConversionRequest) -> EpisodePlan:
    with Bag(path) as bag:
        check_bag(bag, request)
        return plan_episodes(bag, request.topics, request.instruction)


def _write_contract(embodiment: Embodiment, directory: Path) -> None:
    values = TypeAdapter(Embodiment).dump_python(embodiment, mode='json')
    text = yaml.safe_dump(values, sort_keys=False, default_flow_style=None)
    (directory / f'{embodiment.name}.yaml').write_text(text)


class _Conversion:
    """The state of a running conversion: what was read, written and skipped."""

    def __init__(
        self,
        request: ConversionRequest,
        plan: dict[Path, EpisodePlan],
        progress: Callable[[Progress], None],
    ) -> None:
        self._request = request
        self._plan = plan
        self._progress = progress
        self._tcp_pose = None
        if request.topics.pose is None:
            self._tcp_pose = Kinematics.for_embodiment(request.embodiment).tcp_pose
        self._written: list[EpisodeReport] = []
        self._skipped: list[SkippedEpisode] = []
        self._records: Counter[str] = Counter()
        self._actions: list[np.ndarray] = []
        self._proprio: list[np.ndarray] = []

    def results(self) -> Iterator[EpisodeResult]:
        """Convert one episode after the other; skipped ones are noted and not handed out."""
        total, done, steps = sum(len(p.episodes) for p in self._plan.values()), 0, 0
        for path, plan in self._plan.items():
            with Bag(path) as bag:
                for episode in plan.episodes:
                    result = self._convert(bag, episode)
                    done, steps = done + 1, steps + sum(r.steps for r in result.records)
                    self._progress(Progress(done, total, steps))
                    if isinstance(result.report, SkippedEpisode):
                        self._skipped.append(result.report)
                    else:
                        yield result

    def _convert(self, bag: Bag, episode: Episode) -> EpisodeResult:
        if episode.discarded:
            skipped = SkippedEpisode(str(bag.path), episode.episode_id, 'discarded when recorded')
            return EpisodeResult((), skipped)
        return convert_episode(bag, episode, self._request, self._tcp_pose)

    def wrote(self, result: EpisodeResult, splits: tuple[str, ...]) -> None:
        """Note what was written."""
        assert isinstance(result.report, EpisodeReport)  # results() hands out nothing else
        self._written.append(replace(result.report, splits=splits))
        for record in result.records:
            self._records.update(splits)
            self._actions.append(record.actions)
            self._proprio.append(record.proprio)

    def report(self, target: Path) -> ConversionReport:
        """The report.

        Raises:
            DatasetError: Nothing was written.
        """
        if not self._written:
            reasons = '; '.join(f'{s.bag} {s.episode}: {s.reason}' for s in self._skipped)
            msg = f'No episode could be converted. {reasons}'
            raise DatasetError(msg)
        return ConversionReport(
            dataset=str(target),
            embodiment=self._request.embodiment.name,
            hz=self._request.rate,
            action_source=self._request.action_source,
            split_episodes=dict(self._records),
            episodes=tuple(self._written),
            skipped=tuple(self._skipped),
            warnings=self._warnings(),
        )

    def _warnings(self) -> tuple[str, ...]:
        remarks = [
            f'{path}: {remark}' for path, plan in self._plan.items() for remark in plan.remarks
        ]
        return (*((ONE_EPISODE,) if len(self._written) == 1 else ()), *remarks)

    def statistics(self) -> DatasetStatistics:
        """Over every step of the dataset, each episode once."""
        actions = np.concatenate(self._actions)
        return DatasetStatistics(
            action=FieldStatistics.of(actions, GRIPPER_NOT_NORMALISED),
            proprio=FieldStatistics.of(np.concatenate(self._proprio)),
            num_transitions=len(actions),
            num_trajectories=len(self._actions),
        )
