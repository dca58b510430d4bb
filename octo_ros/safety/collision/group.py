# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Pairs of bodies and how much room each has beyond its clearance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from octo_ros.geometry import Array
    from octo_ros.robots.kinematics import Kinematics


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

    Args:
        kinematics: Of the arm.
        geometry: Pinocchio's geometry model with its pairs; the first body of each pair is moved
            by at least as many joints as the second.
    """

    def __init__(self, kinematics: Kinematics, geometry: Any) -> None:  # noqa: ANN401 - pinocchio has no types
        self._pin = kinematics.pinocchio
        self._model = kinematics.pinocchio_model
        self._data = self._model.createData()
        self._geometry = geometry
        self._results = geometry.createData()
        pairs = [(pair.first, pair.second) for pair in geometry.collisionPairs]
        objects = geometry.geometryObjects
        self._pairs = [(objects[a], objects[b]) for a, b in pairs]

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
        return float(self._results.distanceResults[nearest].min_distance)

    def contacts(self, room: float) -> list[Contact]:
        """Pairs with less than `room` [m], where `room` was asked last."""
        return [
            self._contact(index, result)
            for index, result in enumerate(self._results.distanceResults)
            if result.min_distance < room
        ]

    def _contact(self, index: int, result: Any) -> Contact:  # noqa: ANN401 - coal has no types
        first, second = self._pairs[index]
        return Contact(
            first.name,
            second.name,
            float(result.min_distance),
            -np.array(result.normal),
            np.array(result.getNearestPoint1()),
            np.array(result.getNearestPoint2()),
            (second.parentJoint, first.parentJoint),
        )
