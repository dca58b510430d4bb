# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Invariants of where the arm is: I3 to I5, and I12."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.safety.fuzz.arm import Arm, Frames, rotation_rpy
from octo_ros.safety.fuzz.invariants import Finding, Invariant

if TYPE_CHECKING:
    from octo_ros.geometry import Array
    from octo_ros.limits import Limits
    from octo_ros.safety.fuzz.clearance import Clearance
    from octo_ros.safety.fuzz.invariants import Rows
    from octo_ros.safety.fuzz.record import Record


@dataclass(frozen=True)
class Sight:
    """The arm of N rows, recomputed from the sent positions.

    Attributes:
        frames: Of all links.
        tcp: Position of the TCP, shape (N, 3), m.
        rotation: Its orientation, shape (N, 3, 3).
        approach: Where the gripper reaches, shape (N, 3), base axes.
    """

    frames: Frames
    tcp: Array
    rotation: Array
    approach: Array

    @classmethod
    def of(cls, arm: Arm, positions: Array) -> Sight:
        """Compute it from `positions` [rad], shape (N, n)."""
        frames = arm.frames(positions)
        tcp, rotation = arm.tcp(frames)
        return cls(frames, tcp, rotation, arm.approach(rotation))

    def in_workspace(self, limits: Limits) -> Array:
        """Room of the TCP to each face of the box and to each plane [m], shape (N, faces)."""
        parts = [self.tcp - limits.workspace_min, limits.workspace_max - self.tcp]
        for plane in limits.planes:
            normal = np.array(plane.normal)
            parts.append((self.tcp @ normal - plane.offset)[:, None])
        return np.concatenate(parts, axis=1)

    def in_cone(self, limits: Limits) -> Array:
        """Room of the gripper's lean [rad], shape (N,); infinite without a cone."""
        cone = limits.tilt_cone
        if cone is None:
            return np.full(len(self.tcp), np.inf)
        axis = np.array(cone.axis)
        across = np.linalg.norm(np.cross(self.approach, axis), axis=1)
        room: Array = cone.half_angle - np.arctan2(across, self.approach @ axis)
        return room


def space(
    record: Record, limits: Limits, sight: Sight, clearance: Clearance, dt: float
) -> list[Finding]:
    """Judge workspace, TCP speed, clearances and the replay.

    Where the arm began beyond a bound, it may not go farther beyond than it began; that is told
    apart from what a start inside leads to.
    """
    rows = np.flatnonzero(~record.start)
    begun = np.maximum.accumulate(np.where(record.start, np.arange(len(record)), 0))
    workspace, cone = sight.in_workspace(limits), sight.in_cone(limits)[:, None]
    bodies = clearance.bodies(sight.frames)
    findings = [
        *_bounded(Invariant.WORKSPACE, workspace, begun, rows),
        *(_bounded(Invariant.TILT, cone, begun, rows) if limits.tilt_cone else ()),
        *_speed(sight, limits, rows, dt),
        *_bounded(Invariant.ITSELF, clearance.own(bodies), begun, rows),
    ]
    table = clearance.of_table(bodies)
    if np.isfinite(table).all():
        findings.extend(_bounded(Invariant.TABLE, table, begun, rows))
    for obstacle, first, last in record.obstacles:
        inside = rows[(rows > first) & (rows < last)]
        room = clearance.of_obstacle(bodies, obstacle)
        since = np.maximum(begun, first)  # Where the arm was when it was put up.
        findings.extend(_bounded(Invariant.OBSTACLE, room, since, inside))
    return [*findings, _replay(record, sight, rows)]


def _bounded(invariant: Invariant, room: Array, begun: Rows, rows: Rows) -> list[Finding]:
    """Room of nothing or more; where it began with less, no less than it began with."""
    before = room[begun[rows]]
    inside = before >= 0.0
    slack = np.where(inside, room[rows], np.inf).min(axis=1)
    outside = np.where(inside, np.inf, room[rows] - before).min(axis=1)
    out = ~inside.all(axis=1)
    return [
        Finding(invariant, rows, slack),
        Finding(Invariant.OUTSIDE, rows[out], outside[out]),
    ]


def _speed(sight: Sight, limits: Limits, rows: Rows, dt: float) -> list[Finding]:
    moved = np.linalg.norm(sight.tcp[rows] - sight.tcp[rows - 1], axis=1) / dt
    turned = angle(sight.rotation[rows] @ sight.rotation[rows - 1].swapaxes(1, 2)) / dt
    return [
        Finding(Invariant.LINEAR, rows, 1.0 - moved / limits.linear_speed),
        Finding(Invariant.ANGULAR, rows, 1.0 - turned / limits.angular_speed),
    ]


def _replay(record: Record, sight: Sight, rows: Rows) -> Finding:
    """The reported displacements, applied one by one to the start, give the pose.

    Translations are added up from the start; rotations are compared tick by tick. Allowed is the
    tolerance per tick, in the sum too.
    """
    begun = np.maximum.accumulate(np.where(record.start, np.arange(len(record)), 0))
    made = np.cumsum(record.translations, axis=0)
    summed = sight.tcp[begun] + made - made[begun]
    ticks = np.maximum(np.arange(len(record)) - begun, 1)
    far = np.linalg.norm(summed - sight.tcp, axis=1) / ticks
    expected = rotation_rpy(record.rotations[rows]) @ sight.rotation[rows - 1]
    turned = angle(expected @ sight.rotation[rows].swapaxes(1, 2))
    return Finding(Invariant.REPLAY, rows, -np.maximum(far[rows], turned))


def angle(rotation: Array) -> Array:
    """Angles of rotation matrices, shape (N, 3, 3), in rad, shape (N,), exact for small ones.

    From the sine, which is half the length of (R32 - R23, …), and the cosine (trace - 1)/2.
    """
    r = rotation
    sine = 0.5 * np.sqrt(
        (r[:, 2, 1] - r[:, 1, 2]) ** 2
        + (r[:, 0, 2] - r[:, 2, 0]) ** 2
        + (r[:, 1, 0] - r[:, 0, 1]) ** 2
    )
    cosine = 0.5 * (np.trace(r, axis1=1, axis2=2) - 1.0)
    result: Array = np.arctan2(sine, cosine)
    return result
