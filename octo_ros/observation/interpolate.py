# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""States between two samples: linear for numbers, along the shortest rotation for poses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from octo_ros.geometry import Pose, slerp
from octo_ros.types import JointState

if TYPE_CHECKING:
    from octo_ros.geometry import Array
    from octo_ros.observation.track import Bracket


def interpolate_joints(bracket: Bracket[JointState], time_ns: int) -> JointState:
    """The joint state at `time_ns`, linear between the two samples of the bracket."""
    a, b, f = bracket.before.value, bracket.after.value, bracket.fraction
    return JointState(
        stamp_ns=time_ns,
        positions=(1 - f) * a.positions + f * b.positions,
        velocities=(1 - f) * a.velocities + f * b.velocities,
        gripper=(1 - f) * a.gripper + f * b.gripper,
    )


def interpolate_pose(bracket: Bracket[Pose]) -> Pose:
    """The pose at the bracket's time: position linear, rotation by slerp."""
    a, b, f = bracket.before.value, bracket.after.value, bracket.fraction
    return Pose((1 - f) * a.position + f * b.position, slerp(a.rotation, b.rotation, f))


def interpolate_vector(bracket: Bracket[Array]) -> Array:
    """The numbers at the bracket's time, each linear between the two samples."""
    a, b, f = bracket.before.value, bracket.after.value, bracket.fraction
    return (1 - f) * a + f * b
