# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The rigid shapes of an arm, each fixed to one of its moving joints."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.geometry import Pose

if TYPE_CHECKING:
    from octo_ros.geometry import Array
    from octo_ros.robots.model import RobotModel, Shape

FINGERS = 'fingers'


@dataclass(frozen=True)
class ArmBody:
    """A capsule or box of the arm.

    Attributes:
        link: Link that it belongs to, for people; `fingers` for the fingers.
        shape: Kind and size, with its placement in the frame of the joint that moves it.
        joint: Index of that joint, counted from 1 at the base; 0 is the fixed base.
    """

    link: str
    shape: Shape
    joint: int

    @property
    def pose(self) -> Pose:
        """Of the shape in its joint's frame."""
        return Pose.from_xyz_rpy(self.shape.xyz, self.shape.rpy)

    @property
    def extent(self) -> float:
        """Farthest distance of a point of the body from its joint's origin [m]."""
        size = self.shape.size
        reach = size[0] + 0.5 * size[1]  # of a capsule
        if self.shape.kind == 'box':
            reach = 0.5 * float(np.sqrt(np.square(size).sum()))
        return float(np.sqrt(np.square(self.shape.xyz).sum())) + reach


def arm_bodies(model: RobotModel) -> tuple[ArmBody, ...]:
    """The collision bodies of an arm, from the base outwards; the fingers are one of them.

    The fingers are the box around both of them, at every opening: a grasp is nothing to keep away
    from, but what stands between the fingers must not be hit with them.
    """
    bodies = [ArmBody(model.base_link, shape, 0) for shape in model.base_shapes]
    joint, pending = 0, Pose.from_xyz_rpy()
    for segment in model.segments:
        place = Pose.from_xyz_rpy(segment.xyz, segment.rpy)
        if segment.kind == 'revolute':
            joint, pending = joint + 1, Pose.from_xyz_rpy()
        else:
            pending = pending @ place
        bodies += [
            ArmBody(segment.link, _placed(shape, pending), joint)
            for shape in segment.shapes
            if shape.collide
        ]
    corners = np.concatenate(
        [
            _finger_corners(model, finger.xyz, finger.axis, shape)
            for finger in model.fingers
            for shape in finger.shapes
        ]
    )
    lower, upper = corners.min(axis=0), corners.max(axis=0)
    box = replace(
        model.fingers[0].shapes[0],
        kind='box',
        size=_vector(upper - lower),
        xyz=_vector(0.5 * (lower + upper)),
        rpy=(0.0, 0.0, 0.0),
    )
    bodies.append(ArmBody(FINGERS, _placed(box, pending), joint))
    return tuple(bodies)


def levers(model: RobotModel, bodies: tuple[ArmBody, ...]) -> Array:
    """How far any point of the arm moves at most when one joint turns, shape (n,), m/rad.

    The way from a joint's origin to the farthest point beyond it is no longer than the sum of the
    links between them: true in every configuration, so one number per joint.
    """
    offsets, pending = [], 0.0
    for segment in model.segments:
        pending += float(np.sqrt(np.square(segment.xyz).sum()))
        if segment.kind == 'revolute':
            offsets.append(pending)
            pending = 0.0
    count = len(offsets)
    reach = np.zeros(count + 1)
    for i in range(count, 0, -1):
        beyond = reach[i + 1] + offsets[i] if i < count else 0.0
        own = max((body.extent for body in bodies if body.joint == i), default=0.0)
        reach[i] = max(own, beyond)
    return reach[1:]


def _placed(shape: Shape, parent: Pose) -> Shape:
    pose = parent @ Pose.from_xyz_rpy(shape.xyz, shape.rpy)
    return replace(shape, xyz=_vector(pose.position), rpy=_vector(pose.rpy))


def _finger_corners(
    model: RobotModel, xyz: tuple[float, ...], axis: tuple[float, ...], shape: Shape
) -> Array:
    """Corners of a box around a finger's shape, at both ends of its travel, shape (16, 3)."""
    half = 0.5 * np.array(shape.size)
    if shape.kind == 'capsule':
        half = np.array([shape.size[0], shape.size[0], shape.size[0] + 0.5 * shape.size[1]])
    signs = np.array(np.meshgrid([-1, 1], [-1, 1], [-1, 1])).reshape(3, -1).T
    corners = Pose.from_xyz_rpy(shape.xyz, shape.rpy)
    local = corners.position + (signs * half) @ corners.rotation.T
    travels = (model.finger_closed, model.finger_open)
    return np.concatenate([local + xyz + np.multiply(axis, travel) for travel in travels])


def _vector(array: Array) -> tuple[float, float, float]:
    x, y, z = (float(value) for value in array)
    return x, y, z
