# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One way to speak of any of the grippers: which way it reaches and which way it opens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.geometry import matrix_from_rpy, readonly

if TYPE_CHECKING:
    from octo_ros.geometry import Array
    from octo_ros.robots.model import RobotModel


@dataclass(frozen=True)
class GripperFrame:
    """The gripper's own axes in the TCP, the same for every arm: x opening, y across, z approach.

    Attributes:
        rotation: Shape (3, 3); its columns are these axes seen from the TCP frame.
        reach: How far the fingertips stand out beyond the TCP [m].
    """

    rotation: Array
    reach: float

    def __post_init__(self) -> None:
        object.__setattr__(self, 'rotation', readonly(self.rotation, (3, 3)))

    @classmethod
    def of(cls, model: RobotModel) -> GripperFrame:
        """Read it off the model: the approach axis and the fingers' direction of opening."""
        tcp = matrix_from_rpy(model.tcp_rpy)
        approach = np.asarray(model.approach_axis)
        opening = tcp.T @ np.asarray(model.fingers[0].axis)
        rotation = np.column_stack([opening, np.cross(approach, opening), approach])
        tips = [
            np.asarray(finger.xyz)
            + np.asarray(shape.xyz)
            + matrix_from_rpy(shape.rpy) @ (0.5 * np.array(shape.size) * corner)
            - np.asarray(model.tcp_xyz)
            for finger in model.fingers
            for shape in finger.shapes
            for corner in np.stack(np.meshgrid(*3 * [[-1, 1]]), axis=-1).reshape(-1, 3)
        ]
        return cls(rotation, float(np.max(tips @ (tcp @ approach))))

    def pointing_down(self, yaw: float) -> Array:
        """Rotation of the TCP, shape (3, 3), that points down and opens along `yaw` [rad]."""
        c, s = np.cos(yaw), np.sin(yaw)
        down = np.array([[c, s, 0.0], [s, -c, 0.0], [0.0, 0.0, -1.0]])
        return down @ self.rotation.T

    def yaw(self, tcp_rotation: Array) -> float:
        """Direction in which the fingers open, about the base's z axis [rad]."""
        x, y, _ = tcp_rotation @ self.rotation[:, 0]
        return float(np.arctan2(y, x))
