# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""An arm is believed to rest only where it can have got to, and only when it stays there."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.safety.standstill import FASTEST, GLITCH, LASTING, SPREAD, Standstill

MS = 1_000_000
PERIOD = 10 * MS
START = np.array([0.3, -1.0, 2.0])
RESTED = round(LASTING * 1e9)


def looked(places, period=PERIOD, start=START):
    """A standstill that saw `places`, one per period, and what it said after each."""
    standstill, said = Standstill(0, start), []
    for k, place in enumerate(places, 1):
        standstill.look(k * period, np.asarray(place))
        said.append(standstill.rests)
    return standstill, said


def off(by, joint=0):
    return START + by * np.eye(3)[joint]


def test_a_start_is_no_rest_yet():
    assert not Standstill(0, START).rests


def test_it_rests_when_it_stayed_for_the_time():
    _, said = looked([START] * 30)
    assert said.index(True) + 1 == RESTED // PERIOD
    assert all(said[said.index(True) :])


@pytest.mark.parametrize('joint', [0, 1, 2])
@pytest.mark.parametrize(('by', 'rests'), [(SPREAD * 0.99, True), (SPREAD * 1.01, False)])
def test_noise_below_the_spread_is_rest_and_above_is_none(joint, by, rests):
    _, said = looked([START, off(by, joint)] * 30)
    assert any(said) is rests


def test_moving_begins_the_time_anew():
    _, said = looked([START] * 25 + [off(0.02)] * 25)
    assert said[24] is True
    assert said[25:].index(True) == RESTED // PERIOD


def test_an_arm_that_creeps_does_not_rest():
    _, said = looked([off(0.0011 * k) for k in range(100)])
    assert not any(said)


def test_time_is_that_of_the_stamps():
    assert looked([START] * 3, period=RESTED // 3 + 1)[0].rests
    assert not looked([START] * 100, period=RESTED // 101)[0].rests


@pytest.mark.parametrize('gap_ms', [1, 10, 100, 300])
@pytest.mark.parametrize(('share', 'believed'), [(0.999, True), (-0.999, True), (1.001, False)])
def test_only_what_an_arm_can_reach_in_the_time_is_believed(gap_ms, share, believed):
    standstill = Standstill(0, START)
    there = off(share * (FASTEST * gap_ms / 1000 + GLITCH), 1)
    for k in range(50):
        standstill.look((gap_ms + 10 * k) * MS, there)
    assert standstill.rests is believed


def test_after_an_impossible_jump_nothing_is_believed_even_back_at_the_old_place():
    _, said = looked([START] * 30 + [off(1.0)] + [START] * 100)
    assert said[29] is True
    assert not any(said[30:])


places = st.lists(st.floats(-0.4, 0.4), min_size=3, max_size=3).map(lambda x: START + np.array(x))


@given(st.lists(st.tuples(places, st.integers(1, 60)), max_size=30), st.integers(1, 40))
def test_it_never_rests_on_what_was_seen_for_less_than_the_time(visits, every_ms):
    standstill, now, seen = Standstill(0, START), 0, [(0, START)]
    for place, count in visits:
        for _ in range(count):
            now += every_ms * MS
            standstill.look(now, place)
            seen.append((now, place))
        if standstill.rests:
            recent = [q for stamp, q in seen if now - stamp <= RESTED]
            assert now - seen[0][0] >= RESTED
            assert np.abs(np.array(recent) - place).max() <= 2 * SPREAD
            reach = [
                np.abs(b - a).max() <= FASTEST * (t - s) * 1e-9 + GLITCH
                for (s, a), (t, b) in pairwise(seen)
            ]
            assert all(reach)


@given(
    st.integers(0, 60),
    st.lists(st.floats(-10.0, 10.0), min_size=3, max_size=3),
    st.integers(1, RESTED // PERIOD),
)
def test_a_place_that_was_seen_for_a_moment_is_never_believed(before, wrong, moment):
    """Whether it could have been reached or not; nor is the one before believed with it."""
    wrong = np.array(wrong)
    if np.abs(wrong - START).max() <= SPREAD:
        return
    _, said = looked([START] * before + [wrong] * moment)
    assert not any(said[before:])


@given(st.lists(st.floats(-SPREAD, SPREAD), min_size=25, max_size=60))
def test_an_arm_that_only_trembles_rests(noise):
    assert looked([off(0.5 * n) for n in noise])[0].rests


def test_an_arm_that_was_not_seen_in_between_does_not_rest():
    stand = Standstill(0, np.zeros(6))
    for stamp_ns in range(0, 2_000_000_000, 150_000_000):
        stand.look(stamp_ns + 1, np.zeros(6))
        assert not stand.rests
