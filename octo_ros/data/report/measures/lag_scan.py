# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether actions and motion belong to the same step: their correlation at shifts of a few."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.data.report.measures.motion import achieved_motion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from octo_ros.data.report.facts import PartFacts
    from octo_ros.geometry import Array

LAGS = range(-3, 4)
LEAST_PAIRS = 8
# Of the standard deviation; below, an axis moves no more than its sensor's noise [m], [rad].
LEAST_MOTION = np.array([2e-4, 2e-4, 2e-4, 1e-3, 1e-3, 1e-3])


@dataclass(frozen=True)
class LagScan:
    """Correlation of action and achieved motion.

    Attributes:
        lags: Steps by which the motion comes later than the action.
        correlations: At each lag, the mean over the axes that move.
        axes: Which of the six these are.
        pairs: Steps compared at lag 0.
    """

    lags: tuple[int, ...]
    correlations: tuple[float, ...]
    axes: tuple[int, ...]
    pairs: int

    @property
    def peak(self) -> int:
        """Lag of the largest correlation, that nearest to 0 of equal ones."""
        return max(self.lags, key=lambda lag: (self.at(lag), -abs(lag)))

    def at(self, lag: int) -> float:
        """Correlation at a lag."""
        return self.correlations[self.lags.index(lag)]


def lag_scan(parts: Sequence[PartFacts]) -> LagScan | None:
    """Compare the first six numbers of actions with the motion between observations.

    Returns:
        None where nothing can be said: fewer than LEAST_PAIRS steps at the largest lag, or no
        axis that both the actions and the arm move.
    """
    # The last action of a part is a hold: nothing is known of the motion after it.
    pairs = [
        (part.actions[:-1, :6].astype(np.float64), achieved_motion(part.proprio)[:, :6])
        for part in parts
        if len(part.actions) > 1
        and np.isfinite(part.actions).all()
        and np.isfinite(part.proprio).all()
    ]
    shifted = {lag: _shifted(pairs, lag) for lag in LAGS}
    if min(len(actions) for actions, _ in shifted.values()) < LEAST_PAIRS:
        return None
    actions, motion = shifted[0]
    moves = (actions.std(axis=0) > LEAST_MOTION) & (motion.std(axis=0) > LEAST_MOTION)
    if not moves.any():
        return None
    return LagScan(
        lags=tuple(LAGS),
        correlations=tuple(
            round(float(_correlation(a[:, moves], m[:, moves]).mean()), 4)
            for a, m in shifted.values()
        ),
        axes=tuple(int(axis) for axis in np.flatnonzero(moves)),
        pairs=len(actions),
    )


def _shifted(pairs: Sequence[tuple[Array, Array]], lag: int) -> tuple[Array, Array]:
    early, late = max(lag, 0), max(-lag, 0)
    empty = np.zeros((0, 6))
    actions = [a[late : max(len(a) - early, late)] for a, _ in pairs]
    motion = [m[early : max(len(m) - late, early)] for _, m in pairs]
    return np.concatenate([empty, *actions]), np.concatenate([empty, *motion])


def _correlation(a: Array, b: Array) -> Array:
    """Pearson's correlation of each column; 0 where one does not vary."""
    a, b = a - a.mean(axis=0), b - b.mean(axis=0)
    size = np.sqrt((a**2).sum(axis=0) * (b**2).sum(axis=0))
    result: Array = (a * b).sum(axis=0) / np.where(size > 0.0, size, 1.0)
    return result
