# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The ticks: every one its own frame, of a camera whose rate is close to theirs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octo_ros.data.timing.grid import camera_period_ns, choose_grid, choose_phase, tick_times

MS = 1_000_000
START = 1_700_000_000_000 * MS
PERIOD = 100 * MS
MINUTE = 60_000 * MS


@given(
    phase=st.integers(0, 99),
    jitter=st.lists(st.integers(-20, 20), min_size=2, max_size=60),
    drift=st.floats(-0.3, 0.3),
)
def test_a_camera_near_the_rate_gives_every_tick_its_own_frame(phase, jitter, drift):
    jitter = np.array(jitter)
    index = np.arange(len(jitter))
    arrivals = START + ((phase + index * (100 + drift) + jitter) * MS).astype(np.int64)
    offset = choose_phase(arrivals, START, PERIOD, PERIOD)
    assert 0 <= offset < PERIOD
    first = arrivals[0] - (arrivals[0] - START - offset) % PERIOD + PERIOD
    ticks = first + PERIOD * index
    newest = np.searchsorted(arrivals, ticks, side='right') - 1
    assert newest.tolist() == index.tolist()


def test_the_delay_after_the_arrivals_is_bounded():
    arrivals = [START + i * PERIOD + 30 * MS for i in range(5)]
    assert choose_phase(arrivals, START, PERIOD, 10 * MS) == 40 * MS
    assert choose_phase(arrivals, START, PERIOD, PERIOD) == 80 * MS
    assert choose_phase([], START, PERIOD, PERIOD) == 0


def test_there_is_one_tick_for_every_grid_point_of_the_episode():
    assert list(tick_times(1000, 1250, 100, 30)) == [1030, 1130, 1230]
    assert list(tick_times(1000, 1200, 100, 99)) == [1099, 1199, 1299]
    assert list(tick_times(1000, 1000, 100, 99)) == [1099]


def camera(rate_hz, jitter_ms, seed=0, phase_ms=0.0):
    """Arrivals of a minute, in order."""
    random = np.random.default_rng(seed)
    times = phase_ms + np.arange(int(60 * rate_hz)) * 1e3 / rate_hz
    times += random.uniform(-jitter_ms, jitter_ms, len(times))
    return np.sort(START + (times * MS).astype(np.int64))


def grid_of(arrivals, max_delay_ns=PERIOD):
    return choose_grid(arrivals, START, START + MINUTE, PERIOD, max_delay_ns)


def strides(arrivals, grid):
    """How many frames further every tick is than the one before, while the camera runs."""
    ticks = np.array(grid.ticks)
    ticks = ticks[(ticks >= arrivals[0]) & (ticks <= arrivals[-1])]
    return np.diff(np.searchsorted(arrivals, ticks, side='right'))


@settings(max_examples=40)
@given(
    rate=st.floats(9.85, 10.15),
    jitter=st.floats(0, 20),
    seed=st.integers(0, 99),
    phase=st.floats(0, 99),
)
def test_a_camera_a_little_off_the_rate_keeps_its_own_frame_for_every_tick(
    rate, jitter, seed, phase
):
    arrivals = camera(rate, jitter, seed, phase)
    grid = grid_of(arrivals)
    assert set(strides(arrivals, grid)) == {1}
    assert abs(grid.period_ns - PERIOD) <= 0.02 * PERIOD


@settings(max_examples=40)
@given(
    frames=st.integers(2, 6),
    off=st.floats(-0.015, 0.015),
    jitter=st.floats(0, 0.2),
    seed=st.integers(0, 99),
)
def test_a_camera_at_a_multiple_of_the_rate_gives_even_strides(frames, off, jitter, seed):
    rate = frames * 10 * (1 + off)
    arrivals = camera(rate, jitter * 1e3 / rate, seed)
    assert set(strides(arrivals, grid_of(arrivals))) == {frames}


def test_the_wanted_distance_is_kept_where_it_serves():
    grid = grid_of(camera(10.0, 20))
    assert grid.period_ns == PERIOD
    assert grid.reason == 'ticks every 100.0 ms'


def test_following_the_camera_is_told():
    grid = grid_of(camera(29.97, 3))
    assert grid.period_ns == pytest.approx(100.1 * MS, rel=1e-5)
    assert grid.reason == (
        'ticks every 100.10 ms instead of 100.0 ms, to keep pace with the primary camera '
        '(29.97 Hz)'
    )


@pytest.mark.parametrize('rate', [7.0, 9.0, 9.7, 11.0])
def test_a_camera_of_another_rate_repeats_no_more_than_it_must(rate):
    """Then the ticks do not follow: a dataset of 10 Hz is not made of 9."""
    arrivals = camera(rate, 0)
    grid = grid_of(arrivals)
    steps = strides(arrivals, grid)
    assert grid.period_ns == PERIOD
    repeated, skipped = np.sum(steps == 0), np.sum(np.maximum(steps - 1, 0))
    assert min(repeated, skipped) == 0
    assert skipped - repeated == pytest.approx((rate - 10) * 60, abs=1)


@pytest.mark.parametrize('rate', [9.93, 10.0, 10.08])
def test_after_a_dropout_every_tick_has_its_own_frame_again(rate):
    everything = camera(rate, 10)
    lost = np.zeros(len(everything), bool)
    lost[[50, 200, 201, 400]] = True
    lost[300:320] = True
    arrivals = everything[~lost]
    steps = strides(arrivals, grid_of(arrivals))
    assert np.sum(steps == 0) == np.sum(lost)
    assert set(steps) == {0, 1}


def test_a_fast_camera_is_used_fresh():
    arrivals = camera(30.0, 2)
    ticks = np.array(grid_of(arrivals, 10 * MS).ticks)
    newest = arrivals[np.searchsorted(arrivals, ticks, side='right') - 1]
    assert np.max((ticks - newest)[(ticks < arrivals[-1]) & (ticks > arrivals[0])]) < 15 * MS


@pytest.mark.parametrize('n', [0, 1, 15])
def test_few_frames_give_no_period(n):
    assert camera_period_ns(camera(10, 5)[:n]) is None
    assert grid_of(camera(10, 5)[:n]).period_ns == PERIOD


def test_frames_that_came_all_at_once_give_no_period():
    assert camera_period_ns(np.full(20, START)) is None
    assert camera_period_ns(np.array([START] * 15 + [START + PERIOD])) is None
    assert grid_of(np.full(20, START)).period_ns == PERIOD


def test_the_period_is_exact_enough_to_number_every_frame():
    arrivals = camera(10.07, 25)[np.r_[0:100, 130:590]]
    number = np.round((arrivals - arrivals[0]) * 10.07 / 1e9)
    period_ns = camera_period_ns(arrivals)
    assert np.abs(period_ns - 1e9 / 10.07) * number[-1] < 10 * MS
