# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the caller knows to be in the way: locks, faults of the robot, and its own causes."""

from __future__ import annotations

import numpy as np
import pytest

from octo_ros.errors import SafetyError
from octo_ros.safety_codes import SafetyCode, SafetyState
from octo_ros.types import Locks

DEAD_MAN = {'dead_man': {'topic': 'd', 'lease': 0.5, 'required': True, 'latching': False}}

LATCHING = [
    ({'latched': ('emergency_stop',)}, SafetyCode.STOP_EMERGENCY, 'emergency_stop'),
    ({'robot_fault': 'REFLEX: joint 3'}, SafetyCode.STOP_ROBOT_FAULT, 'REFLEX: joint 3'),
    ({'cause': SafetyCode.STOP_DUPLICATE_PUBLISHER}, SafetyCode.STOP_DUPLICATE_PUBLISHER, 'More'),
    ({'cause': SafetyCode.STOP_OBSTACLE}, SafetyCode.STOP_OBSTACLE, 'obstacle'),
]
PASSING = [
    ({'held': ('dead_man',)}, SafetyCode.STOP_LOCKED, 'dead_man'),
    ({'cause': SafetyCode.STOP_DEACTIVATED}, SafetyCode.STOP_DEACTIVATED, 'deactivated'),
]


@pytest.mark.parametrize(('told', 'code', 'says'), LATCHING + PASSING)
def test_it_stops_a_moving_arm_under_control(bench, told, code, says):
    fast = bench.stream(40)[-1]
    sent = [fast, *bench.stream(60, how=told)]
    assert sent[1].state is SafetyState.STOPPING
    assert all(s.code is code for s in sent[1:])
    assert bench.filter.verdict.code is code
    assert says in bench.filter.verdict.text
    steps = np.diff([s.velocities for s in sent], axis=0)
    braking = np.array(bench.embodiment.limits.braking) * 0.01
    assert (np.abs(steps) <= braking + 1e-9).all()
    assert not sent[-1].velocities.any()


@pytest.mark.parametrize(('told', 'code', 'says'), LATCHING)
def test_what_latches_is_only_left_by_a_reset_once_it_is_gone(bench, told, code, says):
    bench.stream(20)
    bench.stream(60, how=told)
    assert bench.filter.state is SafetyState.LATCHED
    assert says in bench.filter.latch
    bench.locks = Locks(**told)
    with pytest.raises(SafetyError, match=f'cannot start: .*{says}'):
        bench.reset()
    assert bench.filter.state is SafetyState.LATCHED
    bench.locks = None
    assert {s.state for s in bench.stream(30)} == {SafetyState.LATCHED}
    assert bench.tick(lambda b: b.command()).reasons == (code, SafetyCode.REJECTED_STATE)
    bench.reset()
    assert bench.tick(lambda b: b.command()).state is SafetyState.RUN


@pytest.mark.parametrize(('told', 'code', 'says'), PASSING)
def test_what_does_not_latch_is_over_when_it_is_gone(bench, told, code, says):
    bench.stream(20)
    bench.stream(300, how=told)
    assert bench.filter.state is SafetyState.HOLD
    assert bench.filter.latch is None
    assert bench.tick().code is code  # over, and still the reason why it holds
    assert bench.tick(lambda b: b.command()).state is SafetyState.RUN
    assert says in code.value or says == 'dead_man'


@pytest.mark.parametrize(('told', 'code', 'says'), LATCHING)
def test_from_hold_it_latches_at_once(bench, told, code, says):
    start = bench.tick().positions
    sent = bench.tick(lambda b: b.command(), **told)
    assert sent.state is SafetyState.LATCHED
    assert sent.reasons == (code,)
    assert says in bench.filter.latch
    np.testing.assert_array_equal(sent.positions, start)


def test_an_emergency_during_another_stop_latches(bench):
    bench.stream(40)
    assert bench.tick(held=('dead_man',)).state is SafetyState.STOPPING
    bench.tick(latched=('emergency_stop',))
    assert bench.until(SafetyState.LATCHED)[-1].code is SafetyCode.STOP_EMERGENCY


def test_the_gravest_is_told_when_several_are_in_the_way(bench):
    bench.tick()
    told = {'held': ('dead_man',), 'latched': ('stop_a', 'stop_b'), 'robot_fault': 'off'}
    sent = bench.tick(lambda b: b.command(), **told)
    assert sent.reasons == (SafetyCode.STOP_EMERGENCY,)
    assert 'stop_a, stop_b' in bench.filter.latch


def test_a_required_lock_of_which_nothing_is_known_is_held(bench_of):
    bench = bench_of(locks=DEAD_MAN)
    bench.locks = None
    sent = bench.stream(20)
    assert {s.state for s in sent} == {SafetyState.HOLD}
    assert sent[0].code is SafetyCode.STOP_LOCKED
    assert 'dead_man' in bench.filter.verdict.text
    bench.locks = Locks()
    assert bench.tick(lambda b: b.command()).state is SafetyState.RUN
    bench.locks = None
    assert bench.tick(lambda b: b.command()).code is SafetyCode.STOP_LOCKED


@pytest.mark.parametrize('before', [SafetyState.INACTIVE, SafetyState.HOLD, SafetyState.LATCHED])
def test_a_required_lock_must_be_known_for_any_reset(bench_of, before):
    bench = bench_of(locks=DEAD_MAN)
    if before is SafetyState.INACTIVE:
        bench.filter.deactivate()
    elif before is SafetyState.LATCHED:
        bench.tick(robot_fault='off')
    bench.locks = None
    with pytest.raises(SafetyError, match='dead_man must be known'):
        bench.reset()
    assert bench.filter.state is before
    bench.locks = Locks()
    bench.reset()
    assert bench.filter.state is SafetyState.HOLD


@pytest.mark.parametrize('latched', [False, True])
@pytest.mark.parametrize('blocked', LATCHING + PASSING)
def test_nothing_begins_while_something_is_in_the_way(bench, blocked, latched):
    told, _, says = blocked
    if latched:
        bench.tick(robot_fault='off')
    before, latch = bench.filter.state, bench.filter.latch
    for begin in (bench.filter.reset, bench.filter.activate):
        with pytest.raises(SafetyError, match=f'cannot start: .*{says}'):
            begin(bench.now, bench.measured(), Locks(**told))
        assert (bench.filter.state, bench.filter.latch) == (before, latch)


def test_a_latch_is_not_left_with_a_state_that_is_not_fit(bench):
    bench.tick(robot_fault='off')
    good = bench.measured
    bench.measured = lambda: type(good())(bench.now, bench.q, np.full(6, 0.3), 0.5)
    with pytest.raises(SafetyError, match='at rest'):
        bench.reset()
    assert bench.filter.state is SafetyState.LATCHED


@pytest.mark.parametrize('cause', [SafetyCode.OK, SafetyCode.REJECTED_STATE, 'STOP_ROBOT_FAULT'])
def test_only_a_stop_code_is_a_cause_to_stop(bench, cause):
    with pytest.raises(SafetyError, match='no cause to stop'):
        bench.tick(cause=cause)
    assert bench.tick().state is SafetyState.HOLD


def test_what_the_caller_found_goes_before_what_the_filter_finds(bench):
    bench.tick()
    for _ in range(40):
        sent = bench.tick(lambda b: b.command(), state=None, robot_fault='off')
    assert sent.reasons == (SafetyCode.STOP_ROBOT_FAULT,)
    assert bench.filter.verdict.code is SafetyCode.STOP_ROBOT_FAULT
