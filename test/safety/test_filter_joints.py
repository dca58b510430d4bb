# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Joint commands pass the same gate and move the arm along a straight line in joint space."""

from __future__ import annotations

import numpy as np
import pytest

from octo_ros.safety_codes import SafetyCode, SafetyState

DIRECTION = (0.02, -0.01, 0.015, 0.0, 0.01, -0.02, 0.01)


class Stream:
    """Joint goals that go on by equal steps, as often as asked for."""

    def __init__(self, bench, scale=1.0):
        self.bench = bench
        self.goal = bench.q
        self.step = scale * np.array(DIRECTION[: len(bench.q)])

    def ticks(self, count, **changes):
        return [self.bench.tick(self.next if k % 10 == 0 else None) for k in range(count)]

    def next(self, bench):
        self.goal = self.goal + self.step
        return bench.joint_command(self.goal)


def test_a_stream_of_goals_is_reached_at_a_steady_speed(each):
    stream = Stream(each)
    sent = stream.ticks(60)
    assert {s.state for s in sent} == {SafetyState.RUN}
    assert each.filter.verdict.code is SafetyCode.OK
    steady = np.array([s.velocities for s in sent[35:]])
    np.testing.assert_allclose(steady, np.tile(stream.step / 0.1, (25, 1)), atol=2e-3)
    for _ in range(4):
        each.tick(lambda b: b.joint_command(stream.goal))
        each.ticks(9)
    np.testing.assert_allclose(each.q, stream.goal, atol=1e-4)


def test_names_in_another_order_move_the_same_joints(bench):
    goal = bench.q + np.array(DIRECTION[:6])
    order = np.array([3, 1, 5, 0, 2, 4])
    names = tuple(bench.embodiment.joints[i] for i in order)
    bench.tick(lambda b: b.joint_command(goal[order], joint_names=names))
    assert bench.filter.verdict.accepted
    bench.ticks(12)
    bench.tick(lambda b: b.joint_command(goal))
    bench.ticks(24)
    np.testing.assert_allclose(bench.q, goal, atol=1e-4)


def test_a_goal_too_far_is_approached_by_what_the_joints_can_do(bench):
    cap = 0.1 * np.array(bench.embodiment.limits.velocity)
    start = bench.q
    sent = bench.tick(lambda b: b.joint_command(start + 2.0 * cap))
    assert SafetyCode.SCALED_FOR_STEP in sent.reasons
    np.testing.assert_allclose(bench.filter.verdict.command.positions, start + cap)


def test_the_end_of_a_range_is_the_end_of_the_goal(bench):
    limits = bench.embodiment.limits
    top = limits.position_max[5] - limits.position_margin
    bench.q[5] = top - 0.02
    bench.filter.deactivate()
    bench.reset()
    goal = bench.q + 0.05 * np.eye(6)[5]
    sent = bench.tick(lambda b: b.joint_command(goal))
    assert SafetyCode.LIMITED_BY_JOINT_POSITION in sent.reasons
    bench.ticks(24)
    assert bench.q[5] == pytest.approx(top, abs=1e-3)
    assert bench.q[5] <= top + 1e-9


@pytest.mark.parametrize(
    ('changes', 'code'),
    [
        ({'joint_names': tuple('abcdef')}, SafetyCode.REJECTED_SHAPE),
        ({'gripper': np.nan}, SafetyCode.REJECTED_NOT_FINITE),
        ({'positions': np.full(6, np.inf)}, SafetyCode.REJECTED_NOT_FINITE),
        ({'gripper': 3.0}, SafetyCode.REJECTED_GRIPPER),
        ({'stamp_ns': 0}, SafetyCode.REJECTED_STALE),
        ({'positions': np.full(6, 50.0)}, SafetyCode.REJECTED_OUTLIER),
    ],
)
def test_the_same_gate_refuses_it_and_nothing_moves(bench, changes, code):
    start = bench.q
    sent = bench.tick(lambda b: b.joint_command(**{'positions': start, **changes}))
    assert sent.code is code
    assert sent.state is SafetyState.HOLD
    np.testing.assert_array_equal(sent.positions, start)


def test_it_piles_up_no_more_than_displacements_do(bench):
    stream = Stream(bench, 0.2)
    sent = [bench.tick(stream.next) for _ in range(30)]
    assert any(SafetyCode.REJECTED_RATE in s.reasons for s in sent)
    assert sum(bool(s.reasons == (SafetyCode.OK,)) for s in sent) < 30


def test_three_that_are_not_finite_latch(bench):
    for _ in range(3):
        sent = bench.tick(lambda b: b.joint_command(np.full(6, np.nan)))
    assert sent.state is SafetyState.LATCHED
    assert sent.code is SafetyCode.STOP_NOT_FINITE


def test_the_kind_cannot_change_while_the_arm_moves(bench):
    bench.stream(20)
    refused = bench.tick(lambda b: b.joint_command(b.q))
    assert refused.state is SafetyState.RUN
    assert SafetyCode.REJECTED_SHAPE in refused.reasons
    assert 'while the arm moves for a Command' in bench.filter.verdict.text
    bench.until(SafetyState.HOLD)
    stream = Stream(bench)
    assert {s.state for s in stream.ticks(20)} == {SafetyState.RUN}
    bench.tick(lambda b: b.command())
    assert 'while the arm moves for a JointCommand' in bench.filter.verdict.text
    bench.until(SafetyState.HOLD)
    assert bench.tick(lambda b: b.command()).state is SafetyState.RUN


def test_the_kind_may_change_within_a_run_while_it_rests(bench):
    bench.stream(20)
    bench.tick(lambda b: b.command([0.0, 0.0, 0.0]))
    assert np.abs(bench.ticks(23)[-1].velocities).max() < 0.01
    assert bench.filter.state is SafetyState.RUN
    stream = Stream(bench)
    assert {s.state for s in stream.ticks(20)} == {SafetyState.RUN}
    assert bench.filter.verdict.accepted


def test_silence_in_the_middle_is_a_stop_under_control(each):
    sent = Stream(each, 2.0).ticks(40) + each.ticks(100)
    steps = np.diff([s.velocities for s in sent], axis=0)
    braking = np.array(each.embodiment.limits.braking) * 0.01
    assert (np.abs(steps) <= braking + 1e-9).all()
    assert sent[-1].state is SafetyState.LATCHED
    assert sent[-1].code is SafetyCode.STOP_LOST


def test_commanded_joints_pass_a_singularity_that_stops_a_hand(bench_of):
    """The wrist of a UR lines up with its forearm where wrist_2 is at 0."""
    bench, wrist = bench_of('ur5'), 4
    bench.q[wrist] = -0.3
    bench.reset()
    goal, sent = np.array(bench.q), []
    for k in range(20):
        goal[wrist] += 0.08 * (k < 8)
        sent += [bench.tick(lambda b: b.joint_command(goal)), *bench.ticks(9)]
    passed = np.array([s.positions[wrist] for s in sent])
    assert passed[0] < -0.29
    assert passed[-1] == pytest.approx(0.34, abs=1e-3)
    crossing = [s.velocities[wrist] for s in sent if abs(s.positions[wrist]) < 0.05]
    assert min(crossing) > 0.75
    said = {code for s in sent for code in s.reasons}
    assert SafetyCode.LIMITED_BY_SINGULARITY not in said
    # Through the same place the hand is slowed down.
    bench.until(SafetyState.HOLD)
    bench.q[wrist] = -0.02
    bench.reset()
    turned = bench.stream(30, translation=(0.0, 0.0, 0.0), rotation=np.array([0.05, 0.05, 0.0]))
    assert SafetyCode.LIMITED_BY_SINGULARITY in {code for s in turned for code in s.reasons}
