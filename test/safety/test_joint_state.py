# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which joint states count, and which are fit to start from."""

from dataclasses import replace

import numpy as np
import pytest

from octo_ros.safety.joint_state import JointStateMonitor, start_problem, state_problem

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
