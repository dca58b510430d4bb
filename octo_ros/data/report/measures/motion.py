# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How the TCP moved, as its recorded poses and as the actions tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.data.labels.displacements import achieved

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.data.report.facts import PartFacts
    from octo_ros.geometry import Array


def achieved_motion(proprio: NDArray[np.float32]) -> Array:
    """What was moved from each observation to the next.

    Args:
        proprio: Shape (n, 7): xyz [m], extrinsic rpy [rad], gripper; n at least 1.

    Returns:
        Shape (n - 1, 7): the displacements, and the change of the gripper.
    """
    gripper = np.diff(proprio[:, 6].astype(np.float64))
    return np.column_stack([achieved(proprio)[:-1], gripper])


def integrated_positions(part: PartFacts) -> Array:
    """Where the actions lead from the first recorded position, shape (T, 3), m.

    Translations are along the axes of the base frame, so they add up whatever the rotations.
    """
    way = np.cumsum(part.actions[:-1, :3].astype(np.float64), axis=0)
    start = part.proprio[0, :3].astype(np.float64)
    return np.concatenate([start[None], start + way])
