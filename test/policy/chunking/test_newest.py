# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.policy.chunking.newest import NewestChunk

from .timing import PERIOD, TICK_MS, Motion, chunk, random_actions, spec_of, turn

ONE = [1, 0, 0, 0, 0, 0, 1]
TWO = [2, 0, 0, 0, 0, 0, 0]


def moved(scheduler, tick):
    wanted = scheduler.displacement(tick * PERIOD, PERIOD)
    return None if wanted is None else float(wanted.translation[0])


def test_nothing_without_a_chunk():
    assert NewestChunk(spec_of(4)).displacement(0, PERIOD) is None


@given(st.sampled_from([25, 50, 100, 200, 300]), st.integers(0, 2**32 - 1))
def test_ticks_sum_up_to_the_actions(dt_ms, seed):
    """A 5 Hz model makes one action in two ticks, a 20 Hz model two in one, in order."""
    actions = random_actions(np.random.default_rng(seed), 4)
    scheduler = NewestChunk(spec_of(4, dt_ms))
    scheduler.add(chunk(actions, dt_ms))
    done, expected = Motion(), Motion()
    for k in range(4 * dt_ms // TICK_MS):
        done.add_displacement(scheduler.displacement(k * PERIOD, PERIOD))
    for action in actions:
        expected.add(action[:3], turn(action, 1.0))
    assert done.distance(expected) < 1e-9
    assert scheduler.displacement(4 * dt_ms // TICK_MS * PERIOD, PERIOD) is None


@pytest.mark.parametrize(('dt_ms', 'tick', 'row'), [(200, 0, 0), (200, 1, 0), (50, 0, 1)])
def test_the_row_that_holds_at_the_end_is_named(dt_ms, tick, row):
    actions = np.arange(28.0).reshape(4, 7) * 0.01
    scheduler = NewestChunk(spec_of(4, dt_ms))
    scheduler.add(chunk(actions, dt_ms))
    for k in range(tick + 1):
        wanted = scheduler.displacement(k * PERIOD, PERIOD)
    assert wanted.chunk_index == row
    assert wanted.gripper == actions[row, 6]
    assert wanted.covered_ns == PERIOD


def test_nothing_beyond_the_end_or_before_the_start():
    scheduler = NewestChunk(spec_of(1))
    scheduler.add(chunk([ONE], start_ms=TICK_MS))
    assert [moved(scheduler, k) for k in range(3)] == [None, 1.0, None]
    assert scheduler.uncovered_ns == 2 * PERIOD


def test_rest_of_a_chunk_that_ends_within_a_tick_is_made():
    scheduler = NewestChunk(spec_of(3, 50))
    scheduler.add(chunk([ONE] * 3, 50))
    assert moved(scheduler, 0) == pytest.approx(2.0)
    rest = scheduler.displacement(PERIOD, PERIOD)
    assert rest.translation[0] == pytest.approx(1.0)
    assert rest.covered_ns == PERIOD // 2 == scheduler.uncovered_ns


def test_what_an_older_chunk_did_meanwhile_is_skipped():
    scheduler = NewestChunk(spec_of(4))
    scheduler.add(chunk([ONE] * 4))
    assert moved(scheduler, 0) == 1.0
    assert moved(scheduler, 1) == 1.0
    late = [[10, 0, 0, 0, 0, 0, 1], [20, 0, 0, 0, 0, 0, 1], [30, 0, 0, 0, 0, 0, 1], ONE]
    scheduler.add(chunk(late, start_ms=TICK_MS, observed_ms=50))
    assert moved(scheduler, 2) == 20.0


def test_what_nobody_did_meanwhile_is_made():
    """The arm still stands where the late chunk's path begins."""
    scheduler = NewestChunk(spec_of(2))
    assert moved(scheduler, 0) is None
    scheduler.add(chunk([ONE, TWO]))
    assert [moved(scheduler, k) for k in (1, 2, 3)] == [1.0, 2.0, None]


def test_chunk_that_lags_by_its_length_is_dropped():
    scheduler = NewestChunk(spec_of(2))
    assert moved(scheduler, 0) is None
    scheduler.add(chunk([ONE, TWO]))
    assert moved(scheduler, 2) is None


def test_chunk_does_not_go_on_after_the_loop_stood_still():
    scheduler = NewestChunk(spec_of(4))
    scheduler.add(chunk([ONE] * 4))
    assert moved(scheduler, 0) == 1.0
    assert moved(scheduler, 50) is None


def test_chunk_from_an_older_observation_does_not_replace_a_newer_one():
    scheduler = NewestChunk(spec_of(2))
    scheduler.add(chunk([ONE, ONE], observed_ms=5))
    scheduler.add(chunk([[9, 0, 0, 0, 0, 0, 1]] * 2, observed_ms=4))
    assert moved(scheduler, 0) == 1.0
    scheduler.add(chunk([[9, 0, 0, 0, 0, 0, 1]] * 2, observed_ms=4))
    assert moved(scheduler, 1) == 1.0


def test_older_observation_does_not_follow_when_the_newer_one_is_over():
    scheduler = NewestChunk(spec_of(2))
    scheduler.add(chunk([TWO, TWO], observed_ms=4, start_ms=3 * TICK_MS))
    scheduler.add(chunk([ONE, ONE], observed_ms=5))
    assert [moved(scheduler, k) for k in range(5)] == [1.0, 1.0, None, None, None]


def test_running_chunk_goes_on_until_the_next_begins():
    scheduler = NewestChunk(spec_of(3))
    scheduler.add(chunk([ONE] * 3))
    assert moved(scheduler, 0) == 1.0
    scheduler.add(chunk([TWO] * 3, start_ms=2 * TICK_MS, observed_ms=1))
    assert [moved(scheduler, k) for k in (1, 2)] == [1.0, 2.0]


def test_next_chunk_begins_in_the_middle_of_a_tick():
    scheduler = NewestChunk(spec_of(3))
    scheduler.add(chunk([ONE] * 3))
    scheduler.add(chunk([TWO] * 3, start_ms=70, observed_ms=1))
    assert moved(scheduler, 0) == pytest.approx(0.7 * 1 + 0.3 * 2)


def test_cleared_chunk_is_gone():
    scheduler = NewestChunk(spec_of(1))
    scheduler.add(chunk([ONE]))
    scheduler.clear()
    assert moved(scheduler, 0) is None
