# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How far an array may be from the original's.

Float32. Sums are taken in another order. With trained-like weights the original is off by up to
3e-5 on tokens and 4e-5 on the sum that flows through the blocks (scale 12), against the same
network in float64, and its compiled and its eager form differ by up to 7e-5 on 20-step samples.
The limits: 5e-5; where an array is larger than 5, as that sum is, 1e-5 of its largest entry; 3e-4
for samples, which add up 20 evaluations of the network. Losses and gradients have no scale of
their own, so theirs is 1e-4 of what is expected. Weights may amplify rounding beyond that: a
random T5 of base size makes 1e-4 of it on the instruction's tokens, 2.8e-4 in the blocks, in the
original as much as here. What is over its limit is therefore measured in float64, see
`noise_floor`.

Half precision. What is left of a number after every operation is 1 ± eps/2, with eps = 2⁻⁷ for
bfloat16 and 2⁻¹⁰ for float16. Errors add up like a random walk, so the limit is a multiple of eps
times the array's largest magnitude: three to four times of what was found on 18 networks, two of
them of octo-small's size. Found, in eps times the largest magnitude: stem 1.1, where an error is
that of one operation on nearly exact pixels; blocks 2.2, the largest of 10⁵ entries after up to
24 rounded sums; tokens 3.2; the image tokenizers 5.3, whose patch convolution adds up numbers
much larger than its result; predicted noise 1.2, because the denoising network is float32 and
sees the embedding beside exact inputs. The first denoising steps multiply an error of the
predicted noise by 1/√alpha = 32 before the clip, which gives 35 on the way (in bfloat16 that limit
is as large as the clip itself: look at float16); the following steps shrink it, to 11 in actions.

What does not pass through the half-precision part (schedule, time features, statistics) keeps its
float32 limit, and masks must always be equal. An array that was stored in float16 is granted that
type's resolution.
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
HALF: Mapping[str, float] = {  # in eps times the largest magnitude
    'stem': 4.0,
    'encoder': 8.0,
    'tokenizer': 16.0,
    'projection': 10.0,
    'block': 8.0,
    'transformer': 10.0,
    'map_head': 7.0,
    'eps': 4.0,
    'l1': 12.0,
    'mse': 12.0,
    'discrete': 5.0,
}
HALF_OTHER = 10.0
HALF_ACTIONS = 35.0
HALF_PATH = 105.0
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
    stored = stored_resolution(expected)
    if dtype == 'float32' or family in _ALWAYS_FLOAT32:
        return max(FLOAT32_SAMPLE if sample else FLOAT32, FLOAT32_LARGE * scale) + stored
    share = HALF.get(family, HALF_OTHER)
    if sample:
        share = HALF_PATH if name.endswith('x_after_each_step') else HALF_ACTIONS
    return max(share * EPSILON[dtype] * scale, FLOAT32) + stored


def stored_resolution(expected: NDArray[Any]) -> float:
    """What an array lost when it was stored in half precision; 0 for other types."""
    if expected.dtype != np.float16:
        return 0.0
    return float(np.finfo(np.float16).eps) * float(np.abs(expected).max(initial=0))


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
