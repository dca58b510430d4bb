# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""All that an arm can hit, and how far it is from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from octo_ros.errors import SafetyError
from octo_ros.geometry import Pose
from octo_ros.robots.model import load_robot_model
from octo_ros.safety.collision.body import FINGERS, ArmBody, arm_bodies, levers
from octo_ros.safety.collision.group import PairGroup
from octo_ros.safety.collision.shapes import coal_shape
from octo_ros.safety.report import Body, NearestPair

if TYPE_CHECKING:
    from collections.abc import Callable

    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array
    from octo_ros.limits import CollisionLimits, Obstacle
    from octo_ros.robots.kinematics import Kinematics
    from octo_ros.robots.model import RobotModel
    from octo_ros.safety.collision.group import Contact

TABLE = 'table'

TOLERANCE = 2e-5
"""Added to every clearance [m]: coal's distances to boxes are good to a micrometre."""

_JOINED = 1
"""Bodies of joints this far apart touch by construction."""


class CollisionWorld:
    """Distances between an arm and itself, the table and obstacles.

    Which pairs are watched: bodies of the arm with at least one joint between theirs, less those
    that the robot's model names as `always_near`; and every body that moves, against table and
    obstacles. The table is a plane below the whole arm: bodies of the first joint, which only turn
    about it, are not held against it.

    Args:
        limits: Clearances and what stands around.
        model: Geometry of the arm.
        kinematics: Of the same arm; not shared with another thread.

    Attributes:
        bodies: Of the arm.
        changes: How often an obstacle came or went; the pairs are others after each.
        levers: Way of any point of the arm per turn of each joint, at most; shape (n,), m/rad.
    """

    def __init__(self, limits: CollisionLimits, model: RobotModel, kinematics: Kinematics) -> None:
        self._limits = limits
        self._kinematics = kinematics
        self.bodies = arm_bodies(model)
        self.levers = levers(model, self.bodies)
        self._obstacles = {obstacle.name: obstacle for obstacle in limits.obstacles}
        self._always_near = {frozenset(pair) for pair in model.always_near}
        self._pairs = self._watched()
        self.changes = 0

    @classmethod
    def for_embodiment(cls, embodiment: Embodiment, kinematics: Kinematics) -> CollisionWorld:
        """The world that a robot's contract describes."""
        return cls(embodiment.collision, load_robot_model(embodiment), kinematics)

    @property
    def obstacles(self) -> tuple[Obstacle, ...]:
        """The boxes that stand around."""
        return tuple(self._obstacles.values())

    def add(self, obstacle: Obstacle) -> None:
        """Put an obstacle into the world.

        Raises:
            SafetyError: One of that name is there.
        """
        if obstacle.name in self._obstacles:
            msg = f'There already is an obstacle {obstacle.name!r}; remove it first.'
            raise SafetyError(msg)
        self._obstacles[obstacle.name] = obstacle
        self._pairs = self._watched()
        self.changes += 1

    def remove(self, name: str) -> None:
        """Take an obstacle out of the world.

        Raises:
            SafetyError: None of that name is there.
        """
        if name not in self._obstacles:
            known = ', '.join(sorted(self._obstacles)) or 'none'
            msg = f'There is no obstacle {name!r}; known are: {known}.'
            raise SafetyError(msg)
        del self._obstacles[name]
        self._pairs = self._watched()
        self.changes += 1

    def room(self, positions: Array) -> float:
        """The least distance beyond a clearance at `positions` [rad], shape (n,), in m."""
        return self._pairs.room(positions)

    def rooms(self, positions: Array) -> Array:
        """The room of every pair [m] at `positions` [rad], shape (n,); shape (pairs,)."""
        return self._pairs.rooms(positions)

    def contacts(
        self, positions: Array, speeds: Array, relevant: Callable[[Array], Array]
    ) -> tuple[float, list[Contact]]:
        """The least room [m], and the pairs that are near for their speed (`PairGroup.contacts`).

        No pair is near beyond `slow_distance`.

        Args:
            positions: Shape (n,), rad.
            speeds: How fast the joints are at most, shape (n,), rad/s.
            relevant: Rooms [m] that matter at approach speeds [m/s].
        """
        slow = self._limits.slow_distance
        room = self._pairs.room(positions)
        if room >= slow:
            return room, []
        return room, self._pairs.contacts(positions, speeds, relevant, slow)

    def nearest(self, positions: Array) -> NearestPair | None:
        """The pair with the least room at `positions`; None without pairs."""
        contact = self._pairs.nearest(positions)
        if contact is None:
            return None
        clearance, itself = self._clearance(contact)
        # From the swollen surfaces back to the bodies themselves.
        swell = clearance + TOLERANCE
        share = 0.5 * swell if itself else swell
        return NearestPair(
            contact.first,
            contact.second,
            contact.room + swell,
            clearance,
            contact.point + share * contact.normal,
            contact.other_point - (swell - share) * contact.normal,
        )

    def placed(self, positions: Array) -> tuple[Body, ...]:
        """The arm's bodies in the base frame at `positions` [rad], shape (n,)."""
        poses = self._kinematics.joint_poses(positions)
        return tuple(
            Body(body.link, body.shape.kind, body.shape.size, poses[body.joint] @ body.pose)
            for body in self.bodies
        )

    def _clearance(self, contact: Contact) -> tuple[float, bool]:
        """Of a pair, and whether both bodies belong to the arm."""
        if contact.second != TABLE and contact.second not in self._obstacles:
            return self._limits.self_clearance, True
        fingers = contact.first == FINGERS
        return self._limits.finger_clearance if fingers else self._limits.clearance, False

    def _watched(self) -> PairGroup:
        """All pairs, as one geometry in which every body is swollen by its clearance."""
        geometry = self._kinematics.pinocchio.GeometryModel()
        self._pair_with_itself(geometry)
        self._pair_with_surroundings(geometry)
        return PairGroup(self._kinematics, geometry, self.levers)

    def _pair_with_itself(self, geometry: Any) -> None:  # noqa: ANN401 - pinocchio has no types
        swell = 0.5 * (self._limits.self_clearance + TOLERANCE)
        ids = [self._add_body(geometry, f'{i}', body, swell) for i, body in enumerate(self.bodies)]
        for i, body in enumerate(self.bodies):
            for j, other in enumerate(self.bodies[:i]):
                apart = body.joint - other.joint
                joined = frozenset((body.link, other.link)) in self._always_near
                if apart > _JOINED and not joined:
                    self._add_pair(geometry, ids[i], ids[j])

    def _pair_with_surroundings(self, geometry: Any) -> None:  # noqa: ANN401
        limits = self._limits
        ids = {}
        for i, body in enumerate(self.bodies):
            clearance = limits.finger_clearance if body.link == FINGERS else limits.clearance
            if body.joint > 0:
                ids[i] = self._add_body(geometry, f'{i} outwards', body, clearance + TOLERANCE)
        if limits.table_height is not None:
            table = self._add_table(geometry, limits.table_height)
            for i, identity in ids.items():
                if self.bodies[i].joint > 1:
                    self._add_pair(geometry, identity, table)
        for obstacle in self._obstacles.values():
            box = self._add_obstacle(geometry, obstacle)
            for identity in ids.values():
                self._add_pair(geometry, identity, box)

    def _add_body(self, geometry: Any, index: str, body: ArmBody, swell: float) -> int:  # noqa: ANN401
        shape = coal_shape(body.shape.kind, body.shape.size)
        shape.setSweptSphereRadius(swell)
        return self._add(geometry, f'{body.link}/{index}', shape, body.pose, body.joint)

    def _add_table(self, geometry: Any, height: float) -> int:  # noqa: ANN401
        return self._add(geometry, TABLE, coal_shape('plane', (height,)), Pose.from_xyz_rpy())

    def _add_obstacle(self, geometry: Any, obstacle: Obstacle) -> int:  # noqa: ANN401
        pose = Pose.from_xyz_rpy(obstacle.xyz, obstacle.rpy)
        return self._add(geometry, f'{obstacle.name}/', coal_shape('box', obstacle.size), pose)

    def _add(self, geometry: Any, name: str, shape: Any, pose: Pose, joint: int = 0) -> int:  # noqa: ANN401
        pin = self._kinematics.pinocchio
        placement = pin.SE3(np.array(pose.rotation), np.array(pose.position))
        identity = geometry.addGeometryObject(pin.GeometryObject(name, joint, placement, shape))
        return int(identity)

    def _add_pair(self, geometry: Any, first: int, second: int) -> None:  # noqa: ANN401
        geometry.addCollisionPair(self._kinematics.pinocchio.CollisionPair(first, second))
