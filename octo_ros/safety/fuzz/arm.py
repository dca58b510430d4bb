# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""An arm as the judge sees it: where its TCP and its shapes are, for many configurations at once.

Written anew from the numbers of `RobotModel`, on purpose: what the filter computes with pinocchio
is judged with this.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from octo_ros.geometry import Array
    from octo_ros.robots.model import Finger, RobotModel, Shape


@dataclass(frozen=True)
class Solid:
    """One collision shape of the arm.

    Attributes:
        link: Name of its link.
        frame: Index of the link's frame: 0 is the base, k the link of the k-th segment.
        body: How many joints move it; links that are fixed to each other are one body.
        finger: Whether it is a finger's.
        box: A box; otherwise a capsule.
        turn: Orientation in the link, shape (3, 3).
        place: Centre in the link, shape (3,), m.
        half: Box: half lengths, shape (3,). Capsule: (radius, radius, half length of the
            cylindrical part), along its own z.
    """

    link: str
    frame: int
    body: int
    finger: bool
    box: bool
    turn: Array
    place: Array
    half: Array


@dataclass(frozen=True)
class Frames:
    """All link frames of N configurations, in the base frame.

    Attributes:
        turns: One per frame, shape (N, 3, 3).
        places: One per frame, shape (N, 3), m.
    """

    turns: tuple[Array, ...]
    places: tuple[Array, ...]


FINGERS = 'fingers'


class Arm:
    """Forward kinematics and shapes of one robot.

    Args:
        model: Its geometry.

    Attributes:
        solids: All shapes that collide. The fingers are one box around wherever the gripper may
            have them: what stands between them must not be hit, either.
    """

    solids: tuple[Solid, ...]

    def __init__(self, model: RobotModel) -> None:
        self._segments = model.segments
        self._fixed = tuple((np.array(s.xyz), rotation_rpy(s.rpy)) for s in model.segments)
        self._tcp = (np.array(model.tcp_xyz), rotation_rpy(model.tcp_rpy))
        self._approach = np.array(model.approach_axis)
        self.solids = tuple(_solids(model))

    def frames(self, positions: Array) -> Frames:
        """Frames of all links at `positions` [rad], shape (N, n)."""
        count = len(positions)
        turn, place = np.broadcast_to(np.eye(3), (count, 3, 3)), np.zeros((count, 3))
        turns, places = [turn], [place]
        joint = 0
        for segment, (xyz, rpy) in zip(self._segments, self._fixed, strict=True):
            place = place + turn @ xyz
            turn = turn @ rpy
            if segment.kind == 'revolute':
                turn = turn @ rotation_axis(np.array(segment.axis), positions[:, joint])
                joint += 1
            turns.append(turn)
            places.append(place)
        return Frames(tuple(turns), tuple(places))

    def tcp(self, frames: Frames) -> tuple[Array, Array]:
        """Positions, shape (N, 3), m, and rotations, shape (N, 3, 3), of the TCP."""
        turn, place = frames.turns[-1], frames.places[-1]
        return place + turn @ self._tcp[0], turn @ self._tcp[1]

    def approach(self, rotations: Array) -> Array:
        """Where the gripper reaches, shape (N, 3), base axes, from the rotations of the TCP."""
        direction: Array = rotations @ self._approach
        return direction


def rotation_rpy(rpy: tuple[float, float, float] | Array) -> Array:
    """Rotation matrix, shape (…, 3, 3), of roll, pitch, yaw [rad], shape (…, 3): Rz·Ry·Rx."""
    angles = np.asarray(rpy, np.float64)
    x, y, z = np.eye(3)
    turn: Array = (
        rotation_axis(z, angles[..., 2])
        @ rotation_axis(y, angles[..., 1])
        @ rotation_axis(x, angles[..., 0])
    )
    return turn


def rotation_axis(axis: Array, angles: Array) -> Array:
    """Rotation matrices, shape (…, 3, 3), about one axis, shape (3,), by `angles` [rad], (…).

    Rodrigues: R = 1 + sin·K + (1 - cos)·K², where K is the cross product with the unit axis.
    """
    x, y, z = axis / np.linalg.norm(axis)
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    sine, cosine = np.sin(angles)[..., None, None], np.cos(angles)[..., None, None]
    turn: Array = np.eye(3) + sine * cross + (1.0 - cosine) * (cross @ cross)
    return turn


def _solids(model: RobotModel) -> list[Solid]:
    solids = [_solid(model.base_link, 0, 0, shape) for shape in model.base_shapes if shape.collide]
    body = 0
    for frame, segment in enumerate(model.segments, 1):
        body += segment.kind == 'revolute'
        solids += [_solid(segment.link, frame, body, s) for s in segment.shapes if s.collide]
    fingers = [
        _finger(model, finger, body, shape)
        for finger in model.fingers
        for shape in finger.shapes
        if shape.collide
    ]
    return [*solids, _around(fingers)] if fingers else solids


def _around(solids: list[Solid]) -> Solid:
    """One box around boxes of the same link, along the link's own axes."""
    reach = np.array([np.abs(s.turn) @ s.half for s in solids])
    places = np.array([s.place for s in solids])
    low, high = (places - reach).min(axis=0), (places + reach).max(axis=0)
    return replace(
        solids[0],
        link=FINGERS,
        turn=np.eye(3),
        place=0.5 * (low + high),
        half=0.5 * (high - low),
    )


def _solid(link: str, frame: int, body: int, shape: Shape) -> Solid:
    box = shape.kind == 'box'
    if box:
        half = 0.5 * np.array(shape.size)
    else:
        radius, length = shape.size
        half = np.array([radius, radius, 0.5 * length])
    turn, place = rotation_rpy(shape.rpy), np.array(shape.xyz)
    return Solid(link, frame, body, finger=False, box=box, turn=turn, place=place, half=half)


def _finger(model: RobotModel, finger: Finger, body: int, shape: Shape) -> Solid:
    """A finger's box from where it is closed to where it is open."""
    solid = _solid(finger.link, len(model.segments), body, shape)
    axis = np.array(finger.axis)
    along = np.abs(solid.turn.T @ axis)
    if not solid.box or np.sort(along)[:2].max() > 1e-9:
        msg = f'{finger.link}: only boxes that slide along one of their own axes can be judged.'
        raise ValueError(msg)
    middle = 0.5 * (model.finger_open + model.finger_closed)
    travel = 0.5 * (model.finger_open - model.finger_closed)
    return Solid(
        finger.link,
        solid.frame,
        body,
        finger=True,
        box=True,
        turn=solid.turn,
        place=np.array(finger.xyz) + solid.place + middle * axis,
        half=solid.half + travel * along,
    )
