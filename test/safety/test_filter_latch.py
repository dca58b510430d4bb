# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""An arm that does not follow: it is stopped, and its reference let go where it stands."""

from __future__ import annotations

import numpy as np
import pytest

from octo_ros.safety_codes import SafetyCode, SafetyState

FAULT = SafetyCode.STOP_ROBOT_FAULT
TRACKING = SafetyCode.STOP_TRACKING


def moving(bench):
    return bench.command()


def tolerance(bench):
    return bench.embodiment.tracking.max_joint_error


def latched(bench):
    """The bench after its arm was led too far away while it held."""
    bench.guided(0, tolerance(bench) + 0.05)
    return bench


def test_an_arm_that_is_stuck_is_stopped_and_its_reference_let_go(each):
    each.stream(20)
    each.held = True
    sent = each.stream(400)
    states = [s.state for s in sent]
    order = [SafetyState.RUN, SafetyState.STOPPING, SafetyState.HOLD, SafetyState.LATCHED]
    assert states == sorted(states, key=order.index)
    assert (states[0], states[-1]) == (SafetyState.RUN, SafetyState.LATCHED)
    first = states.index(SafetyState.LATCHED)
    assert first - states.index(SafetyState.STOPPING) <= 60
    assert sent[first].code is TRACKING
    steps = np.diff([s.velocities for s in sent[: first + 1]], axis=0)
    braking = np.array(each.embodiment.limits.braking) * 0.01
    assert (np.abs(steps) <= braking + 1e-9).all()  # a controlled stop until the end
    for later in sent[first:]:
        np.testing.assert_array_equal(later.positions, each.q)
        assert not later.velocities.any()
        assert not later.executed_translation.any() or later is sent[first]
    assert np.linalg.norm(sent[first].executed_translation) < 0.005  # the jump is no motion
    assert 'away from its reference; allowed are' in each.filter.latch


def test_the_tcp_counts_when_no_joint_is_far_off(bench_of):
    bench = bench_of(tracking={'max_tcp_error': 0.005})
    bench.stream(20)
    bench.held = True
    assert bench.stream(60)[-1].state is SafetyState.LATCHED
    assert bench.filter.latch.startswith('The TCP is 0.0')
    assert bench.filter.latch.endswith('allowed are 0.005 m.')


def test_an_arm_that_is_set_free_does_not_move(bench):
    bench.stream(20)
    bench.held = True
    bench.stream(400)
    stuck = bench.q
    bench.held = False
    sent = bench.stream(100)
    np.testing.assert_array_equal([s.positions for s in sent], [stuck] * 100)


def test_an_arm_that_catches_up_in_time_goes_on(bench_of):
    bench = bench_of(tracking={'patience': 0.5})
    bench.stream(20)
    bench.held = True
    while bench.filter.state is SafetyState.RUN:
        bench.stream(10)
    bench.held = False
    rest = bench.until(SafetyState.HOLD)[-1]
    assert rest.code is TRACKING
    assert bench.tick(moving).state is SafetyState.RUN


def test_an_arm_that_catches_up_too_late_latches(bench):
    bench.stream(20)
    bench.held = True
    while bench.filter.state is SafetyState.RUN:
        bench.tick(moving if bench.now // 10_000_000 % 10 == 0 else None)
    bench.ticks(20)
    bench.held = False
    assert bench.until(SafetyState.LATCHED)[-1].code is TRACKING
    assert 'away from its reference' in bench.filter.latch


def test_a_stop_at_rest_waits_for_the_arm_as_long_as_the_patience(bench_of):
    bench = bench_of(tracking={'patience': 1.0})
    bench.stream(20)
    bench.held = True
    sent = bench.stream(60) + bench.ticks(200)
    states = [s.state for s in sent]
    assert SafetyState.HOLD in states
    assert states[-1] is SafetyState.LATCHED
    lost = states.index(SafetyState.LATCHED) - states.index(SafetyState.STOPPING)
    assert lost == pytest.approx(100, abs=1)


def test_a_push_while_it_holds_latches_at_once(each):
    start = each.tick().positions
    each.pushed(1, tolerance(each) + 0.01)
    sent = each.tick(moving)
    assert sent.state is SafetyState.LATCHED
    assert sent.reasons == (TRACKING,)
    np.testing.assert_array_equal(sent.positions, start)  # for now: it may be one wrong state
    assert not sent.executed_translation.any()
    joint, limit = each.embodiment.joints[1], tolerance(each)
    said = f'{joint} is {limit + 0.01:.4f} rad away from its reference; allowed are {limit:g} rad.'
    assert each.filter.latch == said
    assert each.filter.verdict.code is TRACKING
    assert each.filter.verdict.text == said


def test_a_small_push_is_held_against(bench_of):
    bench = bench_of(tracking={'max_tcp_error': 0.2})
    start = bench.tick().positions
    bench.pushed(1, 0.9 * tolerance(bench))
    sent = bench.tick()
    assert sent.state is SafetyState.HOLD
    np.testing.assert_array_equal(sent.positions, start)


def test_only_a_reset_ends_the_latch(each):
    latched(each).held = False
    assert {s.state for s in each.stream(50)} == {SafetyState.LATCHED}
    each.reset()
    assert each.filter.latch is None
    sent = each.stream(10)
    assert {s.state for s in sent} == {SafetyState.RUN}
    assert sent[-1].executed_translation.any()


def test_the_robots_fault_while_the_arm_is_stuck_is_what_is_told(bench):
    bench.stream(40)
    bench.held = True
    sent = bench.stream(60, how={'robot_fault': 'protective stop'})
    assert sent[-1].state is SafetyState.LATCHED
    assert bench.filter.latch == 'The robot reports: protective stop'
    assert bench.tick(moving).reasons == (FAULT, SafetyCode.REJECTED_STATE)
