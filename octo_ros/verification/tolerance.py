# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How far an array may be from the original's.

Float32. Sums are taken in another order: against the same network in float64, the original is off
by up to 3e-5 on tokens and 4e-5 on the sum that flows through the blocks (scale 12), and its
compiled and its eager form differ by up to 6e-5 on 20-step samples (at the size of octo-small).
The limits: 5e-5; where an array is larger than 5, as that sum is, 1e-5 of its largest entry; 3e-4
for samples, which add up 20 evaluations of the network. Losses and gradients have no scale of
their own, so theirs is 1e-4 of what is expected.

Half precision. What is left of a number after every operation is 1 ± eps/2, with eps = 2⁻⁷ for
bfloat16 and 2⁻¹⁰ for float16. The errors of the operations on the way to an array add up like a
random walk, so the limit is a small multiple of eps times the array's largest magnitude:

* `INNER`: stem, blocks, tokens, and what the float32 head makes of them. A block adds two rounded
  branches to a rounded sum; over 12 blocks that is √(12·4) ≈ 7 roundings of eps/2, and the largest
  of 10⁵ entries is 4 to 5 deviations out.
* `SAMPLE`: samples, of scale 5, where the clip is. The last step of the schedule multiplies an
  error of the predicted noise by 1/√alpha = 32 before the clip; the following ones shrink it.

What does not pass through the half-precision part (schedule, time features, statistics) keeps its
float32 limit, and masks must always be equal.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from octo_ros.verification.engine import Dtype

FLOAT32 = 5e-5
FLOAT32_LARGE = 1e-5  # of the largest entry
FLOAT32_SAMPLE = 3e-4
RELATIVE = 1e-4
EPSILON: Mapping[Dtype, float] = {'bfloat16': 2.0**-7, 'float16': 2.0**-10}
INNER = 16.0
SAMPLE = 32.0
_ALWAYS_FLOAT32 = ('schedule', 'time', 'proprio_normalized')


def absolute_tolerance(name: str, expected: NDArray[Any], dtype: Dtype) -> float:
    """Largest absolute error of an array that passes.

    Args:
        name: Its name without the variant.
        expected: The original's values, which give the scale.
        dtype: Of the network in front of its head.
    """
    family = name.partition('/')[0]
    sample = family == 'sample'
    scale = float(np.abs(expected).max(initial=0)) if expected.dtype.kind == 'f' else 0.0
    if dtype == 'float32' or family in _ALWAYS_FLOAT32:
        return FLOAT32_SAMPLE if sample else max(FLOAT32, FLOAT32_LARGE * scale)
    return max((SAMPLE if sample else INNER) * EPSILON[dtype] * scale, FLOAT32)


def relative_tolerance(expected: NDArray[Any], floor: float = 0.0) -> NDArray[np.float64]:
    """Limits for losses, metrics and gradients, which have no scale of their own."""
    return RELATIVE * np.abs(np.asarray(expected, np.float64)) + max(floor, 1e-7)


def gradient_floor(gradients: Mapping[str, NDArray[Any]]) -> float:
    """What is nothing but rounding in a gradient, 1e-7 of all of them together.

    The bias in front of a norm and that of an attention's keys have no gradient: what is found
    there is what is left over when larger numbers cancel.
    """
    squares = (np.square(g, dtype=np.float64).sum() for g in gradients.values())
    return 1e-7 * float(np.sqrt(sum(squares)))
