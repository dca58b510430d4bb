# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How much room the arm keeps from itself, from the table and from obstacles."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.safety.fuzz.arm import rotation_rpy
from octo_ros.safety.fuzz.distances import box_box, segment_box, segment_segment

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.geometry import Array
    from octo_ros.limits import CollisionLimits, Obstacle
    from octo_ros.safety.fuzz.arm import Arm, Frames

    Index = NDArray[np.int64]

NEAR = 0.01
"""Beyond the clearance and this [m], a box is judged by the capsule around it, which is nearer."""

MEETING = 1e-3
"""Boxes that meet count as so deep in each other [m]: a clearance of nothing is broken by it."""

_BLOCK = 200
"""Rows whose distances are computed at once: their arrays stay in the cache."""


@dataclass(frozen=True)
class Bodies:
    """Solids of N configurations, in the base frame.

    Attributes:
        turns: Shape (k, N, 3, 3).
        places: Centres, shape (k, N, 3), m.
        starts: One end of the segment in a capsule, or in the capsule around a box, (3, N, k).
        ends: The other end.
    """

    turns: Array
    places: Array
    starts: Array
    ends: Array


class Clearance:
    """Distances of one arm, less what it has to keep.

    Judged are all pairs of links but those that are one joint apart or fixed to each other, and
    those that the model names as always near (its tests show that they are, by this geometry).
    Table: all links that the joints can raise or lower, that is all but the base and the link of
    the first joint, which turns about the vertical. Obstacles: all links but the base.

    Capsules are judged exactly; so are boxes, as soon as the capsule around them is near.

    Args:
        arm: The judged arm.
        limits: What it keeps away from.
        always_near: Pairs of links that cannot get away from each other.

    Attributes:
        pairs: Indices into `arm.solids` of the pairs that are judged against each other.
        table: Indices of the solids that are judged against the table.
        free: Indices of those that are judged against obstacles.
    """

    def __init__(
        self, arm: Arm, limits: CollisionLimits, always_near: tuple[tuple[str, str], ...]
    ) -> None:
        self._solids = arm.solids
        self._limits = limits
        spines = [
            _spine(s.half) if s.box else (np.array([0.0, 0.0, s.half[2]]), float(s.half[0]))
            for s in arm.solids
        ]
        self._along = tuple(along for along, _ in spines)
        self._radii = np.array([radius for _, radius in spines])
        self._half = np.array([solid.half for solid in arm.solids])
        self._boxes = np.array([solid.box for solid in arm.solids])
        self._keep = np.array(
            [limits.finger_clearance if s.finger else limits.clearance for s in arm.solids]
        )
        bodies = [solid.body for solid in arm.solids]
        near = {frozenset(pair) for pair in always_near}
        self.pairs = [
            (i, j)
            for i, j in combinations(range(len(bodies)), 2)
            if abs(bodies[i] - bodies[j]) >= 2
            and frozenset((arm.solids[i].link, arm.solids[j].link)) not in near
        ]
        self.table = [i for i, body in enumerate(bodies) if body > 1]
        self.free = [i for i, body in enumerate(bodies) if body > 0]

    def bodies(self, frames: Frames) -> Bodies:
        """Place all solids."""
        turns = np.stack([frames.turns[s.frame] @ s.turn for s in self._solids])
        places = np.stack(
            [frames.places[s.frame] + frames.turns[s.frame] @ s.place for s in self._solids]
        )
        reach = np.stack([t @ a for t, a in zip(turns, self._along, strict=True)])
        # Contiguous, as the distances of all pairs go through them many times.
        starts = np.ascontiguousarray((places - reach).transpose(2, 1, 0))
        ends = np.ascontiguousarray((places + reach).transpose(2, 1, 0))
        return Bodies(turns, places, starts, ends)

    def own(self, bodies: Bodies) -> Array:
        """Room between the links of `pairs` [m], shape (N, pairs): distance less clearance."""
        first, second = np.array(self.pairs).T
        room: Array = self._round(
            bodies, first, bodies.starts[:, :, second], bodies.ends[:, :, second]
        ) - (self._radii[second] + self._limits.self_clearance)
        rough = self._boxes[first] | self._boxes[second]
        for k in np.flatnonzero(rough & (room < NEAR).any(axis=0)):
            near = np.flatnonzero(room[:, k] < NEAR)
            exact = self._exact(bodies, first[k], second[k], near)
            room[near, k] = exact - self._limits.self_clearance
        return room

    def of_table(self, bodies: Bodies) -> Array:
        """Room above the table [m], shape (N, solids of `table`); exact for boxes, too."""
        lowest = np.minimum(bodies.starts[2], bodies.ends[2]) - self._radii
        for i in self.table:
            if self._boxes[i]:
                reach = np.abs(bodies.turns[i][:, 2, :]) @ self._half[i]
                lowest[:, i] = bodies.places[i][:, 2] - reach
        height = -np.inf if self._limits.table_height is None else self._limits.table_height
        room: Array = (lowest - height - self._keep)[:, self.table]
        return room

    def of_obstacle(self, bodies: Bodies, obstacle: Obstacle) -> Array:
        """Room around an obstacle [m], shape (N, solids of `free`)."""
        turn, place = rotation_rpy(obstacle.rpy), np.array(obstacle.xyz)
        half = 0.5 * np.array(obstacle.size)
        along, radius = _spine(half)
        index = np.array(self.free)
        shape = (3, bodies.starts.shape[1], len(index))
        low, high = (
            np.broadcast_to((place + sign * turn @ along)[:, None, None], shape)
            for sign in (-1.0, 1.0)
        )
        room: Array = self._round(bodies, index, low, high) - (radius + self._keep[index])
        for k, i in enumerate(index):
            near = np.flatnonzero(room[:, k] < NEAR)
            if not len(near):
                continue
            sizes = np.broadcast_to(half[:, None], (3, len(near)))
            if self._boxes[i]:
                relative = np.einsum('ji,njk->ikn', turn, bodies.turns[i][near])
                center = turn.T @ (bodies.places[i][near] - place).T
                own = np.broadcast_to(self._half[i][:, None], center.shape)
                exact = _told_apart(box_box(relative, center, sizes, own))
            else:
                start, end = (
                    turn.T @ (points[:, near, i] - place[:, None])
                    for points in (bodies.starts, bodies.ends)
                )
                exact = segment_box(start, end, sizes) - self._radii[i]
            room[near, k] = exact - self._keep[i]
        return room

    def _round(self, bodies: Bodies, index: Index, starts: Array, ends: Array) -> Array:
        """Distance of the capsules in or around the solids of `index` to segments."""
        own = (bodies.starts[:, :, index], bodies.ends[:, :, index], starts, ends)
        blocks = range(0, max(starts.shape[1], 1), _BLOCK)
        distances = [segment_segment(*(x[:, i : i + _BLOCK] for x in own)) for i in blocks]
        rounded: Array = np.concatenate(distances) - self._radii[index]
        return rounded

    def _exact(self, bodies: Bodies, i: int, j: int, rows: Index) -> Array:
        """Distance of two solids of which at least one is a box, in some of the rows."""
        if not self._boxes[i]:
            i, j = j, i
        turn, place = bodies.turns[i][rows], bodies.places[i][rows]
        half = np.broadcast_to(self._half[i][:, None], (3, len(rows)))
        if not self._boxes[j]:
            start = np.einsum('nji,nj->in', turn, bodies.starts[:, rows, j].T - place)
            end = np.einsum('nji,nj->in', turn, bodies.ends[:, rows, j].T - place)
            distance: Array = segment_box(start, end, half) - self._radii[j]
            return distance
        relative = np.einsum('nji,njk->ikn', turn, bodies.turns[j][rows])
        center = np.einsum('nji,nj->in', turn, bodies.places[j][rows] - place)
        other = np.broadcast_to(self._half[j][:, None], half.shape)
        return _told_apart(box_box(relative, center, half, other))


def _spine(half: Array) -> tuple[Array, float]:
    """Half of the segment in a box, in its own frame, and the radius of the capsule around it.

    A box lies in the capsule along its longest axis with half the diagonal of its cross-section.
    """
    along = np.where(np.arange(3) == int(half.argmax()), half, 0.0)
    return along, float(np.linalg.norm(half - along))


def _told_apart(distance: Array) -> Array:
    """Distances of boxes, with those that meet below zero, as capsules have it."""
    return np.where(distance > 0.0, distance, -MEETING)
