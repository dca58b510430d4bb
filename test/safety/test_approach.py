# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The law of slowing down: its formula, its order, and that it ends in time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.safety.approach import LEVER, RESERVE, Approach

DT = 0.01
JOINT = np.array([5.0, 2.0, 0.3, 20.0])
LAW = Approach(JOINT, 0.36, 1.8, 0.05)
distances = st.floats(0.0, 5.0)


def one(distance):
    return float(LAW.linear_speed(np.array(distance)))


def used_up(speed, deceleration, lag):
    """Way until rest at a speed: the lag, then the brake."""
    return speed * lag + speed**2 / (2.0 * deceleration)


@given(distances)
def test_the_lag_and_the_brake_use_up_the_distance(distance):
    d = np.full(4, distance)
    np.testing.assert_allclose(used_up(LAW.joint_speed(d), JOINT, 0.05), d, rtol=0, atol=1e-12)
    linear, angular = LAW.linear_speed(d), LAW.angular_speed(d)
    np.testing.assert_allclose(used_up(linear, 0.36, 0.05), d, rtol=0, atol=1e-12)
    np.testing.assert_allclose(used_up(angular, 1.8, 0.05), d, rtol=0, atol=1e-12)


@given(st.floats(0.0, 2.0))
def test_the_distance_of_a_speed_is_the_inverse(speed):
    distance = LAW.linear_distance(np.array([speed]))
    np.testing.assert_allclose(LAW.linear_speed(distance), speed, rtol=1e-9, atol=1e-12)


@given(distances, distances)
def test_farther_is_never_slower(one, other):
    near, far = np.full(4, min(one, other)), np.full(4, max(one, other))
    for speed in (LAW.joint_speed, LAW.linear_speed, LAW.angular_speed):
        assert (speed(near) <= speed(far)).all()


@pytest.mark.parametrize('distance', [0.0, -0.0, -1e-12, -1e-3, -10.0, -np.inf])
def test_at_the_end_and_past_it_nothing_is_allowed(distance):
    d = np.full(4, distance)
    for speed in (LAW.joint_speed, LAW.linear_speed, LAW.angular_speed):
        np.testing.assert_array_equal(speed(d), 0.0)


def test_no_distance_allows_a_negative_speed():
    d = 10.0 ** np.arange(-300.0, 3.0)
    assert (LAW.linear_speed(d) >= 0.0).all()
    assert (LAW.angular_speed(d) >= 0.0).all()
    assert (LAW.joint_speed(np.repeat(d[:, None], 4, axis=1)) >= 0.0).all()


def test_a_nan_is_handed_on():
    """It must not become a speed: the solver refuses it."""
    d = np.array([np.nan, 1.0, 1.0, 1.0])
    assert np.isnan(LAW.joint_speed(d)[0])
    assert np.isnan(LAW.linear_speed(d)[0])


def test_an_infinite_distance_is_no_limit():
    assert LAW.linear_speed(np.array([np.inf]))[0] == np.inf


def test_near_the_end_it_is_proportional_and_far_away_the_parabola():
    assert one(1e-7) == pytest.approx(1e-7 / 0.05, rel=1e-3)
    assert one(1e4) == pytest.approx(np.sqrt(2 * 0.36 * 1e4), rel=1e-3)


@pytest.mark.parametrize('start', [1e-4, 0.01, 0.3, 2.0])
def test_driving_by_the_law_ends_at_the_end_without_passing_it(start):
    left, speed = start, one(start)
    for _ in range(2_000):
        left -= speed * DT
        assert left > 0.0
        then = one(left)
        assert speed - then <= 0.36 * DT * 1.001  # as planned, with a lag of several periods
        speed = then
    assert left < 1e-6


def test_a_used_reserve_is_regained_slowly_and_no_other():
    rooms = np.array([-1.0, 0.0, 1e-12, 0.5 * RESERVE, RESERVE, 1.0])
    most = 0.25 * RESERVE / 0.05
    np.testing.assert_allclose(
        LAW.regaining(rooms), [most, most, most, 0.5 * most, 0.0, 0.0], atol=1e-9
    )


def test_it_is_made_from_the_limits_of_the_robot(arm):
    law, limits = arm.approach, arm.limits
    weakest = min(limits.acceleration)
    np.testing.assert_array_equal(law.joint, limits.acceleration)
    assert law.angular == pytest.approx(weakest)
    assert law.linear == pytest.approx(LEVER * weakest)
    longest = max(a / j for a, j in zip(limits.acceleration, limits.jerk, strict=True))
    assert law.lag == pytest.approx(2 * arm.dt + longest)
    # Braking by the law is no stronger than the brakes, which have to take over at any time.
    assert (law.joint <= np.array(limits.braking)).all()
