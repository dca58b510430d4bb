# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One array of ours against the original's."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Status(Enum):
    """How a comparison went."""

    OK = 'ok'
    FAILED = 'FAILED'
    SKIPPED = 'skipped'


@dataclass(frozen=True)
class Comparison:
    """What is said about one array.

    Attributes:
        name: Its name in the reference.
        status: How it went.
        error: Largest absolute error (where the tolerances differ, that of the worst entry); for
            masks the number of entries that differ. None if there was nothing to compare.
        tolerance: Largest error that passes, for that entry.
        note: A sentence on what went wrong, or where the worst entry is.
    """

    name: str
    status: Status
    error: float | None = None
    tolerance: float | None = None
    note: str = ''

    @classmethod
    def failed(cls, name: str, note: str) -> Comparison:
        """There is no number to give."""
        return cls(name, Status.FAILED, note=note)

    @classmethod
    def skipped(cls, name: str, note: str) -> Comparison:
        """It was not compared."""
        return cls(name, Status.SKIPPED, note=note)


def compare(
    name: str,
    ours: NDArray[Any],
    expected: NDArray[Any],
    tolerance: float | NDArray[np.float64],
    labels: tuple[str, ...] = (),
) -> Comparison:
    """Compare one array.

    Args:
        name: Its name.
        ours: What we computed.
        expected: What the original computed, of the same shape; masks must be equal exactly.
        tolerance: Largest absolute error, for all entries or one for each.
        labels: Names of the entries of a flat array, for the note.
    """
    if ours.dtype == np.bool_:
        expected = _unpacked(expected, ours.shape)
    if ours.shape != expected.shape:
        return Comparison.failed(name, f'shape is {ours.shape}, expected {expected.shape}')
    if expected.size == 0:
        return Comparison.skipped(name, 'the array is empty')
    if expected.dtype.kind not in 'biuf':
        return Comparison.failed(name, f'{expected.dtype} is no type of numbers')
    if ours.dtype == np.bool_:
        different = int((ours != expected).sum())
        status = Status.FAILED if different else Status.OK
        note = f'{different} of {expected.size} entries differ' if different else ''
        return Comparison(name, status, float(different), 0.0, note)
    return _compare_numbers(name, ours, expected, tolerance, labels)


def _compare_numbers(
    name: str,
    ours: NDArray[Any],
    expected: NDArray[Any],
    tolerance: float | NDArray[np.float64],
    labels: tuple[str, ...],
) -> Comparison:
    limits = np.broadcast_to(np.asarray(tolerance, np.float64), expected.shape).ravel()
    with np.errstate(invalid='ignore'):  # inf - inf; it is reported
        errors = np.abs(ours.astype(np.float64) - expected.astype(np.float64)).ravel()
    passed = bool((errors <= limits).all())  # a NaN does not pass
    excess = errors / np.maximum(limits, np.finfo(np.float64).tiny)
    worst = int(np.where(np.isnan(excess), np.inf, excess).argmax())
    error, limit = float(errors[worst]), float(limits[worst])
    note = ''
    if not np.isfinite(error):
        note = 'NaN or infinity'
    elif labels:
        note = f'worst: {labels[worst]}'
    elif not passed:
        place = ', '.join(str(i) for i in np.unravel_index(worst, expected.shape))
        note = f'{int((errors > limits).sum())} of {expected.size} over; worst at [{place}]'
    return Comparison(name, Status.OK if passed else Status.FAILED, error, limit, note)


def _unpacked(mask: NDArray[Any], shape: tuple[int, ...]) -> NDArray[Any]:
    """A mask that may be stored as bits, eight to a byte (numpy.packbits along its last axis).

    An axis of length 1, such as that of the heads, may have been left out.
    """
    if not shape or mask.dtype.kind not in 'biuf':
        return mask
    packed = (*shape[:-1], -(-shape[-1] // 8))
    short, wanted = _squeezed(mask.shape), {_squeezed(packed): packed, _squeezed(shape): shape}
    if short in wanted and mask.size == math.prod(wanted[short]):
        mask = mask.reshape(wanted[short])
    if mask.dtype != np.uint8:
        return mask
    one_bit = packed == shape and bool((mask == 128).any())  # the bit of a single column
    if mask.shape == packed and (packed != shape or one_bit):
        return np.unpackbits(mask, axis=-1, count=shape[-1])
    if mask.shape == (-(-math.prod(shape) // 8),) != shape:  # packed without an axis
        return np.unpackbits(mask, count=math.prod(shape)).reshape(shape)
    return mask


def _squeezed(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(size for size in shape if size != 1)
