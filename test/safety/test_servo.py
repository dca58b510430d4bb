# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The Cartesian servo: straight, never too fast, and it ends without overshoot."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from octo_ros.embodiment import load_embodiment
from octo_ros.safety.closing import Closing
from octo_ros.safety.servo import CartesianServo

LIMITS = load_embodiment('ur5e').limits
LAW = Closing(LIMITS, 0.01)
SERVO = CartesianServo(LIMITS, LAW)
ZERO = np.zeros(6)
twists = arrays(float, 6, elements=st.floats(-2.0, 2.0).map(lambda x: round(x, 9)))


@given(twists, twists)
def test_it_never_asks_for_more_than_the_speeds(error, feed_forward):
    twist = SERVO.twist(error, feed_forward)
    assert np.linalg.norm(twist[:3]) <= LIMITS.linear_speed * (1 + 1e-12)
    assert np.linalg.norm(twist[3:]) <= LIMITS.angular_speed * (1 + 1e-12)


@given(twists)
def test_an_error_is_closed_straight_with_the_speed_of_the_law(error):
    twist = SERVO.twist(error, ZERO)
    for part, most, law in (
        (slice(3), LIMITS.linear_speed, LAW.linear),
        (slice(3, 6), LIMITS.angular_speed, LAW.angular),
    ):
        length = float(np.linalg.norm(error[part]))
        np.testing.assert_allclose(
            np.linalg.norm(twist[part]), min(law(length), most), rtol=1e-9, atol=1e-15
        )
        np.testing.assert_allclose(np.cross(twist[part], error[part]), 0.0, atol=1e-9)
        assert twist[part] @ error[part] >= 0.0


def test_nothing_wanted_is_nothing_asked():
    twist = SERVO.twist(ZERO, ZERO)
    assert not twist.any()


def test_without_an_error_the_target_is_followed_as_it_moves():
    forward = np.array([0.1, -0.05, 0.02, 0.3, 0.0, -0.2])
    np.testing.assert_array_equal(SERVO.twist(ZERO, forward), forward)


def test_translation_and_rotation_do_not_touch_each_other():
    error = np.array([5.0, 0.0, 0.0, 0.0, 1e-3, 0.0])
    twist = SERVO.twist(error, ZERO)
    np.testing.assert_allclose(twist[:3], [LIMITS.linear_speed, 0.0, 0.0])
    assert twist[4] == pytest.approx(LAW.angular(1e-3))


def test_what_it_is_given_stays_as_it_is():
    error, forward = np.full(6, 0.3), np.full(6, 1.0)
    SERVO.twist(error, forward)
    np.testing.assert_array_equal(error, 0.3)
    np.testing.assert_array_equal(forward, 1.0)


@pytest.mark.parametrize('bad', [np.nan, np.inf, -np.inf, 1e200])
@pytest.mark.parametrize('index', [1, 4])
@pytest.mark.parametrize('where', ['error', 'feed_forward'])
def test_what_is_not_finite_never_becomes_an_ordinary_twist(bad, index, where):
    """1e200 overflows when squared; the solver refuses a twist that is not finite."""
    values = {'error': np.zeros(6), 'feed_forward': np.zeros(6)}
    values[where][index] = bad
    with np.errstate(all='ignore'):
        twist = SERVO.twist(**values)
    part = twist[:3] if index < 3 else twist[3:]
    most = LIMITS.linear_speed if index < 3 else LIMITS.angular_speed
    assert not np.isfinite(part).all() or np.linalg.norm(part) <= most * (1 + 1e-12)
    if not np.isfinite(bad):
        assert not np.isfinite(part).all()


@settings(max_examples=30)
@given(twists)
def test_an_arm_that_does_as_asked_arrives_and_never_passes(error):
    left = error.copy()
    start = np.abs(error)
    for _ in range(500):
        left -= 0.01 * SERVO.twist(left, ZERO)
        assert (left * np.sign(error) >= -1e-12).all()
        assert (np.abs(left) <= start + 1e-12).all()
    assert np.linalg.norm(left) < np.linalg.norm(error) + 1e-12


def test_a_moving_target_is_caught_up():
    forward = np.array([0.1, 0.0, 0.0, 0.0, 0.2, 0.0])
    left = np.array([0.02, 0.01, 0.0, 0.05, 0.0, 0.0])
    for _ in range(300):
        left += 0.01 * (forward - SERVO.twist(left, forward))
    assert np.linalg.norm(left) < 1e-6
