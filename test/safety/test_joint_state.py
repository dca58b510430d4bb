# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which joint states count, and which are fit to start from."""

from dataclasses import replace

import numpy as np
import pytest

from octo_ros.safety.joint_state import JointStateMonitor, start_problem, state_problem
from octo_ros.safety_codes import SafetyCode

MS = 1_000_000


def test_a_good_state_has_no_problem(embodiment, resting, now):
    assert state_problem(embodiment, now, resting(embodiment.home)) is None
    assert start_problem(embodiment, now, resting(embodiment.home)) is None


@pytest.mark.parametrize(
    ('spoil', 'says'),
    [
        (lambda s: replace(s, positions=s.positions[1:]), '6 of each'),
        (lambda s: replace(s, velocities=np.zeros(7)), '6 of each'),
        (lambda s: replace(s, positions=s.positions * np.nan), 'not finite'),
        (lambda s: replace(s, velocities=s.velocities + np.inf), 'not finite'),
        (lambda s: replace(s, gripper=np.nan), 'not finite'),
        (lambda s: replace(s, stamp_ns=s.stamp_ns - 101 * MS), '0.101 s old'),
        (lambda s: replace(s, stamp_ns=s.stamp_ns + 21 * MS), '-0.021 s old'),
    ],
)
def test_a_useless_state_is_named(embodiment, resting, now, spoil, says):
    bad = spoil(resting(embodiment.home))
    assert says in state_problem(embodiment, now, bad)
    assert says in start_problem(embodiment, now, bad)


def test_an_arm_outside_its_range_or_in_motion_cannot_start(embodiment, resting, now):
    state = resting(embodiment.home)
    outside = state.positions.copy()
    outside[2] = embodiment.limits.position_max[2] + 0.01
    assert 'outside its range' in start_problem(embodiment, now, replace(state, positions=outside))
    moving = np.zeros(6)
    moving[4] = -0.2
    problem = start_problem(embodiment, now, replace(state, velocities=moving))
    assert embodiment.joints[4] in problem
    assert 'at rest' in problem


def monitored(embodiment, resting, now):
    return JointStateMonitor(embodiment, now, resting(embodiment.home))


def test_news_keeps_it_fresh(embodiment, resting, now):
    monitor = monitored(embodiment, resting, now)
    for k in range(1, 50):
        time = now + 10 * k * MS
        monitor.listen(time, resting(np.array(embodiment.home) + 0.001 * k, time))
        assert not monitor.stale(time)
    np.testing.assert_allclose(monitor.latest.positions, np.array(embodiment.home) + 0.049)


@pytest.mark.parametrize('kind', ['nothing', 'the same again', 'useless'])
def test_without_news_it_goes_stale_and_comes_back(embodiment, resting, now, kind):
    monitor = monitored(embodiment, resting, now)
    same = monitor.latest
    stale_after = None
    for k in range(1, 20):
        time = now + 10 * k * MS
        useless = replace(same, positions=same.positions * np.nan, stamp_ns=time)
        monitor.listen(time, {'nothing': None, 'the same again': same, 'useless': useless}[kind])
        if monitor.stale(time) and stale_after is None:
            stale_after = time - now
    assert stale_after == 100 * MS
    assert np.isfinite(monitor.latest.positions).all()
    monitor.listen(time, resting(embodiment.home, time))
    assert not monitor.stale(time)


def test_a_state_that_arrives_but_was_measured_long_ago_is_stale(embodiment, resting, now):
    monitor = monitored(embodiment, resting, now)
    monitor.listen(now + 90 * MS, resting(embodiment.home, now + 10 * MS))
    assert not monitor.stale(now + 110 * MS)
    assert monitor.stale(now + 111 * MS)


def test_a_clock_that_is_set_back_does_not_keep_it_fresh(embodiment, resting, now):
    monitor = monitored(embodiment, resting, now)
    for _ in range(10):
        monitor.listen(now - 5000 * MS, None)
    assert monitor.stale(now - 5000 * MS)


def test_news_is_only_what_is_new_and_good(embodiment, resting, now):
    monitor = monitored(embodiment, resting, now)
    good = resting(embodiment.home, now + 10 * MS)
    assert not monitor.listen(now, None)
    assert not monitor.listen(now, resting(embodiment.home))
    assert not monitor.listen(now + 10 * MS, replace(good, gripper=np.nan))
    assert monitor.listen(now + 10 * MS, good)
    assert not monitor.listen(now + 20 * MS, good)


def test_silence_stops_first_and_latches_when_the_patience_is_over(embodiment, resting, now):
    monitor = monitored(embodiment, resting, now)
    told = []
    for k in range(1, 40):
        monitor.listen(now + 10 * k * MS, None)
        cause = monitor.cause(now + 10 * k * MS)
        told.append(cause and cause.latching)
    assert told == [None] * 9 + [False] * 20 + [True] * 10
    assert cause.code is SafetyCode.STOP_STATE_TIMEOUT
    assert cause.text == 'The last good joint state is 0.390 s old.'


def test_the_cause_says_what_was_wrong_with_what_came(embodiment, resting, now):
    monitor = monitored(embodiment, resting, now)
    bad = replace(resting(embodiment.home, now + 150 * MS), positions=np.zeros(5))
    monitor.listen(now + 150 * MS, bad)
    assert '6 of each are needed' in monitor.cause(now + 150 * MS).text


def test_a_state_measured_too_long_ago_latches_though_it_arrived_late(embodiment, resting, now):
    monitor = monitored(embodiment, resting, now)
    monitor.listen(now + 90 * MS, resting(embodiment.home, now + 10 * MS))
    assert not monitor.cause(now + 310 * MS).latching
    assert monitor.cause(now + 311 * MS).latching


def test_a_clock_that_stands_latches_by_the_ticks(embodiment, resting, now):
    monitor = monitored(embodiment, resting, now)
    for _ in range(30):
        monitor.listen(now, None)
    assert monitor.cause(now).latching


def test_stamps_must_increase_so_nothing_old_takes_the_place_of_the_newest(
    embodiment, resting, now
):
    monitor = JointStateMonitor(embodiment, now, resting(embodiment.home))
    newest = resting(embodiment.home, now + 50 * MS)
    assert monitor.listen(now + 50 * MS, newest)
    for earlier in (0, 1, 10 * MS, 49 * MS):
        late = resting(np.array(embodiment.home) + 0.1, newest.stamp_ns - earlier)
        assert not monitor.listen(now + 60 * MS, late)
        assert monitor.latest is newest
    assert monitor.listen(now + 60 * MS, resting(embodiment.home, newest.stamp_ns + 1))
