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
