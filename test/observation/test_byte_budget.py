# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""No second ever carries more than the limit, and what does not fit leaves even gaps."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.observation.byte_budget import JITTER_NS, ByteBudget

SECOND = 1_000_000_000
LIMIT = 1_000_000
offers = st.lists(
    st.tuples(st.integers(0, 300_000_000), st.integers(1, 2 * LIMIT)), min_size=1, max_size=100
)


def send(budget, steps):
    """Offer messages of (gap, size); returns (time, size) of those sent."""
    now, last, sent = 0, 0, []
    for gap, size in steps:
        now += gap
        if budget.opens_for(last, now):
            last = size
            if budget.spend(size, now):
                sent.append((now, size))
    return sent


@given(offers)
def test_no_second_carries_more_than_the_limit(steps):
    sent = send(ByteBudget(LIMIT), steps)
    for start, _ in sent:
        assert sum(size for t, size in sent if start <= t < start + SECOND) <= LIMIT


@given(offers)
def test_spending_alone_keeps_the_limit_too(steps):
    budget, now, sent = ByteBudget(LIMIT), 0, []
    for gap, size in steps:
        now += gap
        if budget.spend(size, now):
            sent.append((now, size))
    for start, _ in sent:
        assert sum(size for t, size in sent if start <= t < start + SECOND) <= LIMIT


@given(st.integers(1, LIMIT // 16), st.lists(st.integers(-20, 20), min_size=100, max_size=150))
def test_what_fits_is_never_held_back(size, jitter):
    """15 Hz with up to 20 ms of jitter; one frame more than 15 may fall into a second."""
    times = [round(i * SECOND / 15) + ms * 1_000_000 for i, ms in enumerate(jitter)]
    budget = ByteBudget(LIMIT)
    for now in times:
        assert budget.opens_for(size, now)
        assert budget.spend(size, now)


@given(st.integers(LIMIT // 30, LIMIT // 3))
def test_a_stream_that_is_too_large_is_spread_evenly(size):
    """Frames offered at 30 Hz: gaps stay near size / limit, and the limit is made use of."""
    steps = [(SECOND // 30, size)] * 300
    sent = send(ByteBudget(LIMIT), steps)
    gaps = [b[0] - a[0] for a, b in pairwise(sent)]
    turn = SECOND // (LIMIT // size)
    assert max(gaps) <= turn + 3 * SECOND // 30
    assert min(gaps) >= turn - JITTER_NS
    assert len(sent) / 10 >= 0.9 * (LIMIT // size)


def test_one_message_above_the_limit_does_not_stop_the_stream():
    budget = ByteBudget(LIMIT)
    assert budget.spend(1000, 0)
    assert not budget.spend(2 * LIMIT, SECOND // 10)
    assert budget.opens_for(2 * LIMIT, SECOND + SECOND // 5)
    assert budget.spend(1000, SECOND + SECOND // 5)


@pytest.mark.parametrize(('later', 'fits'), [(SECOND - 1, False), (SECOND, True)])
def test_a_second_is_half_open(later, fits):
    budget = ByteBudget(LIMIT)
    assert budget.spend(LIMIT, 0)
    assert budget.spend(1, later) is fits


def test_silence_saves_up_no_more_than_the_present_second():
    budget = ByteBudget(LIMIT)
    assert budget.spend(1000, 0)
    now = 3600 * SECOND
    sent = send(budget, [(now, 150_000), *[(1_000_000, 150_000)] * 100])
    early = [t for t, _ in sent if t < now + 100_000_000]
    assert len(early) <= 2
