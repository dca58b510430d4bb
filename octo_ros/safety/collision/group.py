# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Pairs of bodies and how much room each has beyond its clearance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from octo_ros.geometry import Array
    from octo_ros.robots.kinematics import Kinematics

READ_AGAIN = 0.1
"""Turn of a joint [rad] after which all rooms are read again."""


@dataclass(frozen=True)
class Contact:
    """Two bodies that are near each other.

    Attributes:
        first: Name of the body that is moved by more joints.
        second: Name of the other.
        room: Distance less the clearance [m].
        normal: Unit vector from the second to the first, base axes, shape (3,).
        point: Nearest point of the first, at its clearance, shape (3,), base frame [m].
        other_point: Nearest point of the second, likewise.
        joints: The joints that move the first against the second: from .. to (excluded), counted
            from 0.
    """

    first: str
    second: str
    room: float
    normal: Array
    point: Array
    other_point: Array
    joints: tuple[int, int]


class PairGroup:
    """Pairs whose room is measured in one call.

    Every geometry is swollen by its share of the clearance (a swept sphere, which rounds corners
    exactly as a distance does), so that the smallest distance that coal finds is the smallest
    room, and one number has to be read instead of forty.

    Which pairs are near is asked in every tick, too. A room changes by no more than Σ lever·|Δq|
    over the joints between the two bodies, so rooms that were read at some time tell later which
    of them may be small now; only these are read again.

    Args:
        kinematics: Of the arm.
        geometry: Pinocchio's geometry model with its pairs; the first body of each pair is moved
            by at least as many joints as the second.
        levers: Way of any point of the arm per turn of each joint, at most; shape (n,), m/rad.
    """

    def __init__(
        self,
        kinematics: Kinematics,
        geometry: Any,  # noqa: ANN401 - pinocchio has no types
        levers: Array,
    ) -> None:
        self._pin = kinematics.pinocchio
        self._model = kinematics.pinocchio_model
        self._data = self._model.createData()
        self._geometry = geometry
        self._results = geometry.createData()
        pairs = [(pair.first, pair.second) for pair in geometry.collisionPairs]
        objects = geometry.geometryObjects
        self._pairs = [(objects[a], objects[b]) for a, b in pairs]
        self._levers = np.zeros((len(pairs), len(levers)))
        for row, (first, second) in zip(self._levers, self._pairs, strict=True):
            row[second.parentJoint : first.parentJoint] = levers[
                second.parentJoint : first.parentJoint
            ]
        self._read_at = np.full(len(levers), np.inf)
        self._least = -np.inf
        self._rooms = np.zeros(len(pairs))

    def __len__(self) -> int:
        return len(self._pairs)

    def room(self, positions: Array) -> float:
        """The smallest room of all pairs at `positions` [rad], shape (n,); infinite without pairs.

        Returns:
            Distance less clearance [m]; negative when bodies are too near.
        """
        if not self._pairs:
            return np.inf
        nearest = self._pin.computeDistances(
            self._model, self._data, self._geometry, self._results, positions
        )
        self._least = float(self._results.distanceResults[nearest].min_distance)
        return self._least

    def rooms(self, positions: Array) -> Array:
        """The room of every pair [m] at `positions` [rad], shape (n,); shape (pairs,)."""
        self.room(positions)
        return np.array([result.min_distance for result in self._results.distanceResults])

    def contacts(
        self, positions: Array, speeds: Array, relevant: Callable[[Array], Array], most: float
    ) -> list[Contact]:
        """Pairs that are near for their speed. Ask for the room at the same positions before.

        Args:
            positions: Shape (n,), rad.
            speeds: How fast the joints are at most, shape (n,), rad/s.
            relevant: From the speeds [m/s] at which the bodies of pairs approach each other at
                most to the rooms [m] from which on that matters.
            most: No pair is near beyond this room [m].
        """
        near = np.minimum(relevant(self._levers @ speeds), most)
        if near.max() <= self._least:
            return []
        if not (np.abs(positions - self._read_at) <= READ_AGAIN).all():
            self._read(positions)
        ways = self._levers @ np.abs(positions - self._read_at)
        results = self._results.distanceResults
        found = []
        for index in np.flatnonzero(self._rooms - ways < near):
            result = results[int(index)]
            if result.min_distance < near[index]:
                found.append(self._contact(int(index), result))
        return found

    def nearest(self, positions: Array) -> Contact | None:
        """The pair with the least room; None without pairs."""
        if not self._pairs:
            return None
        nearest = self._pin.computeDistances(
            self._model, self._data, self._geometry, self._results, positions
        )
        return self._contact(int(nearest), self._results.distanceResults[nearest])

    def _read(self, positions: Array) -> None:
        self._rooms = np.array([r.min_distance for r in self._results.distanceResults])
        self._read_at = positions.copy()

    def _contact(self, index: int, result: Any) -> Contact:  # noqa: ANN401 - coal has no types
        first, second = self._pairs[index]
        return Contact(
            first.name.rsplit('/', 1)[0],
            second.name.rsplit('/', 1)[0],
            float(result.min_distance),
            -np.array(result.normal),
            np.array(result.getNearestPoint1()),
            np.array(result.getNearestPoint2()),
            (second.parentJoint, first.parentJoint),
        )
