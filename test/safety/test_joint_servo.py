# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Joint feed-forward and feedback."""

from dataclasses import replace

import numpy as np
import pytest

from octo_ros.safety.joint_servo import JointServo

DT = 0.01
ZERO = np.zeros(6)


@pytest.fixture
def servo(embodiment):
    return JointServo(replace(embodiment.limits, velocity=(1.5,) * 6, acceleration=(2.5,) * 6), DT)


def test_without_error_the_feed_forward_passes(servo):
    forward = np.array([0.1, 0.0, -0.2, 1.5, 0.5, 0.0])
    np.testing.assert_array_equal(servo.velocities(ZERO, forward), forward)
    np.testing.assert_array_equal(servo.velocities(ZERO, ZERO), ZERO)


def test_a_tiny_error_is_gone_after_one_tick(servo):
    error = np.array([1e-7, 0.0, 0.0, -1e-7, 0.0, 0.0])
    np.testing.assert_allclose(servo.velocities(error, ZERO) * DT, error, rtol=1e-2)


@pytest.mark.parametrize('distance', [1e-4, 0.02, -0.2])
def test_a_large_error_is_closed_without_passing_and_within_the_acceleration(servo, distance):
    error = np.array([0.0, distance, 0.0, 0.0, 0.0, 0.0])
    speed = None
    for _ in range(400):
        wanted = servo.velocities(error, ZERO)
        if speed is not None:
            assert abs(speed) - abs(wanted[1]) <= 2.5 * DT + 1e-9
        speed = wanted[1]
        error = error - wanted * DT
        assert error[1] * np.sign(distance) >= -1e-12
    assert abs(error[1]) < 1e-6


def test_too_fast_a_wish_is_shortened_and_keeps_its_direction(servo):
    forward = np.array([3.0, -1.5, 0.0, 0.0, 0.3, 0.0])
    np.testing.assert_allclose(servo.velocities(ZERO, forward), forward / 2.0)
