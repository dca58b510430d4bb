# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A dataset against what lies beside it: its statistics and its robot's contract."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.data.inspection.vectors import ACTION, STATE
from octo_ros.embodiment import load_embodiment
from octo_ros.errors import ConfigError
from octo_ros.policy.statistics import FIELDS, DatasetStatistics, FieldStatistics

if TYPE_CHECKING:
    from pathlib import Path

    from octo_ros.data.inspection.scan import DatasetScan
    from octo_ros.data.rlds.schema import Schema
    from octo_ros.embodiment import Embodiment

STATISTICS = 'dataset_statistics.json'
# Others compute in float32: a mean of a million steps then differs in the fifth digit.
RELATIVE, ABSOLUTE = 1e-3, 1e-5


def read_contract(directory: Path) -> tuple[Embodiment | None, str]:
    """The robot's contract that lies in a dataset's directory, or why it cannot be read."""
    for path in sorted(directory.glob('*.yaml')):
        try:
            return load_embodiment(str(path)), ''
        except ConfigError as error:
            _, *faults = str(error).splitlines()
            what = f': {len(faults)} faults, the first {faults[0].strip()}' if faults else ''
            return None, f'{path.name} is no contract of a robot for this version{what}.'
    return None, ''


def statistics_problems(directory: Path, scan: DatasetScan) -> Iterator[str]:
    """What differs between a dataset and its own statistics, one sentence each.

    Raises:
        DatasetError: The file is damaged.
    """
    path = directory / STATISTICS
    if not path.is_file():
        return
    stored = DatasetStatistics.read(path)
    counts = (
        (stored.num_transitions, scan.unique_steps, 'steps'),
        (stored.num_trajectories, scan.unique_episodes, 'episodes'),
    )
    for said, found, what in counts:
        if said != found:
            yield f'{STATISTICS} counts {said} {what}; the dataset holds {found}.'
    for key, field in ((ACTION, stored.action), (STATE, stored.proprio)):
        rows = scan.vectors.rows(key)
        if field is None or not rows.size or not np.isfinite(rows).all():
            continue  # numbers that are no number are told of by themselves
        if field.dim != rows.shape[1]:
            yield f'{STATISTICS} has {field.dim} numbers for {key}; the dataset {rows.shape[1]}.'
            continue
        yield from _differences(key, field, FieldStatistics.of(rows))


def _differences(key: str, said: FieldStatistics, found: FieldStatistics) -> Iterator[str]:
    for name in FIELDS:
        old, new = getattr(said, name), getattr(found, name)
        far = np.isfinite(old) & ~np.isclose(old, new, RELATIVE, ABSOLUTE)
        if far.any():
            i = int(np.argmax(far))
            yield (
                f'{STATISTICS} says {name} {old[i]:.6g} for dimension {i} of {key}; '
                f'the dataset has {new[i]:.6g}.'
            )


def contract_problems(
    contract: Embodiment, schema: Schema, rates: Iterable[float]
) -> Iterator[str]:
    """What differs between a dataset and its robot's contract, one sentence each.

    Args:
        contract: The contract.
        schema: Features of the dataset.
        rates: Steps per second that its episodes name.
    """
    for rate in rates:
        if not np.isclose(rate, 1 / contract.action_dt, rtol=1e-3):
            yield (
                f'The contract says {1 / contract.action_dt:g} steps per second; '
                f'episodes say {rate:g}.'
            )
    shapes: dict[str, tuple[int, ...]] = {
        **{key: (c.height, c.width, 3) for key, c in contract.cameras.items()},
        **{key: (c.height, c.width, 1) for key, c in contract.depth_cameras.items()},
        **{key: (len(source.labels),) for key, source in contract.low_dim.items()},
    }
    for key, shape in shapes.items():
        feature = schema.steps.get(f'observation/{key}')
        if feature is None:
            yield f"The contract's {key} is not in the dataset."
        elif feature.shape != shape:
            yield f'The contract says {shape} for {key}; the dataset has {feature.shape}.'
    for key in schema.images:
        if key.removeprefix('observation/') not in shapes:
            yield f'{key} is in the dataset, but the contract {contract.name} has no such camera.'


def normalised_gripper(directory: Path, actions: int) -> int | None:
    """Index of the gripper in an action: the one that the statistics leave as it is.

    Args:
        directory: Of the dataset.
        actions: Numbers per action.

    Raises:
        DatasetError: The statistics are damaged.
    """
    path = directory / STATISTICS
    if not path.is_file():
        return None
    left = np.flatnonzero(~DatasetStatistics.read(path).action.mask)
    return int(left[0]) if len(left) == 1 and left[0] < actions else None
