# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Temporal ensembling: the mean of all that was predicted for the same time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.errors import PolicyError
from octo_ros.policy.chunking.rotation_mean import rotation_mean
from octo_ros.policy.chunking.tick_scheduler import TickScheduler

if TYPE_CHECKING:
    from octo_ros.geometry import Array
    from octo_ros.policy.chunking.tick_motion import TickMotion
    from octo_ros.policy.chunking.timestamped import Placed
    from octo_ros.types import ActionSpec

OPEN = 0.5


class TemporalEnsemble(TickScheduler):
    """Averages the chunks that cover a time, with the weights of Octo's `TemporalEnsembleWrapper`.

    Prediction i has the weight exp(-w·i), i = 0 for the oldest: w = 0 is the plain mean, a
    positive w trusts older predictions more, a negative one newer ones. Octo infers once per
    action, so its i counts actions; here it is the time between the chunks in units of
    `action_dt`, which is the same number then, and means the same at another rate of inference or
    with a chunk missing.

    Translations are averaged; rotations too, on SO(3) (`rotation_mean`, of whole actions, of which
    the tick gets its share). The gripper is voted on: the side, open or closed, with more weight
    wins, and the opening is that of the newest prediction on this side. Octo averages it, which
    holds a gripper half open while the predictions disagree. In a tie the newest decides.

    Args:
        spec: Meaning of the actions.
        weight: w.

    Raises:
        PolicyError: w is not finite.
    """

    def __init__(self, spec: ActionSpec, weight: float = 0.0) -> None:
        if not math.isfinite(weight):
            msg = f'The weight of the ensemble is {weight}; it must be a finite number.'
            raise PolicyError(msg)
        super().__init__(spec)
        self._weight = weight

    def _in_force(self, placed: list[Placed]) -> list[Placed]:
        return placed

    def _move(self, motion: TickMotion, in_force: list[Placed], duration_ns: int) -> None:
        weights = self._weights(in_force)
        rows = [(here.path, here.path.row(here.own_ns)) for here in in_force]
        translations = np.array([path.translations[row] for path, row in rows])
        vectors = np.array([path.rotation_vectors[row] for path, row in rows])
        grippers = np.array([path.chunk.actions[row, 6] for path, row in rows])
        newest = in_force[-1]
        share = duration_ns / newest.path.row_ns
        motion.add(
            share * (weights @ translations),
            share * rotation_mean(vectors, weights),
            duration_ns,
            _vote(grippers, weights),
            newest,
        )

    def _weights(self, in_force: list[Placed]) -> Array:
        """Shape (n,), with sum 1."""
        # The place in a chunk is how long ago it began, so the oldest has the largest.
        places = np.array([here.own_ns for here in in_force], dtype=np.float64)
        exponents = -self._weight * (places.max() - places) / in_force[0].path.row_ns
        weights = np.exp(exponents - exponents.max())
        return np.asarray(weights / weights.sum())


def _vote(grippers: Array, weights: Array) -> float:
    """The opening that wins; both shape (n,), oldest first, weights with sum 1."""
    votes = grippers >= OPEN
    for_open = float(weights[votes].sum())
    # Equal weights add up to a half only within rounding.
    tie = math.isclose(for_open, 0.5, abs_tol=1e-9)
    winner = votes[-1] if tie else for_open > 0.5
    return float(grippers[votes == winner][-1])
