# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.data.labels.gripper import settle


def settled(*opening):
    return settle(np.array(opening, dtype=float))


@pytest.mark.parametrize(
    ('opening', 'expected'),
    [
        # The way takes the next settled value; a trailing way the last one.
        ((1, 1, 0.7, 0.4, 0, 0), (1, 1, 0, 0, 0, 0)),
        ((0, 0.3, 0.6, 1), (0, 1, 1, 1)),
        ((1, 1, 0.6, 0.3), (1, 1, 1, 1)),
        ((0.5, 0.2, 0), (0, 0, 0)),
        # Almost open and almost closed are settled.
        ((0.95, 0.96, 0.05, 0.02), (1, 1, 0, 0)),
        # A dip is no command.
        ((1, 0.9, 1), (1, 1, 1)),
        # It closes on an object and lets it go.
        ((1, 0.7, 0.4, 0.4, 0.4, 0.405, 0.7, 1), (1, 0, 0, 0, 0, 0, 1, 1)),
        ((1, 0.6, 0.3, 0.3, 0.3), (1, 0, 0, 0, 0)),
        # It opens only half, and closes again.
        ((0, 0.3, 0.5, 0.5, 0.5, 0.2, 0), (0, 1, 1, 1, 1, 0, 0)),
        # It holds something when the recording begins, or is never closed.
        ((0.4, 0.4, 0.4, 0.7, 1), (0, 0, 0, 1, 1)),
        ((0.9, 0.9, 0.9, 0.3, 0), (1, 1, 1, 0, 0)),
        # It grips again, a little tighter.
        ((1, 0.7, 0.41, 0.4, 0.4, 0.38, 0.38, 0.38, 0.7, 1), (1, 0, 0, 0, 0, 0, 0, 0, 1, 1)),
        # It never settles.
        ((0.8, 0.5, 0.2), (0, 0, 0)),
        ((0.2, 0.5, 0.8), (1, 1, 1)),
        ((0.6,), (1,)),
        ((0.4,), (0,)),
        ((0.3, 0.3, 0.3), (0, 0, 0)),
    ],
)
def test_what_was_meant(opening, expected):
    assert settled(*opening).opening.tolist() == list(expected)


def test_what_is_not_plain_is_counted():
    found = settled(1, 0.7, 0.4, 0.4, 0.4, 0.7, 1)
    assert (found.moving, found.held, found.guessed) == (2, 3, 0)
    assert settled(0.8, 0.5, 0.2).guessed == 3
    found = settled(1, 0)
    assert (found.moving, found.held, found.guessed) == (0, 0, 0)


def octo(opening):
    """Octo's rule: what is in between takes the next settled value; a trailing rest its own."""
    result, carried = list(opening), None
    for i in reversed(range(len(opening))):
        if opening[i] > 0.95 or opening[i] < 0.05:
            carried = float(opening[i] > 0.95)
        result[i] = opening[i] if carried is None else carried
    return result


# Steps of more than STILL, so that it never stands still in between.
MOVING = st.lists(st.sampled_from([0.0, 0.2, 0.4, 0.6, 0.8, 1.0]), min_size=1, max_size=20).filter(
    lambda values: all(a != b or a in (0, 1) for a, b in pairwise(values))
)


@given(MOVING)
def test_a_gripper_that_only_moves_or_rests_at_its_ends_is_read_as_octo_does(opening):
    found = settled(*opening).opening.tolist()
    expected = octo(opening)
    known = [value in (0, 1) for value in expected]
    assert [v for v, k in zip(found, known, strict=True) if k] == [
        v for v, k in zip(expected, known, strict=True) if k
    ]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_every_opening_becomes_open_or_closed_and_settled_ones_stay(opening):
    found = settled(*opening)
    assert set(found.opening) <= {0.0, 1.0}
    for was, now in zip(opening, found.opening, strict=True):
        assert not (was >= 0.95 and now == 0)
        assert not (was <= 0.05 and now == 1)
    np.testing.assert_array_equal(settle(found.opening).opening, found.opening)
