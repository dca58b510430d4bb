# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The joint servo: it keeps its direction and the speeds, and ends without overshoot."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from octo_ros.embodiment import load_embodiment
from octo_ros.safety.closing import Closing
from octo_ros.safety.joint_servo import JointServo

LIMITS = load_embodiment('franka').limits
LAW = Closing(LIMITS, 0.01)
SERVO = JointServo(LIMITS, LAW)
SPEED = np.array(LIMITS.velocity)
ZERO = np.zeros(7)
joints = arrays(float, 7, elements=st.floats(-3.0, 3.0).map(lambda x: round(x, 9)))


@given(joints, joints)
def test_no_joint_is_asked_for_more_than_its_speed(error, forward):
    assert (np.abs(SERVO.velocities(error, forward)) <= SPEED * (1 + 1e-12)).all()


@given(joints)
def test_every_joint_goes_the_way_of_its_error(error):
    velocities = SERVO.velocities(error, ZERO)
    np.testing.assert_array_equal(np.sign(velocities), np.sign(LAW.joints(np.abs(error)) * error))


@given(joints, joints)
def test_shortening_keeps_the_direction(error, forward):
    asked = forward + np.sign(error) * LAW.joints(np.abs(error))
    velocities = SERVO.velocities(error, forward)
    factor = min(1.0, 1.0 / max((np.abs(asked) / SPEED).max(), 1e-300))
    np.testing.assert_allclose(velocities, factor * asked, rtol=1e-9, atol=1e-12)


def test_small_errors_are_closed_with_the_speed_of_the_law():
    error = np.linspace(-0.01, 0.01, 7)
    expected = np.sign(error) * LAW.joints(np.abs(error))
    np.testing.assert_array_equal(SERVO.velocities(error, ZERO), expected)


def test_without_an_error_the_target_is_followed_as_it_moves():
    forward = 0.5 * SPEED
    np.testing.assert_array_equal(SERVO.velocities(ZERO, forward), forward)


def test_nothing_wanted_is_nothing_asked():
    assert not SERVO.velocities(ZERO, ZERO).any()


def test_one_joint_far_away_slows_the_others_in_step():
    error = np.array([3.0, 0.01, 0.0, 0.0, 0.0, 0.0, 0.0])
    alone = SERVO.velocities(np.array([0.0, 0.01, 0, 0, 0, 0, 0]), ZERO)[1]
    velocities = SERVO.velocities(error, ZERO)
    assert velocities[0] == pytest.approx(SPEED[0])
    assert 0.0 < velocities[1] < alone


@pytest.mark.parametrize('where', ['error', 'feed_forward'])
def test_a_nan_is_handed_on(where):
    values = {'error': np.zeros(7), 'feed_forward': np.zeros(7)}
    values[where][3] = np.nan
    assert np.isnan(SERVO.velocities(**values)[3])


@pytest.mark.parametrize('bad', [np.inf, -np.inf])
def test_what_is_infinite_never_becomes_an_ordinary_motion(bad):
    error = np.zeros(7)
    error[3] = bad
    with np.errstate(invalid='ignore'):
        assert not np.isfinite(SERVO.velocities(error, ZERO)).all()


@settings(max_examples=30)
@given(joints)
def test_joints_that_do_as_asked_arrive_and_never_pass(error):
    left = error.copy()
    for _ in range(400):
        left -= 0.01 * SERVO.velocities(left, ZERO)
        assert (left * np.sign(error) >= -1e-12).all()
    np.testing.assert_allclose(left, 0.0, atol=np.abs(error).max())
