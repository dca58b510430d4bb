# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""From what a network predicts to robot units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.embodiment import ACTION_NAMES
from octo_ros.errors import PolicyError
from octo_ros.policy.statistics import DatasetStatistics, FieldStatistics, Normalization

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.geometry import Array
    from octo_ros.model.checkpoint import CheckpointDirectory

_GRIPPER = ACTION_NAMES.index('gripper')


@dataclass(frozen=True)
class ActionScale:
    """How the network's actions become robot units: statistics, and how training used them."""

    statistics: FieldStatistics
    normalization: Normalization

    @classmethod
    def of(cls, checkpoint: CheckpointDirectory, dataset_name: str = '') -> ActionScale:
        """The scale of a checkpoint.

        Args:
            checkpoint: The checkpoint.
            dataset_name: Dataset whose statistics the robot's actions follow; may be empty if
                there is only one.

        Raises:
            UnknownNameError: The statistics hold several datasets and none, or another, is named.
            DatasetError: The statistics are missing or damaged.
            PolicyError: The training normalised in an unknown way.
        """
        statistics = DatasetStatistics.read(
            checkpoint.path / 'dataset_statistics.json', dataset_name
        )
        return cls(statistics.action, _normalization(checkpoint))

    def robot_units(self, normalized: NDArray[np.floating]) -> Array:
        """Predicted actions, shape (action_horizon, action_dim), in m, rad and opening 0..1.

        Raises:
            PolicyError: A number is not finite.
        """
        actions = self.statistics.unnormalize(normalized.astype(np.float64), self.normalization)
        if not np.isfinite(actions).all():
            msg = 'The network predicted an action that is not finite; is its checkpoint damaged?'
            raise PolicyError(msg)
        actions[:, _GRIPPER] = actions[:, _GRIPPER].clip(0.0, 1.0)
        return actions


def _normalization(checkpoint: CheckpointDirectory) -> Normalization:
    """What the training configuration says; where it is silent, the original's own default."""
    dataset = checkpoint.training.get('dataset_kwargs') or {}
    given = dataset.get('action_proprio_normalization_type', Normalization.NORMAL.value)
    try:
        return Normalization(given)
    except ValueError:
        known = ', '.join(how.value for how in Normalization)
        msg = f'{checkpoint.path}/config.json normalises actions by {given!r}; known: {known}.'
        raise PolicyError(msg) from None
