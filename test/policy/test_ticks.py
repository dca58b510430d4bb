# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.policy.ticks import TickGrid

PERIOD = 100


@given(st.lists(st.integers(0, 10_000), min_size=1).map(sorted))
def test_every_tick_is_taken_at_most_once_and_in_order(times):
    grid = TickGrid(50, PERIOD)
    taken = [tick for tick in map(grid.take, times) if tick is not None]
    assert taken == sorted(set(taken))
    assert all((tick - 50) % PERIOD == 0 for tick in taken)


@given(st.integers(0, 10_000))
def test_next_tick_lies_within_one_period_ahead(now):
    grid = TickGrid(50, PERIOD)
    assert 0 < grid.after(now) - now <= PERIOD


def test_first_tick_is_the_origin():
    assert TickGrid(1000, PERIOD).after(3) == 1000


def test_timer_that_jitters_gets_every_tick():
    grid = TickGrid(0, PERIOD)
    jitter = [0, 30, -20, 45, 10]
    assert [grid.take(k * PERIOD + j) for k, j in enumerate(jitter)] == [0, 100, 200, 300, 400]


def test_observation_before_a_tick_and_publication_at_it_mean_the_same_tick():
    grid = TickGrid(50, PERIOD)
    for k in range(20):
        wanted = grid.after(k * PERIOD + 3)
        assert grid.take(k * PERIOD + 50 + 7) == wanted
