# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Do the actions belong to their steps? Their correlation with the motion, shifted in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.data.labels.displacements import achieved

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.geometry import Array

LAGS = tuple(range(-3, 4))
MOVES = 1e-6  # standard deviation [m or rad] below which a number does not move
FEWEST = 8  # pairs of steps for a correlation


@dataclass(frozen=True)
class LagScan:
    """Correlation of action k with the motion from observation k + lag to the one after.

    Attributes:
        lags: In steps; positive: the arm moves after the action says so.
        correlations: One per lag, -1 .. 1; None where too little moves to tell.
    """

    lags: tuple[int, ...]
    correlations: tuple[float | None, ...]

    @property
    def peak(self) -> int | None:
        """The lag of the largest correlation, that nearest to 0 of equal ones; None if unknown."""
        known = [
            (correlation, -abs(lag), lag)
            for lag, correlation in zip(self.lags, self.correlations, strict=True)
            if correlation is not None
        ]
        return max(known)[2] if known else None


def lag_scan(
    actions: NDArray[np.floating], proprio: NDArray[np.floating], lags: Sequence[int] = LAGS
) -> LagScan:
    """Scan one episode.

    Args:
        actions: Of the end effector, shape (n, 6) or more columns.
        proprio: Shape (n, 6) or more columns.
        lags: In steps.
    """
    return pooled_lag_scan([(actions, proprio)], lags)


def pooled_lag_scan(
    episodes: Sequence[tuple[NDArray[np.floating], NDArray[np.floating]]],
    lags: Sequence[int] = LAGS,
) -> LagScan:
    """Scan episodes together: mean over the numbers that move, of their correlations.

    Args:
        episodes: Actions and proprio of each, as for `lag_scan`. The last step of each says
            nothing, for its motion is not recorded.
        lags: In steps.
    """
    pairs = [(np.asarray(a)[: len(p) - 1, :6], achieved(p)[:-1]) for a, p in episodes]
    return LagScan(tuple(lags), tuple(_correlation(pairs, lag) for lag in lags))


def _correlation(pairs: Sequence[tuple[Array, Array]], lag: int) -> float | None:
    shifted = [
        (actions[max(0, -lag) : len(actions) - max(0, lag)], motion[max(0, lag) :])
        for actions, motion in pairs
        if len(actions) > abs(lag)
    ]
    shifted = [(actions, motion[: len(actions)]) for actions, motion in shifted]
    if sum(len(actions) for actions, _ in shifted) < FEWEST:
        return None
    said = np.concatenate([actions for actions, _ in shifted])
    made = np.concatenate([motion for _, motion in shifted])
    moves = (said.std(axis=0) > MOVES) & (made.std(axis=0) > MOVES)
    if not moves.any():
        return None
    values = [np.corrcoef(said[:, i], made[:, i])[0, 1] for i in np.flatnonzero(moves)]
    return float(np.mean(values))
