# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The order of the checks and the memory of what was accepted."""

import numpy as np
import pytest

from octo_ros.safety.gate import CommandGate
from octo_ros.safety_codes import SafetyCode

MS = 1_000_000
HOME = np.zeros(6)


@pytest.fixture
def gate(embodiment, now):
    return CommandGate(embodiment, now - 1000 * MS)


def test_a_good_command_is_accepted_as_it_is(gate, command, now):
    good = command()
    verdict = gate.judge(now, good, 0.0, HOME)
    assert verdict.code is SafetyCode.OK
    assert verdict.requested is good
    np.testing.assert_array_equal(verdict.command.translation, good.translation)


@pytest.mark.parametrize(
    ('changes', 'code'),
    [
        ({'frame_id': 'tool0', 'gripper': np.nan}, SafetyCode.REJECTED_SHAPE),
        ({'duration': np.nan}, SafetyCode.REJECTED_SHAPE),
        ({'translation': [np.nan, 0, 0], 'stamp_ns': 0}, SafetyCode.REJECTED_NOT_FINITE),
        ({'gripper': -1.0, 'stamp_ns': 0}, SafetyCode.REJECTED_GRIPPER),
        ({'stamp_ns': 0, 'translation': [9.0, 0, 0]}, SafetyCode.REJECTED_STALE),
        ({'translation': [1e300, 0, 0]}, SafetyCode.REJECTED_OUTLIER),
    ],
)
def test_the_first_check_that_fails_names_the_reason(gate, command, now, changes, code):
    verdict = gate.judge(now, command(**changes), 0.0, HOME)
    assert not verdict.accepted
    assert verdict.code is code


def test_a_pile_of_commands_is_refused(gate, command, now):
    assert gate.judge(now, command(), 0.15, HOME).code is SafetyCode.REJECTED_RATE


def test_the_requested_command_survives_every_change(gate, command, now):
    asked = command(translation=[0.05, 0.0, 0.0], gripper=1.0 + 1e-8)
    verdict = gate.judge(now, asked, 0.0, HOME)
    assert verdict.requested is asked
    assert verdict.code is SafetyCode.SCALED_FOR_STEP
    assert verdict.command.gripper == 1.0


def test_only_accepted_commands_are_remembered(gate, command, now):
    assert not gate.judge(now, command(seq=5, translation=[1.0, 0, 0]), 0.0, HOME).accepted
    assert gate.judge(now, command(seq=5), 0.0, HOME).accepted
    assert not gate.judge(now, command(seq=5), 0.0, HOME).accepted
    assert not gate.judge(now, command(seq=6, stamp_ns=now - MS), 0.0, HOME).accepted
    assert gate.judge(now, command(seq=6, stamp_ns=now + MS), 0.0, HOME).accepted


def test_after_a_run_the_numbers_start_anew_but_not_the_stamps(gate, command, now):
    assert gate.judge(now, command(seq=500), 0.0, HOME).accepted
    gate.end_run()
    assert not gate.judge(now, command(seq=0, stamp_ns=now), 0.0, HOME).accepted
    assert gate.judge(now, command(seq=0, stamp_ns=now + MS), 0.0, HOME).accepted


def test_what_was_sent_before_the_start_is_refused(embodiment, command, now):
    gate = CommandGate(embodiment, now)
    assert not gate.judge(now + MS, command(stamp_ns=now - MS), 0.0, HOME).accepted
    assert gate.judge(now + MS, command(stamp_ns=now + MS), 0.0, HOME).accepted


def test_joint_commands_have_checks_of_their_own(gate, joint_command, now, embodiment):
    shuffled = joint_command(joint_names=embodiment.joints[::-1], positions=[0.0] * 5 + [0.01])
    verdict = gate.judge(now, shuffled, 0.0, HOME)
    assert verdict.code is SafetyCode.OK
    assert verdict.requested is shuffled
    assert verdict.command.positions[0] == 0.01
    far = joint_command(stamp_ns=now + MS, seq=2, positions=np.full(6, 0.3))
    assert gate.judge(now + MS, far, 0.0, HOME).code is SafetyCode.SCALED_FOR_STEP


@pytest.mark.parametrize(
    ('changes', 'code'),
    [
        ({'joint_names': tuple('abcdef'), 'gripper': np.nan}, SafetyCode.REJECTED_SHAPE),
        ({'positions': np.full(6, np.nan), 'stamp_ns': 0}, SafetyCode.REJECTED_NOT_FINITE),
        ({'gripper': -1.0, 'stamp_ns': 0}, SafetyCode.REJECTED_GRIPPER),
        ({'stamp_ns': 0, 'positions': np.full(6, 9.0)}, SafetyCode.REJECTED_STALE),
        ({'positions': np.full(6, 9.0)}, SafetyCode.REJECTED_OUTLIER),
    ],
)
def test_the_first_check_that_fails_names_the_reason_for_joints_too(
    gate, joint_command, now, changes, code
):
    verdict = gate.judge(now, joint_command(**changes), 0.0, HOME)
    assert not verdict.accepted
    assert verdict.code is code


def test_the_gravest_change_is_the_one_that_is_told(gate, joint_command, embodiment, now):
    top = np.array(embodiment.limits.position_max)
    goal = top - 0.3
    verdict = gate.judge(now, joint_command(positions=top), 0.0, goal)
    assert verdict.code is SafetyCode.LIMITED_BY_JOINT_POSITION
    np.testing.assert_allclose(verdict.command.positions, goal + 0.1 * 1.57, atol=2e-3)


def test_both_kinds_share_the_memory_of_what_was_accepted(gate, command, joint_command, now):
    assert gate.judge(now, command(seq=5), 0.0, HOME).accepted
    assert not gate.judge(now, joint_command(seq=6), 0.0, HOME).accepted
    assert not gate.judge(now, joint_command(seq=5, stamp_ns=now + MS), 0.0, HOME).accepted
    assert gate.judge(now, joint_command(seq=6, stamp_ns=now + MS), 0.0, HOME).accepted


@pytest.mark.parametrize('kind', ['command', 'joint'])
def test_another_kind_than_the_arm_is_busy_with_is_refused(
    gate, command, joint_command, now, kind
):
    asked, other = command(), joint_command()
    if kind == 'joint':
        asked, other = other, asked
    assert gate.judge(now, asked, 0.0, HOME, type(other)).code is SafetyCode.REJECTED_SHAPE
    assert gate.judge(now, asked, 0.0, HOME, type(asked)).accepted


def test_more_commands_per_second_than_allowed_are_refused(gate, command, now):
    accepted = [
        gate.judge(
            now + 10 * k * MS, command(seq=k, stamp_ns=now + 10 * k * MS), 0.0, HOME
        ).accepted
        for k in range(1, 201)
    ]
    assert sum(accepted) == pytest.approx(2 * 15, abs=4)


def test_refused_commands_do_not_use_up_the_rate(gate, command, now):
    for _ in range(50):
        assert not gate.judge(now, command(frame_id='elsewhere'), 0.0, HOME).accepted
    assert gate.judge(now, command(), 0.0, HOME).accepted
