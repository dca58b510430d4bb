# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from octo_ros.verification.comparison import Status, compare

FLOATS = arrays(np.float32, array_shapes(), elements=st.floats(-100, 100, width=32))


@given(FLOATS)
def test_an_array_equals_itself(array):
    comparison = compare('x', array, array, 1e-6)
    assert (comparison.status, comparison.error) == (Status.OK, 0.0)


@given(FLOATS, st.data(), st.sampled_from([0.5, 2.0]))
def test_one_entry_decides(array, data, share):
    index = data.draw(st.integers(0, array.size - 1))
    ours = array.astype(np.float64)
    ours.flat[index] += share * 1e-3
    comparison = compare('x', ours, array, 1e-3)
    assert comparison.status is (Status.OK if share < 1 else Status.FAILED)
    assert comparison.error == pytest.approx(share * 1e-3)


@given(FLOATS, st.data(), st.sampled_from([np.nan, np.inf, -np.inf]))
def test_what_is_not_finite_fails(array, data, value):
    ours = array.copy()
    ours.flat[data.draw(st.integers(0, array.size - 1))] = value
    for pair in ((ours, array), (array, ours), (ours, ours)):
        comparison = compare('x', *pair, 1e9)
        assert comparison.status is Status.FAILED
        assert comparison.note == 'NaN or infinity'


def test_the_worst_entry_is_the_one_farthest_over_its_own_limit():
    limits = np.array([1.0, 1e-3])
    comparison = compare('x', np.array([0.9, 0.1]), np.zeros(2), limits, labels=('a', 'b'))
    assert (comparison.status, comparison.error) == (Status.FAILED, 0.1)
    assert comparison.note == 'worst: b'


@given(arrays(np.bool_, array_shapes()), st.data())
def test_masks_must_be_equal_exactly_stored_as_bits_or_not(mask, data):
    for stored in (mask, np.packbits(mask, axis=-1), mask.astype(np.uint8)):
        if stored is not mask and stored.shape == mask.shape and not np.isin(stored, (0, 1)).all():
            continue  # one column of bits looks like a column of bytes
        assert compare('x', mask, stored, 1.0).status is Status.OK
    other = mask.copy()
    index = data.draw(st.integers(0, mask.size - 1))
    other.flat[index] ^= True
    comparison = compare('x', mask, np.packbits(other, axis=-1), 1.0)
    if mask.shape[-1] > 1:
        assert (comparison.status, comparison.error) == (Status.FAILED, 1.0)


def test_masks_without_the_axis_of_heads_and_of_one_column():
    mask = np.arange(2 * 9 * 9).reshape(2, 1, 9, 9) % 3 == 0
    column = mask[..., :1]
    forms = (mask[:, 0], np.packbits(mask[:, 0], axis=-1), np.packbits(mask))
    for ours, stored in (*((mask, form) for form in forms), (column, np.packbits(column, -1))):
        assert compare('x', ours, stored, 1.0).status is Status.OK
        assert compare('x', ~ours, stored, 1.0).status is Status.FAILED


def test_another_shape_is_a_failure_not_a_traceback():
    comparison = compare('x', np.zeros((2, 3)), np.zeros((3, 2)), 1.0)
    assert comparison.status is Status.FAILED
    assert comparison.note == 'shape is (2, 3), expected (3, 2)'


@pytest.mark.parametrize('dtype', ['U3', 'M8[s]', 'complex64'])
def test_other_types_are_a_failure(dtype):
    comparison = compare('x', np.zeros(2), np.zeros(2, dtype), 1.0)
    assert comparison.status is Status.FAILED


def test_an_empty_array_is_not_counted():
    assert compare('x', np.zeros((0, 3)), np.zeros((0, 3)), 1.0).status is Status.SKIPPED
