# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which jumps of a latched reference the joint states explain."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from octo_ros.safety.fuzz.whereabouts import Whereabouts
from octo_ros.types import JointState

NOW = 10**18
PERIOD = 10_000_000
AT_REST = 21  # joint states over 0.2 s


def state(stamp_ns, positions):
    return JointState(stamp_ns, np.array(positions), np.zeros(7), 0.5)


class Tape:
    """Feeds places, one per period."""

    def __init__(self, embodiment):
        self.home = np.array(embodiment.home)
        self.now = NOW
        self.arm = Whereabouts(embodiment)
        self.arm.begin(state(NOW, self.home))

    def at(self, *offsets, joint=0, **changes):
        for offset in offsets:
            self.now += PERIOD
            seen = state(self.now, self.off(offset, joint))
            self.arm.see(self.now, replace(seen, **changes))

    def off(self, by, joint=0):
        return self.home + by * np.eye(7)[joint]

    def goes(self, by):
        return self.arm.explain(self.home, self.off(by))


@pytest.fixture
def tape(franka):
    return Tape(franka)


def led(by):
    return np.linspace(0.0, by, 20)


def test_an_arm_that_came_and_stayed_explains_where_it_is(tape):
    tape.at(*led(0.3), *[0.3] * (AT_REST - 2))
    assert not tape.goes(0.3)
    tape.at(0.3)
    assert tape.goes(0.3)
    assert not tape.goes(0.3 + 1e-12)
    assert not tape.goes(0.0)


def test_only_the_newest_place_counts(tape):
    tape.at(*led(0.3), *[0.3] * AT_REST, 0.301)
    assert tape.goes(0.301)
    assert not tape.goes(0.3)


def test_an_arm_that_trembles_too_much_does_not_rest(tape):
    tape.at(*led(0.3), *[0.3, 0.311] * AT_REST)
    assert not tape.goes(0.311)


def test_an_arm_near_its_reference_explains_nothing(tape):
    tape.at(*[0.019] * 60)
    assert not tape.goes(0.019)


def test_what_no_arm_can_do_is_never_believed_again_before_a_reset(tape):
    tape.at(0.0, 0.5, 0.0, *led(0.3), *[0.3] * 100)
    assert not tape.goes(0.3)
    tape.arm.begin(state(tape.now, tape.home))
    tape.at(*led(0.3), *[0.3] * AT_REST)
    assert tape.goes(0.3)


def test_beyond_the_limits_their_end_is_meant(tape, franka):
    top = franka.limits.position_max[0]
    by = top + 0.2 - tape.home[0]
    tape.at(*np.linspace(0.0, by, 100), *[by] * AT_REST)
    assert not tape.goes(by)
    assert tape.arm.explain(tape.home, np.array([top, *tape.home[1:]]))


@pytest.mark.parametrize(
    'useless',
    [
        {'positions': np.zeros(6)},
        {'positions': np.full(7, np.nan)},
        {'velocities': np.full(7, np.inf)},
        {'gripper': np.nan},
        {'stamp_ns': NOW - 1},
        {'stamp_ns': NOW + 10**9},
    ],
)
def test_useless_states_are_no_news(tape, useless):
    tape.at(*led(0.3), *[0.3] * (AT_REST - 2))
    tape.at(*[0.3] * 5, **useless)
    tape.now -= 5 * PERIOD
    assert not tape.goes(0.3)
    tape.at(0.3)
    assert tape.goes(0.3)


def test_a_state_too_old_is_none(tape, franka):
    tape.at(*led(0.3), *[0.3] * (AT_REST - 2))
    late = tape.now + PERIOD
    tape.arm.see(late + round(franka.joint_states.max_age * 1e9) + 1, state(late, tape.off(0.3)))
    assert not tape.goes(0.3)
