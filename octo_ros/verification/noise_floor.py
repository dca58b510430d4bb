# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How far float32 itself is from the truth, measured: the same pass again in float64.

A network may amplify rounding: T5's logits are not divided by sqrt(d), so a softmax that is nearly
a maximum turns errors of 1e-6 into 1e-4, in the original as much as here. An array over its table
limit is therefore measured, and `SHARE` times what float32 lost here is granted: the original lost
about as much once more, in another order of sums, so that two float32 networks are 1.5 to 2 times
as far from each other as ours is from float64 (0.4 to 2.4 over eight networks; octo-small's size
with a random T5 is the worst). Of samples, `SAMPLE_SHARE` times: the first denoising step
multiplies the error of the predicted noise by 32 and then clips nearly all entries, so that the
largest error is that of a handful of entries and luck decides it (ratios 0.7 to 4.3).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from octo_ros.verification.engine import Engine, SceneOutputs
from octo_ros.verification.scene import Scene
from octo_ros.verification.torch_engine import TorchEngine

SHARE = 4.0
SAMPLE_SHARE = 16.0
CAP = 1e-3  # of the largest entry: amplified noise excuses no more
NOTE = 'float32 noise'


class NoiseFloor:
    """Our network in both types.

    Args:
        load: Gives it in float32; called when something is measured.
    """

    def __init__(self, load: Callable[[], TorchEngine]) -> None:
        self._load = load

    @cached_property
    def engine(self) -> TorchEngine:
        """The network in float32."""
        return self._load()

    def measures(self, engine: Engine) -> bool:
        """Whether an engine is that network."""
        return engine is self.engine

    def open(self, scene: Scene) -> tuple[SceneOutputs, SceneOutputs]:
        """One scene in float32 and in float64; nothing is computed yet."""
        return self.engine.open(scene), self.engine.exact().open(scene)


def noise_limit(
    plain: NDArray[Any], exact: NDArray[Any], expected: NDArray[Any], share: float = SHARE
) -> float:
    """What rounding may make of an array, at most.

    Args:
        plain: Ours in float32.
        exact: Ours in float64.
        expected: The original's, which gives the scale.
        share: How many times what ours lost.
    """
    if plain.shape != exact.shape or {plain.dtype.kind, exact.dtype.kind, expected.dtype.kind} != {
        'f'
    }:
        return 0.0
    difference = plain.astype(np.float64) - exact.astype(np.float64)
    lost = float(np.abs(difference).max(initial=0))
    scale = float(np.abs(expected.astype(np.float64)).max(initial=0))
    return min(share * lost, CAP * scale) if np.isfinite(lost) else 0.0
