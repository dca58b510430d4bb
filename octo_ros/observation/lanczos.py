# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The resize of Octo's training data: tf.image.resize(method='lanczos3', antialias=True), rounded.

A resize is one matrix product per axis. Every row of the matrix has few entries, and neighbouring
rows share most of them, so it is computed in small dense blocks along its diagonal: a quarter of
Pillow's time, and without Pillow's rounding between the two axes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LOBES = 3
BLOCK = 8  # output samples per block: more waste zeros, fewer waste calls
STRIP = 8  # blocks worked on at a time, so that what lies between the two axes stays in the cache
# OpenBLAS shares products above 2^18 multiplications between threads, which here costs more than
# it gains, above all when the threads are those of a network that is being run.
MAX_MULTIPLICATIONS = 260_000


@dataclass(frozen=True)
class _Block:
    """Consecutive outputs [first, end) and their weights on the inputs [start, stop)."""

    first: int
    end: int
    start: int
    stop: int
    weights: NDArray[np.float32]


def lanczos3(image: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """Resize without keeping the aspect ratio.

    Args:
        image: RGB, shape (H, W, 3).
        height: Wanted rows.
        width: Wanted columns.

    Returns:
        uint8, shape (height, width, 3): TensorFlow's result, but for values that lie within 0.004
        of the middle between two levels.
    """
    rows, columns, channels = image.shape
    flat = image.reshape(rows, columns * channels)
    down, across = _blocks(rows, height), _blocks(columns, width)
    result = np.empty((height, width, channels), np.uint8)
    for index in range(0, len(down), STRIP):
        strip = down[index : index + STRIP]
        top, bottom = strip[0].first, strip[-1].end
        # Transposed, columns are rows of (channel, output row), so one routine serves both axes.
        upright = cv2.transpose(_resample(flat, strip))
        lying = _resample(upright.reshape(columns, channels * (bottom - top)), across)
        levels = np.clip(np.rint(lying, out=lying), 0, 255, out=lying).astype(np.uint8)
        finished = cv2.transpose(levels.reshape(width * channels, bottom - top))
        result[top:bottom] = finished.reshape(bottom - top, width, channels)
    return result


def lanczos3_weights(inputs: int, outputs: int) -> NDArray[np.float64]:
    """The matrix that resamples one axis.

    Sample centres lie at half numbers; when shrinking, the kernel is as much wider as the samples
    are farther apart; what reaches beyond the border is left out and the rest sums to one.

    Args:
        inputs: Samples there are.
        outputs: Samples wanted.

    Returns:
        Shape (outputs, inputs).
    """
    step = inputs / outputs
    centres = (np.arange(outputs) + 0.5) * step
    distance = (np.arange(inputs) + 0.5 - centres[:, None]) / max(step, 1.0)
    kernel = np.sinc(distance) * np.sinc(distance / LOBES)
    kernel[np.abs(distance) >= LOBES] = 0.0
    return np.asarray(kernel / kernel.sum(axis=1, keepdims=True))


def _resample(
    samples: NDArray[np.uint8] | NDArray[np.float32], blocks: Sequence[_Block]
) -> NDArray[np.float32]:
    """Resample the first axis; of its outputs, those of these neighbouring blocks."""
    columns, first = samples.shape[1], blocks[0].first
    result = np.empty((blocks[-1].end - first, columns), np.float32)
    for block in blocks:
        step = max(1, MAX_MULTIPLICATIONS // block.weights.size)
        for left in range(0, columns, step):
            part = samples[block.start : block.stop, left : left + step]
            target = result[block.first - first : block.end - first, left : left + step]
            np.matmul(block.weights, part.astype(np.float32, copy=False), out=target)
    return result


@lru_cache(maxsize=32)
def _blocks(inputs: int, outputs: int) -> tuple[_Block, ...]:
    weights = lanczos3_weights(inputs, outputs).astype(np.float32)
    blocks = []
    for first in range(0, outputs, BLOCK):
        rows = weights[first : first + BLOCK]
        used = np.flatnonzero(rows.any(axis=0))
        start, stop = int(used[0]), int(used[-1]) + 1
        part = np.ascontiguousarray(rows[:, start:stop])
        blocks.append(_Block(first, first + len(rows), start, stop, part))
    return tuple(blocks)
