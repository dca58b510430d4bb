# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Stops: exact rest at the end, within all limits, and no longer than promised."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octo_ros.safety.profile import JointMotion
from octo_ros.safety.stop import Stop, StopPlanner

# Longest stops, ordered while the arm still speeds up [s].
LONGEST = {'franka': 0.1751, 'fr3': 0.1801, 'ur5': 0.3763, 'ur5e': 0.3763, 'widowx': 0.3554}


def planner(arm):
    return StopPlanner(arm.limits, arm.dt)


def random_start(arm, random):
    """A motion that the filter may be in: it would not pass the speeds if it had to straighten."""
    limits = arm.limits
    a = random.uniform(-1.0, 1.0, len(arm.home)) * limits.acceleration
    v = random.uniform(-1.0, 1.0, len(arm.home)) * limits.velocity
    most = np.array(limits.velocity) - a * a / np.multiply(2.0, limits.jerk)
    return JointMotion(arm.home, np.clip(v, -most, most), a)


def worst_starts(arm):
    limits = arm.limits
    a, v = np.array(limits.acceleration), np.array(limits.velocity)
    v = v - a * a / np.multiply(2.0, limits.jerk)
    yield JointMotion(arm.home, v, a)
    yield JointMotion(arm.home, -v, -a)
    signs = np.where(np.arange(len(v)) % 2, 1.0, -1.0)
    yield JointMotion(arm.home, signs * v, signs * a)
    yield JointMotion(arm.home, np.array(limits.velocity), np.zeros(len(v)))


def test_the_worst_stop_takes_no_longer_than_promised(arm):
    for start in worst_starts(arm):
        stop = planner(arm).plan(start)
        assert stop.trajectory.duration <= LONGEST[arm.embodiment.name]
        assert stop.ticks == np.ceil(stop.trajectory.duration / arm.dt)


def test_no_random_stop_takes_longer(arm):
    random, plan = np.random.default_rng(1), planner(arm).plan
    durations = [plan(random_start(arm, random)).trajectory.duration for _ in range(300)]
    assert max(durations) <= LONGEST[arm.embodiment.name]
    assert min(durations) > 0.0


def test_it_ends_in_exact_rest(arm):
    random, plan = np.random.default_rng(2), planner(arm).plan
    for _ in range(50):
        stop = plan(random_start(arm, random))
        end = stop.after(stop.ticks, arm.dt)
        assert end.at_rest
        np.testing.assert_array_equal(end.positions, stop.positions[-1])
        later = stop.after(stop.ticks + 5, arm.dt)
        assert later.at_rest
        np.testing.assert_array_equal(later.positions, stop.positions[-1])
        # The trajectory says the same: nothing is cut off.
        np.testing.assert_allclose(
            stop.trajectory.at_time(stop.trajectory.duration)[0], end.positions, atol=1e-12
        )


def test_after_some_ticks_it_is_at_that_row(arm):
    stop = planner(arm).plan(next(iter(worst_starts(arm))))
    for k in range(stop.ticks + 1):
        np.testing.assert_array_equal(stop.after(k, arm.dt).positions, stop.positions[k])
    begin = stop.after(0, arm.dt)
    np.testing.assert_allclose(begin.velocities, stop.start.velocities, atol=1e-12)
    np.testing.assert_allclose(begin.accelerations, stop.start.accelerations, atol=1e-12)


def test_differences_of_its_samples_keep_every_limit(arm):
    random, limits, dt = np.random.default_rng(3), arm.limits, arm.dt
    starts = [*worst_starts(arm), *(random_start(arm, random) for _ in range(60))]
    for start in starts:
        rows = planner(arm).plan(start).positions
        path = np.concatenate([rows, rows[-1:], rows[-1:]])
        assert (np.abs(np.diff(path, axis=0)) <= np.multiply(limits.velocity, dt) + 1e-12).all()
        second = np.abs(np.diff(path, 2, axis=0))
        assert (second <= np.multiply(limits.braking, dt**2) + 1e-12).all()
        third = np.abs(np.diff(path, 3, axis=0))
        assert (third <= np.multiply(limits.jerk, dt**3) + 1e-12).all()


def test_without_an_acceleration_it_is_straight_and_never_goes_back(arm):
    random = np.random.default_rng(4)
    v = random.uniform(-1.0, 1.0, len(arm.home)) * arm.limits.velocity
    stop = planner(arm).plan(JointMotion(arm.home, v, np.zeros(len(v))))
    ways = stop.positions - stop.positions[0]
    shares = ways @ v / (v @ v)
    np.testing.assert_allclose(ways, np.outer(shares, v), atol=1e-9)
    assert (np.diff(shares) >= -1e-12).all()


def test_braking_with_the_tracking_acceleration_would_take_longer(arm):
    limits = arm.limits
    start = JointMotion(arm.home, np.array(limits.velocity), np.zeros(len(arm.home)))
    weak = arm.with_limits(braking=limits.acceleration)
    assert (
        planner(weak).plan(start).trajectory.duration
        > 1.3 * planner(arm).plan(start).trajectory.duration
    )


def test_a_resting_arm_has_stopped(ur5e):
    for stop in (planner(ur5e).plan(JointMotion.resting(ur5e.home)), Stop.resting(ur5e.home)):
        assert stop.ticks == 0
        assert stop.trajectory is None
        np.testing.assert_array_equal(stop.positions, ur5e.home[None])
        for ticks in (0, 1, 100):
            then = stop.after(ticks, ur5e.dt)
            assert then.at_rest
            np.testing.assert_array_equal(then.positions, ur5e.home)


@pytest.mark.parametrize('which', ['velocities', 'accelerations'])
@pytest.mark.parametrize('tiny', [1e-15, 1e-9, 1e-5])
def test_a_stop_of_a_hair_is_one_too(ur5e, which, tiny):
    values = {'velocities': np.zeros(6), 'accelerations': np.zeros(6)}
    values[which][1] = tiny
    stop = planner(ur5e).plan(JointMotion(ur5e.home, **values))
    assert stop.ticks <= 3
    assert stop.after(stop.ticks, ur5e.dt).at_rest
    np.testing.assert_allclose(stop.positions[-1], ur5e.home, atol=1e-4)


@pytest.mark.parametrize('bad', [np.nan, np.inf, 1e8, 1e300])
@pytest.mark.parametrize('which', ['velocities', 'accelerations'])
def test_numbers_without_sense_have_no_stop(ur5e, which, bad):
    values = {'velocities': np.zeros(6), 'accelerations': np.zeros(6)}
    values[which][1] = bad
    assert planner(ur5e).plan(JointMotion(ur5e.home, **values)) is None


@settings(max_examples=40)
@given(st.integers(0, 100_000), st.integers(1, 30))
def test_a_stop_from_within_a_stop_is_no_longer(ur5e_stops, seed, ticks):
    """The filter replans from inside a stop whenever it follows a command again."""
    arm = ur5e_stops
    stop = planner(arm).plan(random_start(arm, np.random.default_rng(seed)))
    k = min(ticks, stop.ticks)
    rest = planner(arm).plan(stop.after(k, arm.dt))
    left = stop.trajectory.duration - k * arm.dt
    assert rest.ticks * arm.dt <= max(left, 0.0) + 2 * arm.dt


@pytest.fixture(scope='module')
def ur5e_stops(request):
    del request
    from octo_ros.embodiment import load_embodiment

    class Named:
        embodiment = load_embodiment('ur5e')
        limits = embodiment.limits
        home = np.array(embodiment.home)
        dt = 1.0 / embodiment.timing.control_rate

    return Named
