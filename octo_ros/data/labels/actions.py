# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Labels: what the arm did, or was told to do, between one observation and the next.

An action is dx, dy, dz [m], droll, dpitch, dyaw [rad] and an absolute gripper opening (1 = open).
Translation and rotation (R1·R0ᵀ as extrinsic x-y-z angles) are along and about the axes of the
base frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from octo_ros.data.fields import nanoseconds, vector
from octo_ros.geometry import Pose, matrix_from_rpy, rotation_vector_from_matrix, rpy_from_matrix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.geometry import Array

COMMAND_TYPES = ('octo_ros_msgs/msg/EndEffectorDelta', 'octo_ros_msgs/msg/ExecutedAction')


@dataclass(frozen=True)
class CommandedDelta:
    """One displacement that was commanded.

    Attributes:
        time_ns: When it was to begin [ns].
        translation: Shape (3,), m, base axes.
        rotation: Shape (3,), rad, extrinsic x-y-z, base axes.
        gripper: Opening, 0 closed .. 1 open.
    """

    time_ns: int
    translation: Array
    rotation: Array
    gripper: float


def commanded_delta(message: Any) -> CommandedDelta:  # noqa: ANN401 - two message types
    """Read an EndEffectorDelta, or what the safety filter admitted, from an ExecutedAction."""
    header = message.requested.header if hasattr(message, 'requested') else message.header
    return CommandedDelta(
        time_ns=nanoseconds(header.stamp),
        translation=vector(message.translation),
        rotation=vector(message.rotation),
        gripper=float(message.gripper),
    )


def achieved_pose_actions(proprio: NDArray[np.float32]) -> NDArray[np.float32]:
    """Actions that lead from each observed pose to the next one.

    Args:
        proprio: Shape (n, 7): xyz [m], rpy [rad], gripper of consecutive observations.

    Returns:
        float32, shape (n, 7). The gripper is the opening that the next observation shows; the last
        row is a hold: no motion, gripper as it is.
    """
    actions = np.zeros((len(proprio), 7), np.float32)
    poses = [_pose(row) for row in proprio]
    for i, (pose, following) in enumerate(pairwise(poses)):
        translation, rotation = pose.displacement_to(following)
        actions[i] = [*translation, *rotation, proprio[i + 1, 6]]
    actions[-1, 6] = proprio[-1, 6]
    return actions


def command_delta_actions(
    stamps_ns: Sequence[int], proprio: NDArray[np.float32], commands: Sequence[CommandedDelta]
) -> NDArray[np.float32]:
    """Actions that sum up what was commanded from each observation to the next.

    Args:
        stamps_ns: Times of n consecutive observations [ns].
        proprio: Shape (n, 7), of the same observations.
        commands: In the order of time.

    Returns:
        float32, shape (n, 7). Where nothing was commanded the row is a hold at the last gripper
        command, or at the observed opening before the first one; the last row is a hold.
    """
    actions = np.zeros((len(stamps_ns), 7), np.float32)
    before = [c.gripper for c in commands if c.time_ns < stamps_ns[0]]
    gripper = before[-1] if before else float(proprio[0, 6])
    for i, (start_ns, end_ns) in enumerate(pairwise(stamps_ns)):
        inside = [c for c in commands if start_ns <= c.time_ns < end_ns]
        rotation = np.eye(3)
        for command in inside:
            rotation = matrix_from_rpy(command.rotation) @ rotation
        translation = np.sum([c.translation for c in inside], axis=0) if inside else np.zeros(3)
        gripper = inside[-1].gripper if inside else gripper
        actions[i] = [*translation, *rpy_from_matrix(rotation), gripper]
    actions[-1, 6] = gripper
    return actions


def integration_error(
    proprio: NDArray[np.float32], actions: NDArray[np.float32]
) -> tuple[float, float]:
    """How far the path that the actions describe strays from the recorded one.

    Args:
        proprio: Shape (n, 7).
        actions: Shape (n, 7) or (n - 1, 7).

    Returns:
        Largest distance [m] and largest angle [rad] between integrated and recorded pose.
    """
    pose = _pose(proprio[0])
    distance = angle = 0.0
    for row, action in zip(proprio[1:], actions, strict=False):
        recorded, pose = _pose(row), pose.displaced(action[:3], action[3:6])
        distance = max(distance, float(np.linalg.norm(pose.position - recorded.position)))
        turn = rotation_vector_from_matrix(pose.rotation @ recorded.rotation.T)
        angle = max(angle, float(np.linalg.norm(turn)))
    return distance, angle


def _pose(row: NDArray[np.float32]) -> Pose:
    return Pose.from_xyz_rpy(row[:3], row[3:6])
