# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the filter can say about itself beyond the command that it sends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from octo_ros.geometry import Array, Pose


@dataclass(frozen=True)
class Body:
    """A shape of the arm that is kept apart from others.

    Attributes:
        link: That it belongs to, or `fingers`.
        kind: `capsule` along its own z (radius, length of the cylindrical part), or `box` (full
            lengths).
        size: In m.
        pose: Base frame.
    """

    link: str
    kind: Literal['capsule', 'box']
    size: tuple[float, ...]
    pose: Pose


@dataclass(frozen=True)
class NearestPair:
    """The two bodies that have the least room to spare.

    Attributes:
        first: A link.
        second: Another link, `table`, or the name of an obstacle.
        distance: Between them [m].
        clearance: That they have to keep [m].
        first_point: Nearest point on the first, shape (3,), base frame [m].
        second_point: Nearest point on the second.
    """

    first: str
    second: str
    distance: float
    clearance: float
    first_point: Array
    second_point: Array


@dataclass(frozen=True)
class MotionReport:
    """How near the reference is to what limits it; made when asked for, not in every tick.

    Attributes:
        joint_margin: Smallest distance of a joint to its range less the margin [rad].
        smallest_singular_value: Of the Jacobian with weighed rotations [m/rad].
        linear_scale: Executed over wanted TCP speed in the last tick, 0..1; 1 when none is wanted.
        angular_scale: Likewise of the rotation.
        nearest: The bodies with the least room; None without collision pairs.
        stop_path: TCP positions of the verified stop, shape (k, 3), base frame [m]; at least one.
        stop_duration: Time that it takes [s].
    """

    joint_margin: float
    smallest_singular_value: float
    linear_scale: float
    angular_scale: float
    nearest: NearestPair | None
    stop_path: Array
    stop_duration: float
