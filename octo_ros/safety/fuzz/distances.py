# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Exact distances between segments and boxes, for many pairs at once.

Arrays hold components first: a field of M points has shape (3, M). Everything is in m.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from octo_ros.geometry import Array

_HALVINGS = 40
"""Of the interval [0, 1] of a segment's parameter: nearest points are met within 1e-12 lengths."""

_CORNERS = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], np.float64)
_EDGES = tuple(
    (i, j)
    for i, j in combinations(range(8), 2)
    if np.count_nonzero(_CORNERS[i] != _CORNERS[j]) == 1
)


def segment_segment(start1: Array, end1: Array, start2: Array, end2: Array) -> Array:
    """Distance between segments p₁q₁ and p₂q₂ of positive length.

    The least of five: the nearest points of the two lines where both lie inside their segments,
    and each of the four ends to the other segment. One of them is the minimum, and each is the
    distance of two points of the segments, so that a bad condition of nearly parallel lines can
    only make it larger by what the ends miss, which is nothing in the limit.

    Args:
        start1: Shape (3, …).
        end1: Likewise.
        start2: Likewise.
        end2: Likewise.

    Returns:
        Shape (…).
    """
    d1, d2, r = end1 - start1, end2 - start2, start1 - start2
    a, e, b = _dot(d1, d1), _dot(d2, d2), _dot(d1, d2)
    c, f = _dot(d1, r), _dot(d2, r)
    denominator = a * e - b * b
    crossing = denominator > 1e-12 * a * e
    safe = np.where(crossing, denominator, 1.0)
    s, t = (b * f - c * e) / safe, (a * f - b * c) / safe
    inside = crossing & (s >= 0.0) & (s <= 1.0) & (t >= 0.0) & (t <= 1.0)
    gap = r + s * d1 - t * d2
    best = np.where(inside, _dot(gap, gap), np.inf)
    # Ends of the second on the first: s = clip(-d₁·(p₁ - x)/a); likewise the other way round.
    for share in (0.0, 1.0):
        s = np.clip((share * b - c) / a, 0.0, 1.0)
        gap = r + s * d1 - share * d2
        best = np.minimum(best, _dot(gap, gap))
        t = np.clip((f + share * b) / e, 0.0, 1.0)
        gap = r + share * d1 - t * d2
        best = np.minimum(best, _dot(gap, gap))
    distance: Array = np.sqrt(best)
    return distance


def segment_box(start: Array, end: Array, half: Array) -> Array:
    """Distance from a segment to a box around the origin, 0 inside.

    The squared distance of the point p + t·d is convex in t; its derivative is bisected.

    Args:
        start: In the box's own frame, shape (3, M).
        end: Likewise.
        half: Half lengths of the box, shape (3, M).

    Returns:
        Shape (M,).
    """
    direction = end - start
    low, high = np.zeros(start.shape[1:]), np.ones(start.shape[1:])
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        rising = _dot(_outside(start + middle * direction, half), direction) > 0.0
        high = np.where(rising, middle, high)
        low = np.where(rising, low, middle)
    # The minimum may lie at an end, which the bisection only approaches.
    best = np.minimum(_length(start, half), _length(end, half))
    return np.minimum(best, _length(start + 0.5 * (low + high) * direction, half))


def box_box(turn: Array, place: Array, half1: Array, half2: Array) -> Array:
    """Distance between two boxes, 0 where they meet.

    The nearest points of two disjoint convex bodies with flat faces lie on an edge of the one and
    anywhere on the other; two that meet have an edge of the one in the other. So it is the least
    of all distances of the 12 edges of each to the other box.

    Args:
        turn: Rotation of the second box in the frame of the first, shape (3, 3, M).
        place: Its centre there, shape (3, M).
        half1: Half lengths of the first, shape (3, M).
        half2: Half lengths of the second, shape (3, M).

    Returns:
        Shape (M,).
    """
    back = np.swapaxes(turn, 0, 1)
    there = np.einsum('ijm,kjm->kim', turn, _CORNERS[:, :, None] * half2) + place
    here = np.einsum('ijm,kjm->kim', back, _CORNERS[:, :, None] * half1 - place)
    best = np.full(place.shape[1:], np.inf)
    for i, j in _EDGES:
        best = np.minimum(best, segment_box(there[i], there[j], half1))
        best = np.minimum(best, segment_box(here[i], here[j], half2))
    return best


def _dot(x: Array, y: Array) -> Array:
    product: Array = x[0] * y[0] + x[1] * y[1] + x[2] * y[2]
    return product


def _outside(point: Array, half: Array) -> Array:
    """From the nearest point of the box to `point`."""
    return point - np.clip(point, -half, half)


def _length(point: Array, half: Array) -> Array:
    away = _outside(point, half)
    length: Array = np.sqrt(_dot(away, away))
    return length
