# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""RGB pictures → JPEG or PNG, for datasets and for the network between robot and policy.

The same picture always gives the same bytes: a frozen camera is found by them.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import cv2
from PIL import Image

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

QUALITY = 95  # what TFDS itself encodes with
STEPS = (90, 80, 70, 60, 50)  # below the last, blocks appear that no training data has
# Run lengths after PNG's filters: smaller than zlib's search for repetitions on pictures with
# noise, which have none, and as fast as its fastest level.
PNG_OPTIONS = (cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE)


@dataclass(frozen=True)
class Encoded:
    """A picture as it travels.

    Attributes:
        data: The file.
        quality: JPEG quality; None for PNG, which loses nothing.
    """

    data: bytes
    quality: int | None


def encode_jpeg(image: NDArray[np.uint8], quality: int = QUALITY) -> bytes:
    """Encode an RGB image, shape (H, W, 3), keeping full colour resolution."""
    buffer = BytesIO()
    Image.fromarray(image).save(buffer, 'JPEG', quality=quality, subsampling=0)
    return buffer.getvalue()


def encode_png(image: NDArray[np.uint8]) -> bytes:
    """Encode an RGB image, shape (H, W, 3), without loss."""
    data = cv2.imencode('.png', cv2.cvtColor(image, cv2.COLOR_RGB2BGR), PNG_OPTIONS)[1]
    return bytes(data)


def fit_jpeg(image: NDArray[np.uint8], quality: int, size: int) -> Encoded:
    """Encode with the best quality that does not take more than `size` bytes.

    Nothing but the picture decides, not the ones before it.

    Args:
        image: RGB, shape (H, W, 3).
        quality: Best quality, 1..100.
        size: Bytes that it may take.

    Returns:
        A JPEG of `quality` or the best of STEPS below it that fits; of the lowest if none does.
    """
    best = Encoded(encode_jpeg(image, quality), quality)
    if len(best.data) <= size:
        return best
    steps = [step for step in STEPS if step < quality]
    first, end = 0, len(steps)  # the best that fits is none before `first`, or at `end`
    found = best
    while first < end:
        middle = (first + end) // 2
        tried = Encoded(encode_jpeg(image, steps[middle]), steps[middle])
        if len(tried.data) <= size:
            end, found = middle, tried
        else:
            first = middle + 1
            if first == len(steps):
                found = tried
    return found
