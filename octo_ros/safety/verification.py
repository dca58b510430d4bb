# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether a stop keeps all limits on its whole way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.geometry import readonly
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from octo_ros.geometry import Array
    from octo_ros.limits import Limits
    from octo_ros.robots.kinematics import Kinematics
    from octo_ros.safety.collision.world import CollisionWorld
    from octo_ros.safety.limits.tilt import TiltLimit

ROUNDING = 1e-12
"""Differences of this size are floating-point rounding [rad, m]."""

ACCURACY = 1e-6
"""Distances to boxes are found iteratively and differ by this much for one pose [m]."""


class StopVerification:
    """Holds a way to rest against every limit at every tick of it.

    Joint range, joint speed, workspace, planes, tilt, TCP speed and rotation speed, and the room
    to all bodies; acceleration and jerk hold by the way in which stops are planned. A limit that
    is broken already (a start outside, an obstacle put too near) may not be broken further: what
    is outside may only return.

    The samples are the very references that would be sent; between two of them the TCP moves by
    its speed limit times one period at most, 2.5 mm with the shipped contracts.

    Bodies: along a path no point of the arm moves farther than Σ lever·|Δq|, and no room shrinks
    faster. As long as the room that was measured last exceeds that way, nothing has to be measured
    again; only near something every sample is.

    Args:
        limits: The robot's limits.
        dt: Control period [s].
        kinematics: Of the arm.
        world: What it can hit.
        tilt: The cone of the gripper; None for none.
    """

    def __init__(
        self,
        limits: Limits,
        dt: float,
        kinematics: Kinematics,
        world: CollisionWorld,
        tilt: TiltLimit | None,
    ) -> None:
        self._kinematics = kinematics
        self._most_room: Array | None = None
        self._changes = 0
        self._world = world
        self._tilt = tilt
        self._max_tilt = limits.tilt_cone.half_angle if limits.tilt_cone else np.inf
        margin = limits.position_margin
        self._lower = readonly(np.add(limits.position_min, margin) - ROUNDING)
        self._upper = readonly(np.subtract(limits.position_max, margin) + ROUNDING)
        self._step = readonly(np.multiply(limits.velocity, dt) + ROUNDING)
        # Squares of the longest steps: of the TCP, and the chord |R' - R| of its rotation.
        self._linear_step = (limits.linear_speed * dt) ** 2
        self._chord = 8.0 * np.sin(0.5 * limits.angular_speed * dt) ** 2
        # The box as six more planes.
        box = np.concatenate([np.eye(3), -np.eye(3)])
        corners = np.concatenate([limits.workspace_min, np.negative(limits.workspace_max)])
        self._normals = readonly(np.array([*box, *(plane.normal for plane in limits.planes)]).T)
        self._offsets = readonly(np.array([*corners, *(plane.offset for plane in limits.planes)]))

    def restart(self) -> None:
        """Forget what was too near: the arm begins somewhere else."""
        self._most_room = None

    def problem(self, path: Array, room: float) -> SafetyCode | None:
        """The first limit that a path breaks; None if it keeps all.

        Args:
            path: Where the joints are now and would be after each of the coming periods, shape
                (k, n), rad.
            room: The least room to any body now [m].
        """
        steps = np.abs(path[1:] - path[:-1])
        if not (steps.max(axis=0) <= self._step).all():
            return SafetyCode.SCALED_FOR_VELOCITY
        # max and min hand a NaN on, and every comparison with it is False.
        now, least, most = path[0], path.min(axis=0), path.max(axis=0)
        inside = (least >= self._lower) & (most <= self._upper)
        if not (
            inside
            | ((least >= now) & (most <= self._upper))
            | ((most <= now) & (least >= self._lower))
        ).all():
            return SafetyCode.LIMITED_BY_JOINT_POSITION
        return self._tcp_problem(path) or self._collision(room, steps, path)

    def _tcp_problem(self, path: Array) -> SafetyCode | None:
        positions, rotations = self._kinematics.tcp_poses(path)
        moved = positions[1:] - positions[:-1]
        if not np.einsum('ij,ij->i', moved, moved).max() <= self._linear_step:
            return SafetyCode.SCALED_FOR_VELOCITY
        frames = rotations.reshape(-1, 9)
        turned = frames[1:] - frames[:-1]
        if not np.einsum('ij,ij->i', turned, turned).max() <= self._chord:
            return SafetyCode.SCALED_FOR_VELOCITY
        rooms = positions @ self._normals
        rooms -= self._offsets
        if not (rooms.min(axis=0) >= np.minimum(rooms[0], 0.0) - ROUNDING).all():
            return SafetyCode.PROJECTED_ON_WORKSPACE
        if self._tilt is None:
            return None
        tilts = self._tilt.angles(rotations)
        if not tilts.max() <= max(self._max_tilt, tilts[0]):
            return SafetyCode.LIMITED_BY_TILT
        return None

    def _collision(self, room: float, steps: Array, path: Array) -> SafetyCode | None:
        if room < 0.0:
            return self._collision_from_within(path)
        way = np.cumsum(steps @ self._world.levers)
        measured_at = 0.0
        while room >= 0.0:  # False for a NaN, too
            k = int(np.searchsorted(way, measured_at + room, side='right'))
            if k == len(way):
                return None
            room, measured_at = self._world.room(path[k + 1]), float(way[k])
        return SafetyCode.LIMITED_BY_COLLISION

    def _collision_from_within(self, path: Array) -> SafetyCode | None:
        """Each pair that is too near gets no nearer than it was, and no other gets too near.

        Held against the most room so far, not that of this tick: a micrometre lost in each of a
        thousand ticks to the accuracy of distances would be a millimetre.
        """
        rooms = np.minimum(self._world.rooms(path[0]), 0.0)
        if self._most_room is None or self._changes != self._world.changes:
            self._most_room, self._changes = rooms, self._world.changes
        self._most_room = np.maximum(self._most_room, rooms)
        allowed = self._most_room - ACCURACY
        for positions in path[1:]:
            if not (self._world.rooms(positions) >= allowed).all():
                return SafetyCode.LIMITED_BY_COLLISION
        return None
