# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Adds up what is moved within one tick."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.geometry import matrix_from_rotation_vector, rpy_from_matrix
from octo_ros.policy.chunking.displacement import Displacement

if TYPE_CHECKING:
    from octo_ros.geometry import Array
    from octo_ros.policy.chunking.timestamped import Placed


class TickMotion:
    """The motion of one tick, as pieces come one after the other."""

    def __init__(self) -> None:
        self._translation = np.zeros(3)
        self._rotation = np.eye(3)
        self._covered_ns = 0
        self._last: tuple[Placed, float] | None = None

    def add(
        self,
        translation: Array,
        rotation_vector: Array,
        duration_ns: int,
        gripper: float,
        source: Placed,
    ) -> None:
        """Move on.

        Args:
            translation: Shape (3,), m, base axes.
            rotation_vector: Shape (3,), rad, base axes, about the TCP.
            duration_ns: How long it takes [ns].
            gripper: Opening 0..1 that holds meanwhile.
            source: Where it comes from.
        """
        self._translation = self._translation + translation
        self._rotation = matrix_from_rotation_vector(rotation_vector) @ self._rotation
        self._covered_ns += duration_ns
        self._last = (source, gripper)

    def displacement(self) -> Displacement | None:
        """The sum, or None when nothing was added."""
        if self._last is None:
            return None
        source, gripper = self._last
        return Displacement(
            self._translation,
            rpy_from_matrix(self._rotation),
            gripper,
            source.path.chunk,
            source.path.row(source.own_ns),
            self._covered_ns,
        )
