# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The state machine, the time-outs and the order of reasons, one case at a time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from octo_ros.errors import ConfigError, SafetyError, UnknownNameError
from octo_ros.safety.filter import SafetyFilter
from octo_ros.safety_codes import SafetyCode, SafetyState

MS = 1_000_000
STEP = np.array([0.0, 0.01, 0.0])


def test_it_is_inactive_until_reset_and_after_deactivate(bench, now):
    fresh = SafetyFilter.for_embodiment(bench.embodiment)
    assert fresh.state is SafetyState.INACTIVE
    with pytest.raises(SafetyError, match='reset it'):
        fresh.tick(now)
    bench.filter.deactivate()
    with pytest.raises(SafetyError, match='inactive'):
        bench.tick()
    bench.reset()
    assert bench.tick().state is SafetyState.HOLD


def test_an_unknown_robot_is_refused_by_name():
    with pytest.raises(UnknownNameError, match='widowx'):
        SafetyFilter.for_robot('window')
    assert SafetyFilter.for_robot('widowx').state is SafetyState.INACTIVE


def test_values_of_the_contract_can_be_replaced():
    slow = SafetyFilter.for_robot('ur5e', {'limits': {'linear_speed': 0.1}})
    assert slow._embodiment.limits.linear_speed == 0.1
    with pytest.raises(ConfigError, match='linear_speed'):
        SafetyFilter.for_robot('ur5e', {'limits': {'linear_speed': 9.0}})


def test_after_reset_it_holds_the_measured_position_and_opening(bench):
    start = bench.q
    for _ in range(50):
        sent = bench.tick()
    assert sent.state is SafetyState.HOLD
    assert sent.code is SafetyCode.IDLE
    np.testing.assert_array_equal(sent.positions, start)
    assert sent.gripper == 0.5
    assert sent.joint_names == bench.embodiment.joints


def test_reset_needs_a_state_fit_to_start_from(bench):
    good = bench.measured()
    for bad in (
        replace(good, stamp_ns=bench.now - 200 * MS),
        replace(good, positions=good.positions * np.nan),
        replace(good, positions=good.positions + 10.0),
        replace(good, velocities=good.velocities + 0.5),
        replace(good, positions=good.positions[:3]),
    ):
        with pytest.raises(SafetyError, match='cannot start'):
            bench.filter.reset(bench.now, bad)


def test_reset_is_refused_while_it_moves_the_arm(bench):
    bench.stream(5)
    with pytest.raises(SafetyError, match='RUN'):
        bench.reset()
    bench.until(SafetyState.HOLD)
    bench.reset()


def test_commands_sent_before_a_reset_are_refused(bench):
    old = bench.command(stamp_ns=bench.now - MS)
    assert bench.tick(old).code is SafetyCode.REJECTED_STALE


def test_a_command_runs_and_its_step_is_made(bench):
    sent = bench.stream(20)
    assert {s.state for s in sent} == {SafetyState.RUN}
    assert bench.filter.verdict.code is SafetyCode.OK
    sent.append(bench.tick(lambda b: b.command(0.0 * STEP)))
    made = sum(s.executed_translation for s in sent + bench.ticks(24))
    np.testing.assert_allclose(made, 2 * STEP, atol=1e-4)


def test_silence_stops_the_arm_and_a_new_command_resumes(bench):
    bench.stream(10)
    silent = bench.until(SafetyState.HOLD)
    assert [s.state for s in silent[:15]] == [SafetyState.RUN] * 15
    assert len(silent) <= 50
    assert bench.tick().code is SafetyCode.STOP_COMMAND_TIMEOUT
    again = bench.stream(5)
    assert again[-1].state is SafetyState.RUN
    assert SafetyCode.STOP_COMMAND_TIMEOUT not in again[-1].reasons


def test_commands_are_refused_while_it_stops(bench):
    bench.tick(lambda b: b.command(translation=[0.0, 0.06, 0.0], duration=0.25))
    bench.until(SafetyState.STOPPING)
    sent = bench.tick(lambda b: b.command())
    assert SafetyCode.REJECTED_STATE in sent.reasons
    assert 'STOPPING' in bench.filter.verdict.text
    bench.until(SafetyState.HOLD)
    assert bench.stream(1)[-1].state is SafetyState.RUN


def test_a_policy_that_starts_anew_is_heard_once_the_arm_rests(bench):
    bench.seq = 500
    bench.stream(10)
    bench.seq = 0
    assert bench.tick(lambda b: b.command()).code is SafetyCode.REJECTED_STALE
    bench.until(SafetyState.HOLD)
    bench.seq = 0
    assert bench.tick(lambda b: b.command()).state is SafetyState.RUN


@pytest.mark.parametrize('periods', [3, 10, 50])
def test_a_late_tick_makes_one_period_of_motion(bench, periods):
    bench.stream(20)
    before = bench.q
    last = bench.tick(lambda b: b.command(), periods=periods)
    limits = np.array(bench.embodiment.limits.velocity) * 0.01
    assert (np.abs(last.positions - before) <= limits).all()
    assert np.linalg.norm(last.executed_translation) < 0.2 * 0.01


def test_a_late_tick_without_a_command_is_silence(bench):
    bench.stream(20)
    assert bench.tick(periods=30).state is not SafetyState.RUN


def test_refusals_change_nothing_and_say_why(bench):
    for changes, code in (
        ({'gripper': np.nan}, SafetyCode.REJECTED_NOT_FINITE),
        ({'gripper': 7.0}, SafetyCode.REJECTED_GRIPPER),
        ({'translation': [1.0, 0.0, 0.0], 'gripper': 1.0}, SafetyCode.REJECTED_OUTLIER),
        ({'duration': 9.0, 'gripper': 1.0}, SafetyCode.REJECTED_SHAPE),
    ):
        sent = bench.tick(lambda b, c=changes: b.command(**c))
        assert sent.state is SafetyState.HOLD
        assert sent.code is code
        assert sent.gripper == 0.5
        assert not sent.velocities.any()
        assert not bench.filter.verdict.accepted


def test_a_step_too_long_is_shortened_and_reported(bench):
    sent = bench.tick(lambda b: b.command(translation=[0.0, 0.05, 0.0]))
    assert SafetyCode.SCALED_FOR_STEP in sent.reasons
    assert bench.filter.verdict.accepted
    np.testing.assert_allclose(bench.filter.verdict.command.translation, [0.0, 0.025, 0.0])


def test_a_push_against_a_wall_slides_along_it_and_comes_away_at_once(bench):
    for _ in range(60):
        sent = bench.stream(10, translation=[0.002, 0.02, 0.0])
    assert any(SafetyCode.PROJECTED_ON_WORKSPACE in s.reasons for s in sent)
    assert sum(s.executed_translation[0] for s in sent) == pytest.approx(0.002, rel=0.05)
    back = bench.stream(10, translation=[0.0, -0.02, 0.0])
    assert sum(s.executed_translation[1] for s in back) < -0.003


def test_an_arm_at_the_end_of_its_reach_comes_back_at_once(bench):
    out = np.array([0.015, 0.0, 0.015])
    for _ in range(60):
        stuck = bench.stream(10, translation=out)
    assert np.linalg.norm(sum(s.executed_translation for s in stuck)) < 0.005
    back = bench.stream(30, translation=-out)
    assert sum(s.executed_translation for s in back) @ -out > 0.5 * out @ out


def gives_up(bench, code):
    bench.filter._motion.follow = lambda twist: frozenset({code})


def test_a_motion_that_cannot_be_solved_stops_the_arm(bench):
    bench.stream(20)
    gives_up(bench, SafetyCode.STOP_SOLVER)
    sent = bench.tick(lambda b: b.command())
    assert sent.state is SafetyState.STOPPING
    assert SafetyCode.STOP_SOLVER in sent.reasons
    del bench.filter._motion.follow
    rest = bench.until(SafetyState.HOLD)[-1]
    assert rest.code is SafetyCode.STOP_SOLVER
    assert bench.stream(1)[-1].state is SafetyState.RUN


def test_a_result_that_fails_the_last_check_latches_until_reset(bench):
    bench.stream(10)
    gives_up(bench, SafetyCode.STOP_OUTPUT)
    sent = bench.until(SafetyState.LATCHED)
    assert {s.code for s in sent} == {SafetyCode.STOP_OUTPUT}
    assert bench.filter.latch == SafetyCode.STOP_OUTPUT.value
    refused = bench.tick(lambda b: b.command())
    assert bench.filter.verdict.code is SafetyCode.REJECTED_STATE
    assert SafetyCode.STOP_OUTPUT.value in bench.filter.verdict.text
    assert refused.reasons == (SafetyCode.STOP_OUTPUT, SafetyCode.REJECTED_STATE)
    del bench.filter._motion.follow
    bench.reset()
    assert bench.filter.latch is None
    assert bench.stream(1)[-1].state is SafetyState.RUN


def test_a_stop_that_fails_the_last_check_latches(bench):
    bench.tick(lambda b: b.command(translation=[0.0, 0.06, 0.0], duration=0.25))
    bench.until(SafetyState.STOPPING)
    brake = bench.filter._motion.brake
    bench.filter._motion.brake = lambda: brake() | {SafetyCode.STOP_OUTPUT}
    assert bench.until(SafetyState.LATCHED)[-1].code is SafetyCode.STOP_OUTPUT
