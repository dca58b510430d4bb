# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The resize of Octo's training data: tf.image.resize(method='lanczos3', antialias=True), rounded.

A resize is one matrix product per axis. Every row of the matrix has few entries, and neighbouring
rows share most of them, so it is computed in small dense blocks along its diagonal, those at equal
distances in one call: an eighth of Pillow's time, and without Pillow's rounding between the two
axes. What lies between the steps is kept in memory that is used again: fresh memory would take
longer to get from the system than the products.
"""

from __future__ import annotations

import threading
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
TILE = 1 << 18  # samples that are made float at a time, for the same reason
# OpenBLAS shares products above 2^18 multiplications between threads, which here costs more than
# it gains, above all when the threads are those of a network that is being run.
MAX_MULTIPLICATIONS = 260_000


@dataclass(frozen=True)
class _Batch:
    """n blocks of b outputs each, made of k inputs each.

    Attributes:
        first: First output of the first block.
        start: First input of the first block.
        step: Distance of the blocks' first inputs.
        weights: Shape (n, b, k).
    """

    first: int
    start: int
    step: int
    weights: NDArray[np.float32]


@dataclass(frozen=True)
class _Strip:
    """Neighbouring outputs [first, end) and the inputs [start, stop) that they need."""

    first: int
    end: int
    start: int
    stop: int
    batches: tuple[_Batch, ...]


class _Workspace(threading.local):
    """Arrays by name, made once per thread and size; each holds what was last put there."""

    def __init__(self) -> None:
        self._memory: dict[str, NDArray[np.uint8]] = {}

    def array(
        self, name: str, rows: int, columns: int, dtype: type[np.generic]
    ) -> NDArray[np.generic]:
        size = rows * columns * np.dtype(dtype).itemsize
        memory = self._memory.get(name)
        if memory is None or memory.size < size:
            memory = self._memory[name] = np.empty(size, np.uint8)
        return memory[:size].view(dtype).reshape(rows, columns)

    def floats(self, name: str, rows: int, columns: int) -> NDArray[np.float32]:
        return self.array(name, rows, columns, np.float32)  # type: ignore[return-value]


_workspace = _Workspace()


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
    (across,) = _strips(columns, width, width)
    result = np.empty((height, width, channels), np.uint8)
    for strip in _strips(rows, height, STRIP * BLOCK):
        lines = strip.end - strip.first
        high = _workspace.floats('high', lines, columns * channels)
        used = strip.stop - strip.start
        for left in range(0, columns * channels, tile := max(1, TILE // used)):
            part = flat[strip.start : strip.stop, left : left + tile]
            samples = _workspace.floats('samples', *part.shape)
            np.copyto(samples, part)
            _resample(samples, strip, high, left)
        # Transposed, columns are rows of (channel, output row), so one routine serves both axes.
        upright = _workspace.floats('upright', columns * channels, lines)
        cv2.transpose(high, upright)
        lying = _workspace.floats('lying', width, channels * lines)
        _resample(upright.reshape(columns, channels * lines), across, lying, 0)
        levels = _workspace.array('levels', width, channels * lines, np.uint8)
        # It rounds halves to even, as TensorFlow does, and takes more than 255 for 255.
        cv2.convertScaleAbs(np.maximum(lying, 0, out=lying), levels)
        finished = result[strip.first : strip.end].reshape(lines, width * channels)
        cv2.transpose(levels.reshape(width * channels, lines), finished)
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
    samples: NDArray[np.float32], strip: _Strip, result: NDArray[np.float32], place: int
) -> None:
    """Resample the first axis.

    Args:
        samples: Some columns of the strip's inputs, contiguous, shape (stop - start, n).
        strip: What to compute.
        result: Where to, contiguous, shape (end - first, at least n).
        place: Column of the result that the samples' first one is.
    """
    line, columns = samples.strides[0], samples.shape[1]
    for batch in strip.batches:
        blocks, outputs, inputs = batch.weights.shape
        top = batch.first - strip.first
        target = result[top : top + blocks * outputs].reshape(blocks, outputs, -1)
        width = max(1, MAX_MULTIPLICATIONS // (outputs * inputs))
        for left in range(0, columns, width):
            right = min(left + width, columns)
            # The blocks' inputs overlap.
            windows: NDArray[np.float32] = np.ndarray(
                (blocks, inputs, right - left),
                np.float32,
                samples.data,
                (batch.start - strip.start) * line + 4 * left,
                (batch.step * line, line, 4),
            )
            np.matmul(batch.weights, windows, out=target[:, :, place + left : place + right])


@lru_cache(maxsize=32)
def _strips(inputs: int, outputs: int, size: int) -> tuple[_Strip, ...]:
    """Cut an axis into strips of so many outputs, a multiple of BLOCK or all of them."""
    weights = lanczos3_weights(inputs, outputs).astype(np.float32)
    spans = []
    for first in range(0, outputs, BLOCK):
        used = np.flatnonzero(weights[first : first + BLOCK].any(axis=0))
        spans.append((int(used[0]), int(used[-1]) + 1))
    taken = max(stop - start for start, stop in spans)
    blocks = []
    for first, (start, _) in zip(range(0, outputs, BLOCK), spans, strict=True):
        begin = min(start, inputs - taken)
        part = weights[first : first + BLOCK, begin : begin + taken]
        blocks.append(_Batch(first, begin, 0, part[None]))
    strips = []
    for first in range(0, outputs, size):
        own = [block for block in blocks if first <= block.first < first + size]
        start, stop = own[0].start, own[-1].start + taken
        batches = tuple(_joined(group) for group in _evenly_spaced(own))
        strips.append(_Strip(first, min(first + size, outputs), start, stop, batches))
    return tuple(strips)


def _evenly_spaced(blocks: Sequence[_Batch]) -> list[list[_Batch]]:
    """Runs of blocks of equal shape whose inputs begin at equal distances."""
    runs: list[list[_Batch]] = []
    for block in blocks:
        run = runs[-1] if runs else []
        fits = bool(run) and run[-1].weights.shape == block.weights.shape
        if fits and len(run) > 1:
            fits = block.start - run[-1].start == run[1].start - run[0].start
        if fits:
            run.append(block)
        else:
            runs.append([block])
    return runs


def _joined(run: Sequence[_Batch]) -> _Batch:
    step = run[1].start - run[0].start if len(run) > 1 else 0
    weights = np.ascontiguousarray(np.concatenate([block.weights for block in run]))
    return _Batch(run[0].first, run[0].start, step, weights)
