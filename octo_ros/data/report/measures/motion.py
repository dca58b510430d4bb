# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How the TCP moved, as its recorded poses and as the actions tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.geometry import matrix_from_rpy

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.data.report.facts import PartFacts
    from octo_ros.geometry import Array


def achieved_motion(proprio: NDArray[np.float32]) -> Array:
    """What was moved from each observation to the next.

    Args:
        proprio: Shape (n, 7): xyz [m], extrinsic rpy [rad], gripper.

    Returns:
        Shape (n - 1, 7): translation [m], rotation R1·R0ᵀ as extrinsic x-y-z angles [rad], both in
        base axes as in an action, and the change of the gripper.
    """
    values = proprio.astype(np.float64)
    change = np.diff(values, axis=0)
    # Angles in rows, so that one call makes every matrix, shape (3, 3, n).
    rotation = np.moveaxis(matrix_from_rpy(values[:, 3:6].T), -1, 0)
    turn = rotation[1:] @ rotation[:-1].transpose(0, 2, 1)
    change[:, 3] = np.arctan2(turn[:, 2, 1], turn[:, 2, 2])
    change[:, 4] = np.arcsin(np.clip(-turn[:, 2, 0], -1.0, 1.0))
    change[:, 5] = np.arctan2(turn[:, 1, 0], turn[:, 0, 0])
    return change


def integrated_positions(part: PartFacts) -> Array:
    """Where the actions lead from the first recorded position, shape (T, 3), m.

    Translations are along the axes of the base frame, so they add up whatever the rotations.
    """
    way = np.cumsum(part.actions[:-1, :3].astype(np.float64), axis=0)
    start = part.proprio[0, :3].astype(np.float64)
    return np.concatenate([start[None], start + way])
