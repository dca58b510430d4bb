# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether a stop keeps all limits on its whole way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.geometry import readonly
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from octo_ros.geometry import Array, Pose
    from octo_ros.limits import Limits
    from octo_ros.robots.kinematics import Kinematics
    from octo_ros.safety.collision.world import CollisionWorld
    from octo_ros.safety.limits.tilt import TiltLimit

ROUNDING = 1e-12
"""Differences of this size are floating-point rounding [rad, m]."""


class StopVerification:
    """Holds a way to rest against every limit at every tick of it.

    Joint range, joint speed, workspace, planes, tilt, TCP speed and rotation speed, and the room
    to all bodies; acceleration and jerk hold by the way in which stops are planned. A limit that is
    broken already (a start outside, an obstacle put too near) may not be broken further: what is
    outside may only return.

    The samples are the very references that would be sent; between two of them the TCP moves by
    2.5 mm at most.

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
        self._world = world
        self._tilt = tilt
        self._max_tilt = limits.tilt_cone.half_angle if limits.tilt_cone else np.inf
        margin = limits.position_margin
        self._lower = readonly(np.add(limits.position_min, margin))
        self._upper = readonly(np.subtract(limits.position_max, margin))
        self._step = readonly(np.multiply(limits.velocity, dt))
        # Squares of the longest steps: of the TCP, and the chord |R' - R| of its rotation.
        self._linear_step = (limits.linear_speed * dt) ** 2
        self._chord = 8.0 * np.sin(0.5 * limits.angular_speed * dt) ** 2
        # The box as six more planes.
        box = np.concatenate([np.eye(3), -np.eye(3)])
        corners = np.concatenate([limits.workspace_min, np.negative(limits.workspace_max)])
        self._normals = readonly(np.array([*box, *(plane.normal for plane in limits.planes)]))
        self._offsets = readonly(np.array([*corners, *(plane.offset for plane in limits.planes)]))

    def problem(self, now: Array, tcp: Pose, room: float, path: Array) -> SafetyCode | None:
        """The first limit that a path breaks; None if it keeps all.

        Args:
            now: Where the joints are, shape (n,), rad.
            tcp: Where the TCP is there.
            room: The least room to any body there [m].
            path: Where they would be after each of the coming periods, shape (k, n), rad.
        """
        steps = np.diff(path, axis=0, prepend=now[None])
        if not (np.abs(steps) <= self._step + ROUNDING).all():
            return SafetyCode.SCALED_FOR_VELOCITY
        lower, upper = np.minimum(self._lower, now), np.maximum(self._upper, now)
        if not ((path >= lower - ROUNDING) & (path <= upper + ROUNDING)).all():
            return SafetyCode.LIMITED_BY_JOINT_POSITION
        return self._tcp_problem(tcp, path) or self._collision(room, steps, path)

    def _tcp_problem(self, tcp: Pose, path: Array) -> SafetyCode | None:
        positions, rotations = self._kinematics.tcp_poses(path)
        moved = np.diff(positions, axis=0, prepend=tcp.position[None])
        if not ((moved * moved).sum(axis=1) <= self._linear_step).all():
            return SafetyCode.SCALED_FOR_VELOCITY
        turned = np.diff(rotations, axis=0, prepend=tcp.rotation[None])
        if not ((turned * turned).sum(axis=(1, 2)) <= self._chord).all():
            return SafetyCode.SCALED_FOR_VELOCITY
        here = self._normals @ tcp.position - self._offsets
        rooms = positions @ self._normals.T - self._offsets
        if not (rooms >= np.minimum(here, 0.0) - ROUNDING).all():
            return SafetyCode.PROJECTED_ON_WORKSPACE
        if self._tilt is None:
            return None
        tilts = self._tilt.angles(np.concatenate([tcp.rotation[None], rotations]))
        if not (tilts[1:] <= max(self._max_tilt, tilts[0]) + ROUNDING).all():
            return SafetyCode.LIMITED_BY_TILT
        return None

    def _collision(self, room: float, steps: Array, path: Array) -> SafetyCode | None:
        allowed = min(room, 0.0)
        way = np.cumsum(np.abs(steps) @ self._world.levers)
        measured_at = 0.0
        while room >= allowed:  # False for a NaN, too
            k = int(np.searchsorted(way, measured_at + room - allowed, side='right'))
            if k == len(path):
                return None
            room, measured_at = self._world.room(path[k]), float(way[k])
        return SafetyCode.LIMITED_BY_COLLISION
