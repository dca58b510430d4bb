# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Braking: in time, together, and straight."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from octo_ros.safety.stop import StraightStop, approach_speed

DT = 0.01
BRAKING = np.array([15.0, 7.5, 10.0, 12.5, 15.0, 20.0, 20.0])
STOP = StraightStop(BRAKING, DT)
velocities = arrays(float, 7, elements=st.floats(-2.0, 2.0))


@given(st.floats(0.0, 5.0), st.floats(0.1, 50.0))
def test_one_tick_and_a_brake_use_up_the_distance(distance, deceleration):
    v = float(approach_speed(distance, deceleration, DT))
    assert v * DT + v * v / (2 * deceleration) == pytest.approx(distance, abs=1e-9)


def test_tiny_distances_are_covered_in_one_tick_and_none_below_zero():
    assert approach_speed(1e-8, 1.0, DT) == pytest.approx(1e-6, rel=1e-3)
    np.testing.assert_array_equal(approach_speed([-1.0, 0.0], [1.0, 1.0], DT), [0.0, 0.0])


@given(velocities)
def test_a_stop_is_straight_within_the_brakes_and_as_short_as_they_allow(v):
    duration, start, ticks = STOP.duration(v), v, 0
    while v.any():
        after = STOP.next(v)
        assert (np.abs(after - v) <= BRAKING * DT + 1e-9).all()
        np.testing.assert_allclose(np.outer(after, start), np.outer(start, after), atol=1e-9)
        v, ticks = after, ticks + 1
    assert ticks <= np.ceil(duration / DT + 1e-6)


def test_at_rest_it_stays_at_rest():
    assert STOP.duration(np.zeros(7)) == 0.0
    assert not STOP.next(np.zeros(7)).any()
