# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Late ticks are counted and never made up for, neither by rclpy's timer nor by the node."""

import time

import numpy as np
import pytest
from rclpy.clock import Clock, ClockType
from rclpy.executors import SingleThreadedExecutor

from octo_ros.nodes.tick_times import TickTimes

PERIOD_NS = 10_000_000


@pytest.fixture
def times():
    return TickTimes(PERIOD_NS)


def ticks(times, milliseconds):
    return [times.due(round(1e6 * each)) for each in milliseconds]


def test_ticks_that_come_in_time_cost_nothing(times):
    assert all(ticks(times, [0, 10, 21, 29, 40, 51]))
    assert (times.late, times.late_time) == (0, 0.0)


def test_a_late_tick_is_counted_with_what_it_cost(times):
    assert all(ticks(times, [0, 10, 45, 55]))
    assert times.late == 1
    # Of the grid's 20, 30 and 40 one was made, at 45, for rounding: 35 ms are four periods.
    assert times.late_time == pytest.approx(0.03)


def test_what_follows_a_late_tick_at_once_is_no_tick(times):
    assert ticks(times, [0, 10, 38, 40, 50]) == [True, True, True, False, True]
    assert times.late_time == pytest.approx(0.02)


def test_over_a_long_time_made_and_lost_motion_add_up(times):
    rng = np.random.default_rng(0)
    now, made = 0.0, 0
    for _ in range(5000):
        delay = rng.exponential(0.4) if rng.random() < 0.9 else rng.uniform(0, 60)
        made += times.due(round(1e6 * (now + delay)))
        now = 10.0 * (np.floor((now + delay) / 10.0) + 1.0)
    total = 1e-3 * now
    assert made * 0.01 + times.late_time == pytest.approx(total, rel=0.02)
    assert made * 0.01 <= total


def test_a_pause_is_not_late(times):
    assert times.due(0)
    times.restart()
    assert times.due(3_000_000_000)
    assert (times.late, times.late_time) == (0, 0.0)


def test_computing_times_are_those_of_the_last_ten_seconds(times):
    assert times.figures().max == 0.0
    times.took(1.0)
    for _ in range(1000):
        times.took(0.002)
    times.took(0.004)
    figures = times.figures()
    assert (figures.p50, figures.max) == (2.0, 4.0)
    assert 2.0 <= figures.p99 < 4.0


@pytest.mark.ros
def test_a_timer_of_rclpy_makes_up_for_nothing(node):
    """It was late by 5.5 periods: one call, then on with its grid, half a period later."""
    period = 0.02
    clock = Clock(clock_type=ClockType.STEADY_TIME)
    called = []

    def call():
        called.append(time.monotonic())
        if len(called) == 5:
            time.sleep(5.5 * period)

    node.create_timer(period, call, clock=clock)
    executor = SingleThreadedExecutor(context=node.context)
    executor.add_node(node)
    while len(called) < 12:
        executor.spin_once(timeout_sec=1.0)
    executor.shutdown()
    # Of the five grid points that passed meanwhile one call was made, so that seven calls take ten
    # periods at least; with all five made up for they would take seven.
    assert called[11] - called[4] >= 10 * period
