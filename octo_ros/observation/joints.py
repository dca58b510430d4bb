# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""sensor_msgs JointState → the embodiment's joints, by name for every message."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.errors import ObservationError
from octo_ros.types import JointState

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.embodiment import Gripper
    from octo_ros.observation.messages import JointStates


def decode_joints(
    message: JointStates, joints: Sequence[str], gripper: Gripper, stamp_ns: int
) -> JointState:
    """Pick arm and gripper out of a joint state message.

    Args:
        message: sensor_msgs JointState of rclpy or rosbags; any order, more joints than needed,
            and an empty `velocity` are fine.
        joints: Names of the arm joints in the wanted order; empty where the arm's pose comes from
            elsewhere.
        gripper: The gripper's joint.
        stamp_ns: Measurement time [ns].

    Returns:
        Positions and velocities [rad, rad/s] in the order of `joints`; velocities are 0 if the
        message leaves them out or holds no finite number.

    Raises:
        ObservationError: A joint is missing or its position is not finite.
    """
    wanted = (*joints, gripper.joint)
    order = _order(tuple(message.name), wanted)
    if order is None or len(message.position) != len(message.name):
        missing = [name for name in wanted if name not in message.name]
        reason = f'a joint state lacks {", ".join(missing) or "positions"}'
        msg = (
            f'A{reason[1:]}; it holds {len(message.position)} positions for '
            f'{", ".join(message.name) or "no names"}. Arm and gripper must come in one message.'
        )
        raise ObservationError(msg, reason)
    positions = np.asarray(message.position, dtype=np.float64)[order]
    if not np.isfinite(positions).all():
        values = dict(zip(wanted, positions.tolist(), strict=True))
        msg = f'A joint state holds positions that are not finite: {values}.'
        raise ObservationError(msg, 'a joint state holds positions that are not finite')
    velocities = np.zeros(len(joints))
    if len(message.velocity) == len(message.name):
        velocities = np.asarray(message.velocity, dtype=np.float64)[order[:-1]]
        velocities[~np.isfinite(velocities)] = 0.0
    return JointState(stamp_ns, positions[:-1], velocities, gripper.opening(float(positions[-1])))


@lru_cache(maxsize=64)
def _order(names: tuple[str, ...], wanted: tuple[str, ...]) -> NDArray[np.intp] | None:
    """Where the wanted joints are; None if one is missing. Drivers rarely change their order."""
    index = {name: i for i, name in enumerate(names)}
    if not all(name in index for name in wanted):
        return None
    return np.array([index[name] for name in wanted], dtype=np.intp)
