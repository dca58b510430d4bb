# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""An arm that does not follow, and causes to stop that the caller found."""

from __future__ import annotations

import numpy as np
import pytest

from octo_ros.embodiment import load_embodiment
from octo_ros.errors import SafetyError
from octo_ros.safety.filter import SafetyFilter
from octo_ros.safety_codes import SafetyCode, SafetyState
from octo_ros.types import Command, JointState

ROBOTS = ('widowx', 'franka', 'fr3', 'ur5', 'ur5e')
PERIOD = 10_000_000
FAULT = SafetyCode.STOP_ROBOT_FAULT
RIVAL = SafetyCode.STOP_DUPLICATE_PUBLISHER


class Bench:
    """A filter, a clock, and an arm that follows unless it is held."""

    def __init__(self, name, now):
        self.embodiment = load_embodiment(name)
        self.filter = SafetyFilter.for_embodiment(self.embodiment)
        self.now = now
        self.q = np.array(self.embodiment.home)
        self.held = False
        self.seq = 0
        self.reset()

    @property
    def tolerance(self):
        return self.embodiment.tracking.max_joint_error

    def reset(self):
        self.filter.reset(self.now, self.measured())

    def measured(self):
        return JointState(self.now, self.q, np.zeros(len(self.q)), 0.5)

    def tick(self, moving=False, stop=None, blind=False):
        self.now += PERIOD
        command = None
        if moving:
            self.seq += 1
            step, frame = np.array([0.0, 0.01, 0.0]), self.embodiment.base_frame
            command = Command(self.now, self.seq, frame, step, np.zeros(3), 0.5, 0.1)
        sent = self.filter.tick(self.now, command, None if blind else self.measured(), stop)
        if not self.held:
            self.q = np.array(sent.positions)
        return sent

    def stream(self, ticks, **how):
        """Commands at 10 Hz; returns what was sent."""
        return [self.tick(moving=k % 10 == 0, **how) for k in range(ticks)]

    def pushed(self, joint, by):
        self.held = True
        self.q = self.q + by * np.eye(len(self.q))[joint]


@pytest.fixture(params=ROBOTS)
def each(request, now):
    return Bench(request.param, now)


@pytest.fixture
def bench(now):
    return Bench('ur5e', now)


def test_an_arm_that_is_stuck_is_stopped_and_its_reference_let_go(each):
    each.stream(20)
    each.held = True
    sent = each.stream(400)
    states = [s.state for s in sent]
    order = [SafetyState.RUN, SafetyState.STOPPING, SafetyState.LATCHED]
    assert states == sorted(states, key=order.index)
    assert (states[0], states[-1]) == (SafetyState.RUN, SafetyState.LATCHED)
    first = states.index(SafetyState.LATCHED)
    assert sent[first].code is SafetyCode.STOP_TRACKING
    steps = np.diff([s.velocities for s in sent[: first + 1]], axis=0)
    braking = np.array(each.embodiment.limits.braking) * 0.01
    assert (np.abs(steps) <= braking + 1e-9).all()  # a controlled stop until the end
    for latched in sent[first:]:
        np.testing.assert_array_equal(latched.positions, each.q)
        assert not latched.velocities.any()
        assert not latched.executed_translation.any() or latched is sent[first]
    assert np.linalg.norm(sent[first].executed_translation) < 0.005  # the jump is no motion
    assert f'allowed are {each.tolerance:g} rad' in each.filter.latch


def test_an_arm_that_is_set_free_does_not_move(bench):
    bench.stream(20)
    bench.held = True
    bench.stream(400)
    stuck = bench.q
    bench.held = False
    sent = bench.stream(100)
    np.testing.assert_array_equal([s.positions for s in sent], [stuck] * 100)


def test_a_stop_latches_though_the_arm_catches_up(bench):
    bench.stream(20)
    bench.held = True
    while bench.filter.state is SafetyState.RUN:
        bench.stream(10)
    assert bench.filter.state is SafetyState.STOPPING
    bench.held = False
    assert [bench.tick() for _ in range(60)][-1].state is SafetyState.LATCHED
    assert 'away from its reference' in bench.filter.latch


def test_a_push_while_it_holds_latches_at_once(each):
    each.tick()
    each.pushed(1, each.tolerance + 0.01)
    sent = each.tick(moving=True)
    assert sent.state is SafetyState.LATCHED
    assert sent.reasons == (SafetyCode.STOP_TRACKING, SafetyCode.REJECTED_STATE)
    np.testing.assert_array_equal(sent.positions, each.q)
    assert not sent.executed_translation.any()
    joint, limit = each.embodiment.joints[1], each.tolerance
    said = f'{joint} is {limit + 0.01:.4f} rad away from its reference; allowed are {limit:g} rad.'
    assert each.filter.latch == said
    assert each.filter.verdict.code is SafetyCode.REJECTED_STATE
    assert said in each.filter.verdict.text


def test_a_small_push_is_held_against(bench):
    start = bench.tick().positions
    bench.pushed(1, 0.9 * bench.tolerance)
    sent = bench.tick()
    assert sent.state is SafetyState.HOLD
    np.testing.assert_array_equal(sent.positions, start)


@pytest.mark.parametrize('by', [0.02, -0.02])
def test_the_reference_goes_along_with_an_arm_that_still_moves(bench, by):
    bench.pushed(2, np.sign(by) * 0.2)
    first = bench.tick()
    said = bench.filter.latch
    for _ in range(30):
        bench.pushed(2, by)
        sent = bench.tick()
        assert sent.state is SafetyState.LATCHED
        assert np.abs(sent.positions - bench.q).max() <= bench.tolerance
        assert not sent.velocities.any()
    assert np.abs(sent.positions - first.positions).max() > 0.4
    assert bench.filter.latch == said


def test_the_reference_stays_inside_the_hard_limits(bench):
    top = bench.embodiment.limits.position_max[2]
    bench.pushed(2, top + 0.5 - bench.q[2])
    sent = [bench.tick() for _ in range(5)][-1]
    assert sent.positions[2] == top
    assert sent.code is SafetyCode.STOP_TRACKING


def test_only_a_reset_ends_the_latch(each):
    each.pushed(0, 0.3)
    each.tick()
    each.held = False
    assert {s.state for s in each.stream(50)} == {SafetyState.LATCHED}
    each.reset()
    assert each.filter.latch is None
    sent = each.stream(10)
    assert {s.state for s in sent} == {SafetyState.RUN}
    assert sent[-1].executed_translation.any()


def test_an_old_joint_state_is_no_place_to_rest_at(bench):
    start = bench.tick().positions
    for _ in range(30):
        sent = bench.tick(blind=True)
    bench.pushed(0, 0.3)
    assert bench.tick(blind=True).code is SafetyCode.STOP_STATE_TIMEOUT
    np.testing.assert_array_equal(sent.positions, start)
    sent = bench.tick()
    assert sent.state is SafetyState.LATCHED
    np.testing.assert_array_equal(sent.positions, bench.q)


@pytest.mark.parametrize('stop', [FAULT, RIVAL])
def test_the_caller_stops_a_moving_arm_under_control(each, stop):
    fast = each.stream(40)[-1]
    sent = [fast, *each.stream(60, stop=stop)]
    assert sent[1].state is SafetyState.STOPPING
    assert each.filter.verdict.code is stop
    assert all(s.code is stop for s in sent[1:])
    steps = np.diff([s.velocities for s in sent], axis=0)
    braking = np.array(each.embodiment.limits.braking) * 0.01
    assert (np.abs(steps) <= braking + 1e-9).all()
    assert sent[-1].state is SafetyState.HOLD
    assert each.filter.latch is None
    assert each.tick().code is stop  # over, and still the reason why it holds
    assert each.tick(moving=True).state is SafetyState.RUN


def test_what_the_caller_found_goes_before_what_the_filter_finds(bench):
    bench.tick()
    for _ in range(30):
        sent = bench.tick(moving=True, stop=RIVAL, blind=True)
    assert sent.reasons == (RIVAL,)
    assert bench.filter.verdict.code is RIVAL


def test_a_fault_during_which_the_arm_is_moved_latches(bench):
    bench.stream(40)
    bench.held = True
    bench.stream(60, stop=FAULT)
    assert bench.filter.state is SafetyState.HOLD
    bench.pushed(0, 0.3)
    sent = bench.tick(moving=True, stop=FAULT)
    assert sent.state is SafetyState.LATCHED
    assert sent.reasons == (FAULT, SafetyCode.STOP_TRACKING)
    np.testing.assert_array_equal(sent.positions, bench.q)
    assert bench.filter.verdict.code is FAULT
    assert bench.tick(moving=True).reasons == (SafetyCode.STOP_TRACKING, SafetyCode.REJECTED_STATE)


@pytest.mark.parametrize('stop', [SafetyCode.OK, SafetyCode.REJECTED_STATE, 'STOP_ROBOT_FAULT'])
def test_only_a_stop_code_is_a_cause_to_stop(bench, stop):
    with pytest.raises(SafetyError, match='no cause to stop'):
        bench.tick(stop=stop)
    assert bench.tick().state is SafetyState.HOLD
