# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""RGB pictures → JPEG or PNG, for datasets and for the network between robot and policy.

The same picture always gives the same bytes: a frozen camera is found by them.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Literal

import cv2
from PIL import Image, UnidentifiedImageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

JPEG_START = b'\xff\xd8\xff'
START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # ITU-T T.81, table B.1
QUALITY = 95  # what TFDS itself encodes with
STEPS = (90, 80, 70, 60, 50)  # below the last, blocks appear that no training data has
# No subsampling of colours. What Pillow makes is the same, but takes a quarter more time.
JPEG_OPTIONS = (cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444)
# Run lengths after PNG's filters: smaller than zlib's search for repetitions on pictures with
# noise, which have none, and as fast as its fastest level.
PNG_OPTIONS = (cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_RLE)


@dataclass(frozen=True)
class Encoded:
    """A picture as it travels.

    Attributes:
        data: The file.
        quality: JPEG quality; None where nothing was lost: PNG, and a camera's own JPEG.
    """

    data: bytes
    quality: int | None

    @property
    def kind(self) -> Literal['jpeg', 'png']:
        """What the file is."""
        return 'jpeg' if self.data.startswith(JPEG_START) else 'png'


def encode_jpeg(image: NDArray[np.uint8], quality: int = QUALITY) -> bytes:
    """Encode an RGB image, shape (H, W, 3), keeping full colour resolution."""
    options = (*JPEG_OPTIONS, cv2.IMWRITE_JPEG_QUALITY, quality)
    return cv2.imencode('.jpg', cv2.cvtColor(image, cv2.COLOR_RGB2BGR), options)[1].tobytes()


def encode_png(image: NDArray[np.uint8]) -> bytes:
    """Encode an RGB image, shape (H, W, 3), without loss."""
    data = cv2.imencode('.png', cv2.cvtColor(image, cv2.COLOR_RGB2BGR), PNG_OPTIONS)[1]
    return bytes(data)


def own_jpeg(message: object, height: int, width: int) -> bytes | None:
    """The file that a camera itself made, where it is what would be made of it.

    Args:
        message: Camera message, raw or compressed.
        height: Wanted rows.
        width: Wanted columns.

    Returns:
        The message's bytes if it is a three-channel JPEG of that size, else None.
    """
    if not (hasattr(message, 'format') and hasattr(message, 'data')):
        return None
    data = memoryview(message.data)
    if data[:3] != JPEG_START or _frame(data) != (height, width, 3):
        return None
    own = data.tobytes()
    try:
        with Image.open(BytesIO(own)) as header:
            return own if header.size == (width, height) and header.mode == 'RGB' else None
    except UnidentifiedImageError:
        return None  # OpenCV may still read it, but whoever gets the file need not be able to


def _frame(data: memoryview) -> tuple[int, int, int] | None:
    """Rows, columns and channels that a JPEG's frame header says; None if there is none."""
    at = 2
    while at + 10 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # fills up
            at += 1
        elif marker in START_OF_FRAME:
            rows, columns = (int.from_bytes(data[at + i : at + i + 2], 'big') for i in (5, 7))
            return rows, columns, data[at + 9]
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], 'big')
    return None


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
