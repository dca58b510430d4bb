# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Closing an error: the law far away, an end near it, and no speed that is not there in time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.embodiment import load_embodiment
from octo_ros.safety.approach import LEVER, Approach
from octo_ros.safety.closing import SNAP, Closing

LIMITS = load_embodiment('widowx').limits
DT = 0.01
CLOSING = Closing(LIMITS, DT)
LAW = Approach.for_limits(LIMITS, DT)
distances = st.floats(0.0, 3.0)
JERK = np.array(LIMITS.jerk)


@given(distances)
def test_it_is_never_slower_than_the_law_and_far_away_the_same(distance):
    law = float(LAW.linear_speed(np.array(distance)))
    assert CLOSING.linear(distance) >= law - 1e-12
    turn = float(LAW.angular_speed(np.array(distance)))
    assert CLOSING.angular(distance) >= turn - 1e-12
    if distance > 0.01:
        assert CLOSING.linear(distance) == pytest.approx(law, abs=1e-12)
        assert CLOSING.angular(distance) == pytest.approx(turn, abs=1e-12)


@given(distances, distances)
def test_farther_is_never_slower(one, other):
    near, far = min(one, other), max(one, other)
    assert CLOSING.linear(near) <= CLOSING.linear(far)
    assert CLOSING.angular(near) <= CLOSING.angular(far)
    joints = CLOSING.joints(np.full(6, near)), CLOSING.joints(np.full(6, far))
    assert (joints[0] <= joints[1]).all()


@pytest.mark.parametrize('distance', [1e-12, 1e-9, 1e-7])
def test_of_a_small_error_half_is_closed_in_one_period(distance):
    assert CLOSING.linear(distance) * DT == pytest.approx(SNAP * distance)
    assert CLOSING.angular(distance) * DT == pytest.approx(SNAP * distance)
    np.testing.assert_allclose(CLOSING.joints(np.full(6, distance)) * DT, SNAP * distance)


@given(distances)
def test_what_exceeds_the_law_is_what_the_jerk_gives_in_one_period(distance):
    at_once = 0.25 * JERK * DT**2
    assert CLOSING.angular(distance) <= max(
        float(LAW.angular_speed(np.array(distance))), at_once.min()
    )
    assert CLOSING.linear(distance) <= max(
        float(LAW.linear_speed(np.array(distance))), LEVER * at_once.min()
    )
    d = np.full(6, distance)
    assert (CLOSING.joints(d) <= np.maximum(LAW.joint_speed(d), at_once)).all()


def test_no_error_is_no_speed():
    assert CLOSING.linear(0.0) == 0.0
    assert CLOSING.angular(0.0) == 0.0
    assert not CLOSING.joints(np.zeros(6)).any()


@given(distances)
def test_joints_are_closed_each_for_itself(distance):
    d = np.array([distance, 0.0, 0.1, 0.0, 1e-9, 2.0])
    together = CLOSING.joints(d)
    for i in range(6):
        alone = np.zeros(6)
        alone[i] = d[i]
        assert CLOSING.joints(alone)[i] == together[i]


@pytest.mark.parametrize('start', [1e-4, 0.01, 0.5])
def test_it_has_an_end(start):
    left = start
    for _ in range(600):
        left -= DT * CLOSING.linear(left)
        assert left >= -1e-15
    assert left < 1e-12


@pytest.mark.parametrize('bad', [np.nan, np.inf])
def test_what_is_not_finite_never_becomes_an_ordinary_speed(bad):
    assert not np.isfinite(CLOSING.linear(bad))
    assert not np.isfinite(CLOSING.angular(bad))
    assert not np.isfinite(CLOSING.joints(np.full(6, bad))).any()
