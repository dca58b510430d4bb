# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Configurations to start from: inside all limits, anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array
    from octo_ros.safety.fuzz.judge import Judge

_CANDIDATES = 1000
_ROUNDS = 20
_ROOM = 1e-3  # m or rad


class Starts:
    """A stock of random legal starts of one robot.

    Half of them are drawn from the whole range, half from around home, as few random ones of an
    arm with wide joints stand in its box.

    Args:
        embodiment: The robot's contract.
        judge: Says which are legal.
        random: Source of chance.
        count: How many are wanted; there may be fewer, but home is always one.
    """

    def __init__(
        self, embodiment: Embodiment, judge: Judge, random: np.random.Generator, count: int = 60
    ) -> None:
        limits, home = embodiment.limits, np.array(embodiment.home)
        self._random = random
        found = [home]
        for round_ in range(_ROUNDS):
            if round_ % 2:
                spread = random.uniform(0.05, 1.0, (_CANDIDATES, 1))
                drawn = home + spread * random.standard_normal((_CANDIDATES, len(home)))
            else:
                drawn = random.uniform(
                    limits.position_min, limits.position_max, (_CANDIDATES, len(home))
                )
            found += list(judge.legal(drawn, _ROOM)[: count // 3])
            if len(found) > count:
                break
        self.stock: list[Array] = found

    def draw(self) -> Array:
        """One of them, shape (n,), rad; home in one of six cases."""
        index = 0 if self._random.random() < 1 / 6 else self._random.integers(len(self.stock))
        return self.stock[index]
