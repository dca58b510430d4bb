# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A dataset in figures, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from octo_ros.data.inspection.agreement import (
    STATISTICS,
    contract_problems,
    normalised_gripper,
    read_contract,
    statistics_problems,
)
from octo_ros.data.inspection.flags import FLAGS
from octo_ros.data.inspection.problems import Problem
from octo_ros.data.inspection.scan import DatasetScan
from octo_ros.data.inspection.vectors import ACTION, POSE, VectorSummary
from octo_ros.data.rlds.dataset import RldsDataset
from octo_ros.errors import DatasetError

if TYPE_CHECKING:
    from pathlib import Path

    from octo_ros.data.rlds.schema import Feature, Schema
    from octo_ros.embodiment import Embodiment

STILL = 1e-6  # standard deviation below which a dimension does not move
MANY = 10  # episodes from which on 5 % of them are at least one


@dataclass(frozen=True)
class SplitSummary:
    """One split.

    Attributes:
        name: Its name.
        shards: Files.
        episodes: Episodes that could be read.
        expected: Episodes that it should have.
        steps: Their steps.
        num_bytes: Of their records.
        shortest: Steps of the shortest episode; 0 without episodes.
        median: Median of their steps.
        longest: Steps of the longest.
    """

    name: str
    shards: int
    episodes: int
    expected: int
    steps: int
    num_bytes: int
    shortest: int
    median: float
    longest: int


@dataclass(frozen=True)
class Outcomes:
    """How episodes went, each counted once."""

    success: int
    failure: int
    unknown: int


@dataclass(frozen=True)
class DatasetDescription:
    """Everything that `inspect_rlds` tells.

    Attributes:
        directory: Where it lies.
        name: Its name.
        version: Its version.
        splits: One per split.
        features: Everything that it declares, steps first.
        vectors: Actions and states, each episode once.
        gripper: Index of the gripper in an action; None if it has none that is known.
        gripper_open: Share of steps with the gripper commanded open (above 0.5).
        instructions: Words to number of episodes, most frequent first.
        outcomes: How episodes went.
        rate: Steps per second as episodes say, else the contract; None if neither does.
        contract: Name of that robot.
        statistics: Its statistics lie beside it and were compared.
        notes: What its user should know.
        problems: What is wrong with it.
    """

    directory: str
    name: str
    version: str
    splits: tuple[SplitSummary, ...]
    features: tuple[Feature, ...]
    vectors: tuple[VectorSummary, ...]
    gripper: int | None
    gripper_open: float | None
    instructions: Mapping[str, int]
    outcomes: Outcomes
    rate: float | None
    contract: str | None
    statistics: bool
    notes: tuple[str, ...]
    problems: tuple[Problem, ...]

    @classmethod
    def of(
        cls,
        path: Path,
        *,
        every_picture: bool = False,
        progress: Callable[[int, int], None] = lambda done, total: None,
    ) -> DatasetDescription:
        """Read a whole dataset; damaged parts are told among the problems.

        Args:
            path: Directory of the dataset, or a parent of it.
            every_picture: Decode all pictures, rather than the first one of every episode.
            progress: Called with the episodes done and those there should be.

        Raises:
            DatasetError: There is no dataset, or its description cannot be read.
        """
        dataset = RldsDataset(path)
        total = sum(split.episodes for split in dataset.splits.values())
        scan = DatasetScan(
            dataset, every_picture=every_picture, progress=lambda done: progress(done, total)
        )
        contract, invalid = read_contract(dataset.directory)
        if contract is not None:
            for sentence in contract_problems(contract, dataset.schema, scan.rates):
                scan.problems.add('contract', sentence)
        gripper = None
        try:
            for sentence in statistics_problems(dataset.directory, scan):
                scan.problems.add('statistics', sentence)
            gripper = _gripper(dataset.directory, scan)
        except DatasetError as error:
            scan.problems.add('statistics', str(error))
        if not any(key.startswith(ACTION) for key in dataset.schema.steps):
            scan.problems.add('action', 'There is no action: nothing can be learned from this.')
        actions = scan.vectors.rows(ACTION)
        summaries = scan.vectors.summaries(contract, scan.action_source)
        return cls(
            directory=str(dataset.directory),
            name=dataset.name,
            version=dataset.version,
            splits=tuple(_split(dataset, scan, name) for name in dataset.splits),
            features=(*dataset.schema.steps.values(), *dataset.schema.episode.values()),
            vectors=summaries,
            gripper=gripper,
            gripper_open=(
                None if gripper is None else round(float((actions[:, gripper] > 0.5).mean()), 4)
            ),
            instructions=dict(scan.instructions.most_common()),
            outcomes=Outcomes(scan.success[True], scan.success[False], scan.success[None]),
            rate=_rate(scan, contract),
            contract=None if contract is None else contract.name,
            statistics=(dataset.directory / STATISTICS).is_file(),
            notes=tuple(_notes(dataset, scan, summaries, invalid)),
            problems=scan.problems.found,
        )

    def to_dict(self) -> dict[str, Any]:
        """For JSON; numbers are finite."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        features = [{**asdict(each), 'kind': each.kind.value} for each in self.features]
        return {
            **values,
            'splits': [asdict(each) for each in self.splits],
            'features': features,
            'vectors': [each.to_dict() for each in self.vectors],
            'instructions': dict(self.instructions),
            'outcomes': asdict(self.outcomes),
            'notes': list(self.notes),
            'problems': [asdict(each) for each in self.problems],
        }


def _split(dataset: RldsDataset, scan: DatasetScan, name: str) -> SplitSummary:
    split, read = dataset.splits[name], scan.splits[name]
    lengths = read.lengths or [0]
    return SplitSummary(
        name=name,
        shards=len(split.shards),
        episodes=len(read.lengths),
        expected=split.episodes,
        steps=sum(read.lengths),
        num_bytes=read.num_bytes,
        shortest=min(lengths),
        median=float(np.median(lengths)),
        longest=max(lengths),
    )


def _rate(scan: DatasetScan, contract: Embodiment | None) -> float | None:
    if scan.rates:
        return round(scan.rates.most_common(1)[0][0], 6)
    return None if contract is None else round(1 / contract.action_dt, 6)


def _gripper(directory: Path, scan: DatasetScan) -> int | None:
    """By the statistics, else the seventh number if it always lies in 0 .. 1."""
    actions = scan.vectors.rows(ACTION)
    if not actions.size:
        return None
    left = normalised_gripper(directory, actions.shape[1])
    if left is not None:
        return left
    last = len(POSE) - 1
    if (
        actions.shape[1] != len(POSE)
        or not ((actions[:, last] >= 0) & (actions[:, last] <= 1)).all()
    ):
        return None
    return last


def _notes(
    dataset: RldsDataset,
    scan: DatasetScan,
    summaries: tuple[VectorSummary, ...],
    invalid: str,
) -> list[str]:
    notes = [invalid] if invalid else []
    episodes = sum(split.episodes for split in dataset.splits.values())
    if 'val' not in dataset.splits:
        what = (
            'and fails, because that is no episode'
            if episodes <= MANY
            else 'for it, whatever other splits there are'
        )
        notes.append(f"There is no split val: Octo's loader takes the last 5 % of train {what}.")
    notes += _repeated(scan)
    notes += _missing(dataset.schema, scan)
    for summary in summaries:
        still = np.flatnonzero(summary.statistics.std < STILL).tolist()
        if still and summary.key.startswith((ACTION, 'observation/')):
            names = ', '.join(summary.names[i] for i in still)
            notes.append(f'{summary.key} never changes in {names}.')
    for key, count in scan.padding.items():
        notes.append(
            f'{key} is empty {count} times where it was looked at, which Octo takes for padding.'
        )
    return notes


def _repeated(scan: DatasetScan) -> list[str]:
    if not scan.repeated:
        return []
    first, again = scan.repeated[0]
    more = f' (and {len(scan.repeated) - 1} more such)' if len(scan.repeated) > 1 else ''
    if len(scan.contents) == 1:
        return ['The only episode is in several splits: figures of validation will mean nothing.']
    return [f'{again} holds the same as {first}{more}.']


def _missing(schema: Schema, scan: DatasetScan) -> list[str]:
    notes = []
    absent = [key for key in FLAGS if key not in schema.steps]
    if absent:
        notes.append(f'RLDS has {", ".join(absent)} in every step; here they are missing.')
    if schema.instruction is None:
        notes.append('There is no language_instruction: only goal images can be learned from.')
    elif scan.instructions['']:
        notes.append(
            f'Episodes with an empty instruction, which Octo takes for none: '
            f'{scan.instructions[""]}.'
        )
    return notes
