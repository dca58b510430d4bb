# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The order in which causes are looked for, and which of them is told."""

import numpy as np
import pytest

from octo_ros.errors import SafetyError
from octo_ros.safety.collision.world import CollisionWorld
from octo_ros.safety.motion import Motion
from octo_ros.safety.watch import Watch, required_locks
from octo_ros.safety_codes import SafetyCode
from octo_ros.types import Locks

MS = 1_000_000
LOST = {'cause': SafetyCode.STOP_DEACTIVATED}


@pytest.fixture
def watch(embodiment, kinematics, resting, now):
    return Watch(embodiment, kinematics, now, resting(embodiment.home))


@pytest.fixture
def look(watch, embodiment, kinematics, resting, now):
    motion = Motion(embodiment, kinematics, CollisionWorld.for_embodiment(embodiment, kinematics))
    home = np.array(embodiment.home)

    def look(at_ms=10, off=0.0, blind=False, resting_reference=False, **locks):
        at = now + at_ms * MS
        state = None if blind else resting(home + off * np.eye(6)[0], at)
        return watch.cause(at, state, Locks(**locks), motion, resting_reference)

    return look


def test_nothing_speaks_against_a_calm_arm(look, watch, now):
    assert look() is None
    assert watch.sees(now + 10 * MS)


def test_what_is_measured_is_the_newest_good_state(look, watch, embodiment):
    look(off=0.01)
    assert watch.measured[0] == pytest.approx(embodiment.home[0] + 0.01)
    look(at_ms=20, off=np.nan)
    assert watch.measured[0] == pytest.approx(embodiment.home[0] + 0.01)


def test_each_watcher_is_heard(look, watch, now):
    look()
    assert look(20, held=('dead_man',)).code is SafetyCode.STOP_LOCKED
    assert look(30, off=0.2).code is SafetyCode.STOP_TRACKING
    assert look(230, blind=True).code is SafetyCode.STOP_STATE_TIMEOUT
    assert look(1000).code is SafetyCode.STOP_CLOCK_JUMP
    watch.silence.broke_off()
    assert look(1490).code is SafetyCode.STOP_LOST


def test_an_arm_that_is_not_seen_is_not_judged(look, watch, now):
    look(10, off=0.2, resting_reference=True)
    cause = look(200, blind=True)
    assert cause.code is SafetyCode.STOP_STATE_TIMEOUT
    assert not cause.latching
    assert not watch.sees(now + 200 * MS)


def test_what_latches_goes_before_what_does_not(look):
    assert look(10, held=('dead_man',)).code is SafetyCode.STOP_LOCKED
    cause = look(20, off=0.3, resting_reference=True, cause=SafetyCode.STOP_DEACTIVATED)
    assert cause.code is SafetyCode.STOP_TRACKING


def test_among_equals_the_first_is_told(look):
    assert look(10, held=('dead_man',), **LOST).code is SafetyCode.STOP_DEACTIVATED
    assert look(5000, robot_fault='off', blind=True).code is SafetyCode.STOP_CLOCK_JUMP


def test_a_wrong_cause_is_an_error(look):
    with pytest.raises(SafetyError, match='no cause to stop'):
        look(cause=SafetyCode.IDLE)


def test_required_locks_are_those_that_say_so(bench_of):
    how = {'topic': 't', 'lease': 0.5, 'latching': False}
    locks = {'dead_man': {**how, 'required': True}, 'horn': {**how, 'required': False}}
    assert required_locks(bench_of(locks=locks).embodiment) == ('dead_man',)
