# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Statistics of a dataset over the numbers that its files hold."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.data.rlds.stored import stored_episodes
from octo_ros.policy.statistics import FIELDS, DatasetStatistics, FieldStatistics

if TYPE_CHECKING:
    from numpy.typing import NDArray


def dataset_statistics(shards: Iterable[Path], normalised: Sequence[bool]) -> DatasetStatistics:
    """Exact statistics over every step, each episode once, whatever split holds it.

    Args:
        shards: All files of the dataset.
        normalised: Octo's action_normalization_mask, shape (A,).

    Raises:
        DatasetError: A file is damaged.
    """
    rows = {int(e.metadata['episode_id']): (e.actions, e.proprio) for e in stored_episodes(shards)}
    actions = np.concatenate([rows[key][0] for key in sorted(rows)])
    proprio = np.concatenate([rows[key][1] for key in sorted(rows)])
    return DatasetStatistics(
        action=_statistics(actions, normalised),
        proprio=_statistics(proprio, (True,) * proprio.shape[1]),
        num_transitions=len(actions),
        num_trajectories=len(rows),
    )


def _statistics(rows: NDArray[np.float32], mask: Sequence[bool]) -> FieldStatistics:
    """One column after the other: only that one is held in double precision."""
    columns = [FieldStatistics.of(rows[:, [i]]) for i in range(rows.shape[1])]
    values = {name: np.concatenate([getattr(c, name) for c in columns]) for name in FIELDS}
    return FieldStatistics(**values, mask=np.array(mask, np.bool_))
