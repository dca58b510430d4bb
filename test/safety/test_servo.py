# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Feed-forward and feedback."""

import numpy as np
import pytest

from octo_ros.safety.servo import CLOSING_LEVER, CartesianServo

DT = 0.01
SERVO = CartesianServo(0.25, 1.0, 0.5, 2.5, DT)
ZERO = np.zeros(6)


def test_without_error_the_feed_forward_passes():
    forward = np.array([0.1, 0.0, -0.2, 0.5, 0.5, 0.0])
    np.testing.assert_array_equal(SERVO.twist(ZERO, forward), forward)
    np.testing.assert_array_equal(SERVO.twist(ZERO, ZERO), ZERO)


def test_a_tiny_error_is_gone_after_one_tick():
    error = np.array([1e-7, 0.0, 0.0, 0.0, -1e-7, 0.0])
    np.testing.assert_allclose(SERVO.twist(error, ZERO) * DT, error, rtol=1e-2)


@pytest.mark.parametrize('distance', [1e-4, 0.01, 0.05])
def test_a_large_error_is_closed_without_passing_and_within_the_deceleration(distance):
    error = np.array([0.0, distance, 0.0, 0.0, 0.0, 0.0])
    speed = None
    for _ in range(300):
        twist = SERVO.twist(error, ZERO)
        if speed is not None:
            assert speed - twist[1] <= 0.5 * DT + 1e-9
        speed = twist[1]
        error = error - twist * DT
        assert error[1] >= -1e-12
    assert error[1] < 1e-6


def test_both_speeds_are_cut_keeping_their_directions():
    twist = SERVO.twist(np.array([0.1, 0.1, 0, 0, 0, 1.0]), np.array([0.25, 0.25, 0, 0, 0, 1.0]))
    np.testing.assert_allclose(twist, [0.25 / 2**0.5, 0.25 / 2**0.5, 0, 0, 0, 1.0])


def test_the_weakest_joint_sets_the_braking_curves(embodiment):
    limits = embodiment.limits
    weakest = min(limits.acceleration)
    speeds = (limits.linear_speed, limits.angular_speed)
    expected = CartesianServo(*speeds, CLOSING_LEVER * weakest, weakest, DT)
    error = np.array([0.01, 0.0, 0.0, 0.0, 0.05, 0.0])
    made = CartesianServo.for_limits(limits, DT).twist(error, np.zeros(6))
    np.testing.assert_array_equal(made, expected.twist(error, np.zeros(6)))
