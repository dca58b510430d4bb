# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What all limits share: the configuration they look at and the constraint they answer with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from octo_ros.geometry import Array, Pose
    from octo_ros.safety.collision.group import Contact
    from octo_ros.safety_codes import SafetyCode


@dataclass(frozen=True)
class Configuration:
    """The reference at the start of a tick. It is the commanded motion, not the measured one.

    Attributes:
        positions: Shape (n,), rad.
        velocities: Joint velocities of the last tick, shape (n,), rad/s.
        tcp: Pose of the TCP in the base frame.
        jacobian: Shape (6, n): linear [m/rad], then angular, base axes, taken where the coming
            tick will be half over if nothing changes. J·v·dt then is the TCP's displacement up to
            third order in dt.
        contacts: Pairs of bodies that are near each other.
    """

    positions: Array
    velocities: Array
    tcp: Pose
    jacobian: Array
    contacts: tuple[Contact, ...] = ()


@dataclass(frozen=True)
class Constraint:
    """lower <= M·v <= upper for the joint velocities v [rad/s] of the coming tick.

    Attributes:
        code: What to report when it acts.
        lower: Shape (m,).
        upper: Shape (m,).
        matrix: M, shape (m, n); None stands for the identity, a bound on each joint. Bounds are
            always kept. Rows of a matrix are kept as long as the bounds leave a choice.
    """

    code: SafetyCode
    lower: Array
    upper: Array
    matrix: Array | None = None


class Limit(Protocol):
    """One limit on the motion of the arm."""

    def constraint(self, configuration: Configuration) -> Constraint:
        """What the limit allows in the coming tick."""
