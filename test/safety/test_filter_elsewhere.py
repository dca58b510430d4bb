# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A latched filter lets an arm go where it rests, and nowhere on the word of a wrong sensor."""

from __future__ import annotations

import numpy as np
import pytest

from octo_ros.safety.standstill import FASTEST, LASTING
from octo_ros.safety.watch import AWAY
from octo_ros.safety_codes import SafetyCode, SafetyState
from octo_ros.types import JointState

FAULT = SafetyCode.STOP_ROBOT_FAULT
TRACKING = SafetyCode.STOP_TRACKING
OFF = {'robot_fault': 'off'}
RESTED = round(LASTING * 100)
WRONG = [0.03, -0.1, 0.12, 0.5, -2.0]


def moving(bench):
    return bench.command()


def sent_of(ticks):
    return np.array([sent.positions for sent in ticks])


def assert_nothing_moves(ticks, start):
    positions = sent_of(ticks)
    np.testing.assert_array_equal(positions, np.tile(start, (len(ticks), 1)))
    assert not np.any([sent.velocities for sent in ticks])
    assert not np.any([sent.executed_translation for sent in ticks])


@pytest.mark.parametrize('by', WRONG)
def test_one_wrong_joint_state_in_hold_moves_nothing(each, by):
    start = each.ticks(30)[-1].positions
    sent = [each.tick(state=each.wrong(by, joint=2)), *each.ticks(60)]
    assert_nothing_moves(sent, start)
    latches = abs(by) > each.embodiment.tracking.max_joint_error
    assert sent[0].state is (SafetyState.LATCHED if latches else sent[0].state)
    assert (TRACKING in sent[0].reasons) or not latches
    assert sent[-1].state is sent[0].state


@pytest.mark.parametrize('by', WRONG)
def test_one_wrong_joint_state_when_latched_moves_nothing(each, by):
    start = each.tick(**OFF).positions
    each.ticks(30)
    for joint in range(len(start)):
        sent = [each.tick(state=each.wrong(by, joint)), *each.ticks(RESTED + 5)]
        assert_nothing_moves(sent, start)
        assert {s.state for s in sent} == {SafetyState.LATCHED}


@pytest.mark.parametrize('by', WRONG)
def test_one_wrong_joint_state_in_run_only_stops_the_arm(each, bench_of, by):
    other = bench_of(each.embodiment.name)
    each.stream(25)
    other.stream(25)
    sent = [each.tick(state=each.wrong(by)), *each.ticks(60)]
    stopped = sent[0].state is SafetyState.STOPPING
    assert stopped or abs(by) <= each.embodiment.tracking.max_joint_error
    told = {'cause': SafetyCode.STOP_DEACTIVATED} if stopped else {}
    expected = [other.tick(**told), *other.ticks(60)]
    np.testing.assert_array_equal(sent_of(sent), sent_of(expected))


def test_a_sensor_that_lost_its_zero_is_never_followed(each):
    start = each.tick(**OFF).positions
    each.ticks(30)
    sent = [each.tick(state=each.wrong(0.5)) for _ in range(100)]
    assert_nothing_moves([*sent, *each.ticks(50)], start)
    each.guided(0, 0.1)  # nor is what comes after it, until a reset
    assert_nothing_moves(each.ticks(50), start)
    each.reset()
    np.testing.assert_array_equal(each.tick().positions, each.q)


def test_a_wrong_state_just_short_of_the_time_moves_nothing(bench):
    start = bench.tick(**OFF).positions
    for _ in range(5):
        wrong = [bench.tick(state=bench.wrong(0.1)) for _ in range(RESTED)]
        assert_nothing_moves([*wrong, *bench.ticks(RESTED)], start)


@pytest.mark.parametrize('speed', [0.5, 1.5, 0.9 * FASTEST])
def test_an_arm_that_is_led_by_hand_after_a_fault_is_followed_once_it_rests(each, speed):
    start = each.tick(**OFF).positions
    joint, by = 0, 0.4
    assert_nothing_moves(each.guided(joint, by, speed, **OFF), start)
    assert_nothing_moves(
        each.ticks(RESTED - 3, **OFF), start
    )  # its last hundredth of a radian is rest
    sent = each.ticks(5, **OFF)
    np.testing.assert_array_equal(sent_of(sent)[-1], each.q)
    assert np.abs(each.q - start).max() == pytest.approx(by)
    assert {s.state for s in sent} == {SafetyState.LATCHED}
    assert not np.any([[*s.velocities, *s.executed_translation] for s in sent])  # no motion
    each.held = False
    assert_nothing_moves(each.ticks(20), each.q)
    assert each.tick(moving).reasons == (FAULT, SafetyCode.REJECTED_STATE)


@pytest.mark.parametrize(('by', 'goes'), [(AWAY - 0.001, False), (AWAY + 0.001, True)])
def test_an_arm_that_settled_near_its_reference_is_not_let_go(bench, by, goes):
    start = bench.tick(**OFF).positions
    bench.guided(1, by)
    sent = bench.ticks(50)[-1].positions
    np.testing.assert_array_equal(sent, bench.q if goes else start)


def test_an_arm_that_is_still_led_is_not_followed(bench):
    start = bench.tick(**OFF).positions
    for by in (0.3, -0.5, 0.4):
        assert_nothing_moves(bench.guided(2, by), start)


@pytest.mark.parametrize('state', [SafetyState.HOLD, SafetyState.RUN])
def test_only_a_latched_reference_goes_along(bench, state):
    start = bench.tick(moving if state is SafetyState.RUN else None)
    bench.held = True
    bench.guided(0, 0.1)
    sent = bench.ticks(60)
    steps = np.abs(np.diff(sent_of([start, *sent]), axis=0))
    assert steps.max() < 0.02
    assert sent[-1].state is SafetyState.HOLD
    assert np.abs(sent[-1].positions - bench.q).max() > 0.05


def test_a_loss_of_tracking_while_it_holds_lets_go_too(each):
    each.tick()
    each.guided(1, each.embodiment.tracking.max_joint_error + 0.05)
    said = each.filter.latch
    assert 'away from its reference' in said
    np.testing.assert_array_equal(each.ticks(RESTED + 1)[-1].positions, each.q)
    assert each.filter.latch == said


def test_the_reference_stays_inside_the_hard_limits_and_goes_there_once(bench):
    top = bench.embodiment.limits.position_max[2]
    bench.guided(2, top + 0.5 - bench.q[2], speed=3.0)
    random, led = np.random.default_rng(0), bench.q
    sent = []
    for _ in range(100):
        bench.q = led + random.uniform(-0.004, 0.004, 6)
        sent.append(bench.tick())
    assert sent[-1].positions[2] == top
    moved = np.diff(sent_of(sent), axis=0).any(axis=1)
    assert moved.sum() == 1
    assert TRACKING in sent[-1].reasons


def test_an_old_joint_state_is_no_place_to_rest_at(bench):
    start = bench.tick().positions
    bench.held = True
    bench.q = bench.q + 0.3 * np.eye(6)[0]  # while nobody looks
    sent = bench.ticks(31, state=None)[-1]
    assert sent.state is SafetyState.LATCHED
    assert sent.code is SafetyCode.STOP_STATE_TIMEOUT
    assert_nothing_moves([sent, *bench.ticks(RESTED)], start)
    np.testing.assert_array_equal(bench.tick().positions, bench.q)


def test_stamps_that_do_not_increase_are_no_rest(bench):
    start = bench.tick(**OFF).positions
    bench.guided(0, 0.3)
    stale = bench.measured()
    assert_nothing_moves([bench.tick(state=stale) for _ in range(100)], start)
    back = JointState(stale.stamp_ns - 1, stale.positions, stale.velocities, 0.5)
    assert_nothing_moves([bench.tick(state=back) for _ in range(100)], start)


def test_a_loss_that_latches_blind_is_let_go_when_it_rests_in_sight(bench):
    bench.stream(20)
    bench.held = True
    while bench.filter.state is SafetyState.RUN:
        bench.tick(moving if bench.now // 10_000_000 % 10 == 0 else None)
    blind = bench.ticks(60, state=None)[-1]
    assert blind.state is SafetyState.LATCHED
    assert not blind.velocities.any()
    assert np.abs(blind.positions - bench.q).max() > 0.1
    np.testing.assert_array_equal(bench.ticks(RESTED + 1)[-1].positions, bench.q)


def test_an_emergency_stop_while_the_arm_lags_is_no_step_in_the_reference(each):
    """The arm is 90 ms late, and farther from the reference than one that rests may be."""
    each.held = True
    sent, lags = [each.tick()], []
    goal = np.array(each.q)
    for k in range(200):
        each.q = sent[-min(9, len(sent))].positions
        goal[0] += 0.006 * (k < 60)
        command = (lambda b: b.joint_command(goal)) if k < 60 and k % 10 == 0 else None
        sent.append(each.tick(command, **({'latched': ('stop',)} if k >= 60 else {})))
        lags.append(np.abs(sent[-1].positions - each.q).max())
        if sent[-1].state is SafetyState.LATCHED and sent[-2].state is not SafetyState.LATCHED:
            first = len(lags) - 1
    assert lags[60] > AWAY
    assert lags[first] > 0.0
    assert sent[-1].code is SafetyCode.STOP_EMERGENCY
    speeds = np.diff(sent_of(sent), axis=0) / 0.01
    np.testing.assert_allclose(speeds, [s.velocities for s in sent[1:]], atol=1e-9)
    braking = np.array(each.embodiment.limits.braking) * 0.01
    assert (np.abs(np.diff(speeds, axis=0)) <= braking + 1e-9).all()
    assert_nothing_moves(sent[first + 2 :], sent[first + 1].positions)
