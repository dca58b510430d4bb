# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Ways to other velocities: bounded acceleration and jerk from any start, and no surprise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from octo_ros.safety.profile import JointMotion, VelocityProfile, motion_at

DT = 0.01
N = 6
ACCELERATION = np.array([2.6, 2.6, 5.0, 7.5, 10.0, 20.0])
JERK = np.array([105.0, 120.0, 500.0, 375.0, 750.0, 1000.0])
PROFILE = VelocityProfile(ACCELERATION, ACCELERATION, JERK)
BRAKING = 2.0 * ACCELERATION
UNEQUAL = VelocityProfile(ACCELERATION, BRAKING, JERK)
speeds = arrays(float, N, elements=st.floats(-2.0, 2.0))
shares = arrays(float, N, elements=st.floats(-1.0, 1.0))
ROUNDING = 1e-9


def start_of(velocities, accelerations):
    return JointMotion(np.linspace(-1.0, 1.0, N), velocities, accelerations)


def samples(trajectory, period, beyond=3):
    count = int(np.ceil(trajectory.duration / period)) + beyond
    return [motion_at(trajectory, k * period) for k in range(count + 1)]


def stacked(motions, name):
    return np.array([getattr(motion, name) for motion in motions])


@settings(max_examples=70)
@given(speeds, speeds)
def test_from_steady_motion_it_reaches_what_is_wanted_and_never_passes_it(before, wanted):
    trajectory = PROFILE.plan(start_of(before, np.zeros(N)), wanted)
    motions = samples(trajectory, DT / 4)
    velocities = stacked(motions, 'velocities')
    assert (velocities <= np.maximum(before, wanted) + ROUNDING).all()
    assert (velocities >= np.minimum(before, wanted) - ROUNDING).all()
    np.testing.assert_allclose(motions[-1].velocities, wanted, atol=1e-12)
    np.testing.assert_allclose(motions[-1].accelerations, 0.0, atol=1e-12)


@settings(max_examples=70)
@given(speeds, shares, speeds)
def test_while_accelerating_it_passes_no_more_than_the_jerk_makes_it(before, share, wanted):
    """An acceleration ends no faster than the slowest joint's, with which all stay in step."""
    start = start_of(before, share * ACCELERATION)
    motions = samples(PROFILE.plan(start, wanted), DT / 4)
    velocities = stacked(motions, 'velocities')
    slack = 0.5 * np.abs(start.accelerations) * (ACCELERATION / JERK).max() + ROUNDING
    assert (velocities <= np.maximum(before, wanted) + slack).all()
    assert (velocities >= np.minimum(before, wanted) - slack).all()
    np.testing.assert_allclose(motions[-1].velocities, wanted, atol=ROUNDING)
    np.testing.assert_allclose(motions[-1].accelerations, 0.0, atol=ROUNDING)


@settings(max_examples=70)
@given(speeds, shares, speeds)
def test_differences_of_samples_keep_acceleration_and_jerk(before, share, wanted):
    start = start_of(before, share * ACCELERATION)
    positions = stacked(samples(PROFILE.plan(start, wanted), DT), 'positions')
    accelerations = np.diff(positions, 2, axis=0) / DT**2
    jerks = np.diff(positions, 3, axis=0) / DT**3
    assert (np.abs(accelerations) <= ACCELERATION + 1e-7).all()
    assert (np.abs(jerks) <= JERK + 1e-5).all()


@settings(max_examples=70)
@given(speeds, shares, speeds)
def test_too_strong_an_acceleration_comes_back_as_fast_as_the_jerk_allows(before, share, wanted):
    start = start_of(before, 2.0 * share * ACCELERATION)
    motions = samples(PROFILE.plan(start, wanted), DT / 5)
    accelerations = stacked(motions, 'accelerations')
    jerks = np.diff(accelerations, axis=0) / (DT / 5)
    assert (np.abs(jerks) <= JERK * (1.0 + 1e-6)).all()
    # Never farther outside than at the start, and inside after the time that this takes.
    outside = np.maximum(np.abs(accelerations) - ACCELERATION, 0.0)
    assert (outside <= outside[0] + 1e-9).all()
    back = int(np.ceil((outside[0] / JERK).max() / (DT / 5)))
    assert (outside[back:] <= 1e-9).all()
    np.testing.assert_allclose(motions[-1].velocities, wanted, atol=ROUNDING)


@settings(max_examples=40)
@given(speeds, speeds, speeds)
def test_a_chain_of_plans_keeps_the_limits_where_they_join(first, second, third):
    """A new target in every period, as the filter has it."""
    motion, positions = start_of(np.zeros(N), np.zeros(N)), [np.linspace(-1.0, 1.0, N)]
    for wanted in (first, second, third) * 4:
        motion = motion_at(PROFILE.plan(motion, wanted), DT)
        positions.append(motion.positions)
    path = np.array([positions[0]] * 3 + positions)
    assert (np.abs(np.diff(path, 2, axis=0)) <= ACCELERATION * DT**2 + 1e-11).all()
    assert (np.abs(np.diff(path, 3, axis=0)) <= JERK * DT**3 + 1e-11).all()


@settings(max_examples=40)
@given(speeds, speeds, speeds)
def test_a_chain_with_brakes_keeps_them_and_the_jerk(first, second, third):
    motion, positions = start_of(np.zeros(N), np.zeros(N)), [np.linspace(-1.0, 1.0, N)] * 4
    for wanted in (first, second, third) * 4:
        motion = motion_at(UNEQUAL.plan(motion, wanted), DT)
        positions.append(motion.positions)
    assert (np.abs(np.diff(positions, 2, axis=0)) <= BRAKING * DT**2 + 1e-11).all()
    assert (np.abs(np.diff(positions, 3, axis=0)) <= JERK * DT**3 + 1e-11).all()


@settings(max_examples=70)
@given(speeds, speeds)
def test_what_slows_down_may_use_the_brakes(before, wanted):
    """A joint that changes sides decides for the whole way by its speed at the start."""
    start = start_of(before, np.zeros(N))
    trajectory = UNEQUAL.plan(start, wanted)
    motions = samples(trajectory, DT / 4)
    velocities, accelerations = (stacked(motions, n) for n in ('velocities', 'accelerations'))
    np.testing.assert_allclose(velocities[-1], wanted, atol=1e-12)
    assert (velocities <= np.maximum(before, wanted) + ROUNDING).all()
    assert (velocities >= np.minimum(before, wanted) - ROUNDING).all()
    most = np.where(before < 0.0, BRAKING, ACCELERATION)
    least = -np.where(before > 0.0, BRAKING, ACCELERATION)
    assert (accelerations <= most + ROUNDING).all()
    assert (accelerations >= least - ROUNDING).all()


def test_slowing_down_is_faster_than_speeding_up():
    wanted = np.full(N, 1.0)
    up = UNEQUAL.plan(start_of(np.zeros(N), np.zeros(N)), wanted).duration
    down = UNEQUAL.plan(start_of(wanted, np.zeros(N)), np.zeros(N)).duration
    assert down < 0.7 * up


def test_joints_arrive_together_and_turn_straight_to_the_new_direction():
    wanted = np.array([0.5, -0.2, 0.1, 0.0, 1.0, -1.0])
    trajectory = PROFILE.plan(start_of(np.zeros(N), np.zeros(N)), wanted)
    for motion in samples(trajectory, DT):
        share = motion.velocities[4]
        np.testing.assert_allclose(motion.velocities, share * wanted, atol=1e-9)


def test_it_is_the_fastest_way():
    """The slowest joint sets the time: a ramp with both corners rounded takes v/a + a/j."""
    wanted = np.array([1.0, 0.0, 0.0, 0.0, 0.0, 0.0])
    trajectory = PROFILE.plan(start_of(np.zeros(N), np.zeros(N)), wanted)
    assert trajectory.duration == pytest.approx(1.0 / 2.6 + 2.6 / 105.0, abs=1e-9)


def test_nothing_to_do_takes_no_time():
    start = start_of(np.full(N, 0.3), np.zeros(N))
    trajectory = PROFILE.plan(start, start.velocities)
    assert trajectory.duration == 0.0
    later = motion_at(trajectory, 0.5)
    np.testing.assert_allclose(later.positions, start.positions + 0.15, atol=1e-12)


def test_after_its_end_it_goes_on_with_what_was_wanted():
    wanted = np.full(N, 0.2)
    trajectory = PROFILE.plan(start_of(np.zeros(N), np.zeros(N)), wanted)
    end = motion_at(trajectory, trajectory.duration)
    later = motion_at(trajectory, trajectory.duration + 0.1)
    np.testing.assert_allclose(later.positions - end.positions, 0.02, atol=1e-12)
    np.testing.assert_allclose(later.velocities, wanted, atol=1e-12)


@pytest.mark.parametrize('bad', [np.nan, np.inf, -np.inf, 1e8, 1e20, 1e300])
@pytest.mark.parametrize('which', ['velocities', 'accelerations', 'wanted'])
def test_numbers_without_sense_allow_no_motion(bad, which):
    values = {name: np.zeros(N) for name in ('velocities', 'accelerations', 'wanted')}
    values[which][2] = bad
    start = start_of(values['velocities'], values['accelerations'])
    assert PROFILE.plan(start, values['wanted']) is None
    # It is not spoilt by that.
    assert PROFILE.plan(start_of(np.zeros(N), np.zeros(N)), np.full(N, 0.1)) is not None


def test_a_position_that_is_no_number_is_handed_on_for_the_checks():
    start = JointMotion(np.full(N, np.nan), np.full(N, 0.1), np.zeros(N))
    trajectory = PROFILE.plan(start, np.zeros(N))
    assert trajectory is None or np.isnan(motion_at(trajectory, DT).positions).all()


def test_planning_twice_gives_the_same_and_leaves_the_start_alone():
    start = start_of(np.full(N, 0.3), np.full(N, 0.5))
    wanted = np.linspace(-1.0, 1.0, N)
    one, other = (motion_at(PROFILE.plan(start, wanted), 0.013) for _ in range(2))
    np.testing.assert_array_equal(one.positions, other.positions)
    np.testing.assert_array_equal(one.accelerations, other.accelerations)
    np.testing.assert_array_equal(start.velocities, 0.3)


def test_earlier_trajectories_stay_as_they_were():
    """The verified stop is one, and lives on while others are planned."""
    wanted = np.full(N, 0.5)
    kept = PROFILE.plan(start_of(np.zeros(N), np.zeros(N)), wanted)
    before = motion_at(kept, 0.05)
    PROFILE.plan(start_of(np.ones(N), np.zeros(N)), -wanted)
    np.testing.assert_array_equal(motion_at(kept, 0.05).positions, before.positions)


def test_nobody_can_change_a_motion():
    motion = motion_at(PROFILE.plan(start_of(np.zeros(N), np.zeros(N)), np.ones(N)), DT)
    for values in (motion.positions, motion.velocities, motion.accelerations):
        with pytest.raises(ValueError, match='read-only'):
            values[0] = 1.0


def test_rest_is_neither_moving_nor_beginning_to():
    resting = JointMotion.resting(np.zeros(N))
    assert resting.at_rest
    moving, beginning = np.zeros(N), np.zeros(N)
    moving[3], beginning[5] = 1e-12, -1e-12
    assert not JointMotion(np.zeros(N), moving, np.zeros(N)).at_rest
    assert not JointMotion(np.zeros(N), np.zeros(N), beginning).at_rest
