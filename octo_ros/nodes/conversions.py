# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Messages ↔ types: pure functions, the only place that knows message fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from builtin_interfaces.msg import Time
from geometry_msgs.msg import Point, Quaternion, Vector3
from geometry_msgs.msg import Pose as PoseMsg

from octo_ros.errors import ObservationError
from octo_ros.geometry import Pose, matrix_from_quaternion
from octo_ros.observation.joints import decode_joints
from octo_ros.observation.stamps import message_stamp_ns
from octo_ros.types import Command, JointCommand
from octo_ros_msgs.msg import ActionChunk as ActionChunkMsg
from octo_ros_msgs.msg import EndEffectorDelta, JointTarget

if TYPE_CHECKING:
    from sensor_msgs.msg import JointState as JointStateMsg

    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array
    from octo_ros.types import ActionChunk, JointState

NANOSECONDS = 1_000_000_000


def nanoseconds(stamp: Time) -> int:
    """Message time → ns."""
    return int(stamp.sec) * NANOSECONDS + int(stamp.nanosec)


def time_message(stamp_ns: int) -> Time:
    """Ns → message time."""
    seconds, rest = divmod(int(stamp_ns), NANOSECONDS)
    return Time(sec=seconds, nanosec=rest)


def vector_message(values: Array) -> Vector3:
    """Shape (3,) → Vector3."""
    x, y, z = (float(v) for v in values)
    return Vector3(x=x, y=y, z=z)


def point_message(values: Array) -> Point:
    """Shape (3,) → Point."""
    x, y, z = (float(v) for v in values)
    return Point(x=x, y=y, z=z)


def array_from_vector(vector: Vector3 | Point) -> Array:
    """Vector3 or Point → shape (3,)."""
    return np.array([vector.x, vector.y, vector.z])


def pose_message(pose: Pose) -> PoseMsg:
    """Pose → message."""
    qx, qy, qz, qw = (float(v) for v in pose.quaternion)
    return PoseMsg(
        position=point_message(pose.position), orientation=Quaternion(x=qx, y=qy, z=qz, w=qw)
    )


def pose_from_message(message: PoseMsg) -> Pose:
    """Message → Pose."""
    q = message.orientation
    return Pose(array_from_vector(message.position), matrix_from_quaternion([q.x, q.y, q.z, q.w]))


def joint_state_from_message(
    message: JointStateMsg, embodiment: Embodiment, received_ns: int
) -> JointState:
    """Pick the embodiment's joints by name, as the converter does.

    Raises:
        ObservationError: A joint is missing, or a position is missing or not finite.
    """
    try:
        stamp_ns = message_stamp_ns(message, received_ns)
        return decode_joints(message, embodiment.joints, embodiment.gripper, stamp_ns)
    except ObservationError as error:
        msg = f'{embodiment.joint_states.topic}: {error}'
        raise ObservationError(msg) from None


def command_from_message(message: EndEffectorDelta) -> Command:
    """Message → Command, unchecked: the safety filter judges it."""
    return Command(
        stamp_ns=nanoseconds(message.header.stamp),
        seq=int(message.seq),
        frame_id=message.header.frame_id,
        translation=array_from_vector(message.translation),
        rotation=array_from_vector(message.rotation),
        gripper=float(message.gripper),
        duration=float(message.duration),
        observation_stamp_ns=nanoseconds(message.observation_stamp),
        chunk_id=int(message.chunk_id),
        chunk_index=int(message.chunk_index),
    )


def joint_target_problem(message: JointTarget) -> str:
    """What is wrong with the lengths of a joint target's arrays; empty if nothing."""
    names, positions = len(message.joint_names), len(message.positions)
    if names == positions:
        return ''
    return f'The joint target has {names} joint_names but {positions} positions: give one each.'


def joint_command_from_message(message: JointTarget) -> JointCommand:
    """Message → JointCommand, unchecked: the safety filter judges it.

    Names and positions that do not go together become a command for no joints, which the filter's
    check of the shape refuses and counts; `joint_target_problem` says what is wrong.
    """
    fits = not joint_target_problem(message)
    return JointCommand(
        stamp_ns=nanoseconds(message.header.stamp),
        seq=int(message.seq),
        joint_names=tuple(message.joint_names) if fits else (),
        positions=np.array(message.positions if fits else (), dtype=np.float64),
        gripper=float(message.gripper),
        duration=float(message.duration),
        observation_stamp_ns=nanoseconds(message.observation_stamp),
    )


def command_message(command: Command) -> EndEffectorDelta:
    """Command → message."""
    message = EndEffectorDelta(
        seq=command.seq,
        translation=vector_message(command.translation),
        rotation=vector_message(command.rotation),
        gripper=float(command.gripper),
        duration=float(command.duration),
        observation_stamp=time_message(command.observation_stamp_ns),
        chunk_id=command.chunk_id,
        chunk_index=command.chunk_index,
    )
    message.header.stamp = time_message(command.stamp_ns)
    message.header.frame_id = command.frame_id
    return message


def chunk_message(chunk: ActionChunk) -> ActionChunkMsg:
    """ActionChunk → message."""
    message = ActionChunkMsg(
        observation_stamp=time_message(chunk.observation_stamp_ns),
        chunk_id=chunk.chunk_id,
        names=list(chunk.spec.names),
        action_dt=float(chunk.spec.action_dt),
        action_horizon=chunk.spec.action_horizon,
        actions=[float(v) for v in chunk.actions.ravel()],
    )
    message.header.stamp = time_message(chunk.start_ns)
    message.header.frame_id = chunk.spec.frame_id
    return message
