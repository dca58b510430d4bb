# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The arm neither hits itself nor what stands around it, and slides along it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.safety.approach import RESERVE
from octo_ros.safety.limits.limit import Constraint
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from octo_ros.geometry import Array
    from octo_ros.safety.approach import Approach
    from octo_ros.safety.collision.group import Contact
    from octo_ros.safety.limits.limit import Configuration


class CollisionLimit:
    """Two bodies approach each other only so fast that they can be stopped in time.

    The distance of two bodies changes with n·(v₁ - v₂) at their nearest points, n from the second
    to the first. Only the joints between the two move them against each other; the point p of the
    first moves with v = v_tcp + ω × (p - p_tcp), so the row is [n, (p - p_tcp) × n]·J, cut to
    these joints. Of a resting arm a row asks for no more than that the bodies do not get nearer,
    also after a start that was too near; of a moving one, unless a body is too near, also to get
    back the reserve.

    Args:
        approach: How fast.
    """

    def __init__(self, approach: Approach) -> None:
        self._approach = approach

    def relevant_room(self, speeds: Array) -> Array:
        """Room [m] beyond which a pair that is no faster than `speeds` [m/s] is not slowed."""
        return self._approach.linear_distance(speeds) + RESERVE

    def constraint(self, configuration: Configuration) -> Constraint:
        """One row for each near pair."""
        contacts = configuration.contacts
        rows = [self._row(contact, configuration) for contact in contacts]
        room = np.array([contact.room for contact in contacts])
        lower = -self._approach.linear_speed(room - RESERVE)
        if configuration.velocities.any() and room.min() > 0.0:
            lower += self._approach.regaining(room)
        return Constraint(
            SafetyCode.LIMITED_BY_COLLISION,
            lower,
            np.full(len(rows), np.inf),
            np.array(rows),
        )

    @staticmethod
    def _row(contact: Contact, configuration: Configuration) -> Array:
        normal = contact.normal
        x, y, z = contact.point - configuration.tcp.position
        nx, ny, nz = normal
        wrench = np.array([nx, ny, nz, y * nz - z * ny, z * nx - x * nz, x * ny - y * nx])
        begin, end = contact.joints
        row = np.zeros(configuration.jacobian.shape[1])
        row[begin:end] = wrench @ configuration.jacobian[:, begin:end]
        return row
