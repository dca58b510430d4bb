# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Do the actions lead along the recorded path?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.data.labels.displacements import pose_of
from octo_ros.geometry import rotation_vector_from_matrix

if TYPE_CHECKING:
    from numpy.typing import NDArray


def integration_error(
    proprio: NDArray[np.floating], actions: NDArray[np.floating]
) -> tuple[float, float]:
    """How far the path that the actions describe strays from the recorded one.

    Args:
        proprio: Shape (n, 7).
        actions: Of the end effector, shape (n, 7) or (n - 1, 7).

    Returns:
        Largest distance [m] and largest angle [rad] between integrated and recorded pose.
    """
    pose = pose_of(proprio[0])
    distance = angle = 0.0
    for row, action in zip(proprio[1:], actions, strict=False):
        recorded, pose = pose_of(row), pose.displaced(action[:3], action[3:6])
        distance = max(distance, float(np.linalg.norm(pose.position - recorded.position)))
        turn = rotation_vector_from_matrix(pose.rotation @ recorded.rotation.T)
        angle = max(angle, float(np.linalg.norm(turn)))
    return distance, angle
