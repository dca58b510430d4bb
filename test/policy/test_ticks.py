# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.policy.ticks import Tick, TickGrid

PERIOD = 100


@given(st.lists(st.integers(0, 10_000), min_size=1).map(sorted))
def test_every_tick_is_taken_once_or_counted_as_skipped(times):
    grid = TickGrid(50, PERIOD)
    taken = [tick for tick in map(grid.take, times) if tick is not None]
    moments = [tick.time_ns for tick in taken]
    assert moments == sorted(set(moments))
    assert all((moment - 50) % PERIOD == 0 for moment in moments)
    if taken:
        passed = (moments[-1] - moments[0]) // PERIOD + 1
        assert len(taken) + sum(tick.skipped for tick in taken) == passed


@given(st.integers(0, 10_000), st.integers(1, 400))
def test_a_start_is_the_tick_nearest_to_the_lead_but_never_past(now, lead):
    start = TickGrid(50, PERIOD).from_now(now, lead)
    assert (start - 50) % PERIOD == 0
    assert start > now
    assert abs(start - (now + lead)) <= PERIOD / 2 or start - now <= PERIOD


def test_first_tick_is_the_origin():
    assert TickGrid(1000, PERIOD).from_now(3, 50) == 1000


def test_timer_that_jitters_gets_every_tick():
    grid = TickGrid(0, PERIOD)
    jitter = [0, 30, -20, 45, 10]
    ticks = [grid.take(k * PERIOD + j) for k, j in enumerate(jitter)]
    assert ticks == [Tick(k * PERIOD, 0) for k in range(5)]


def test_observation_before_a_tick_and_publication_at_it_mean_the_same_tick():
    for lead in (50, 150, 250):
        grid = TickGrid(1000 + lead, PERIOD)
        for k in range(20):
            wanted = grid.from_now(1000 + k * PERIOD + 3, lead)
            assert grid.take(wanted + 7).time_ns == wanted


def test_a_stall_is_told():
    grid = TickGrid(0, PERIOD)
    assert grid.take(0) == Tick(0, 0)
    assert grid.take(410) == Tick(400, 3)


def test_a_first_tick_that_comes_late_skips_nothing():
    assert TickGrid(0, PERIOD).take(700) == Tick(700, 0)


def test_a_clock_that_is_set_back_is_noticed():
    grid = TickGrid(0, PERIOD)
    assert grid.set_back_ns(-5000) == 0  # nothing was taken: nothing can be repeated
    grid.take(5000)
    assert grid.set_back_ns(4960) == 0
    assert grid.take(4960) is None
    assert grid.set_back_ns(3000) == 2000
    assert grid.take(3000) is None
