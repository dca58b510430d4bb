# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What became of each command, told once and completely."""

import math
from dataclasses import replace

import numpy as np
import pytest
from geometry_msgs.msg import Vector3

from octo_ros.nodes.command_input import Received
from octo_ros.nodes.conversions import command_from_message, joint_command_from_message
from octo_ros.nodes.executed_actions import ExecutedActions
from octo_ros.safety.verdict import Verdict
from octo_ros.safety_codes import SafetyCode, SafetyState
from octo_ros.types import SafeCommand
from octo_ros_msgs.msg import EndEffectorDelta, ExecutedAction, JointTarget

from .fake_node import FakeNode

pytestmark = pytest.mark.ros


@pytest.fixture
def made():
    node = FakeNode()
    actions = ExecutedActions(node, 'base')
    sent = node.publishers
    return actions, sent['~/executed_action'].sent, sent['~/executed_joint_target'].sent


def action(x=0.01):
    message = EndEffectorDelta(translation=Vector3(x=x), gripper=1.0, duration=0.1)
    return Received(message, command_from_message(message))


def target():
    message = JointTarget(joint_names=['a', 'b'], positions=[0.5, 0.6], duration=0.1)
    return Received(message, joint_command_from_message(message))


def accept(received):
    return Verdict(received.command, received.command)


def tick(x=0.002, reasons=(SafetyCode.OK,), state=SafetyState.RUN):
    return SafeCommand(
        stamp_ns=0,
        joint_names=('a', 'b'),
        positions=np.array([0.1, 0.2]),
        velocities=np.zeros(2),
        gripper=0.7,
        state=state,
        code=reasons[0],
        reasons=reasons,
        executed_translation=np.array([x, 0.0, 0.0]),
        executed_rotation=np.zeros(3),
    )


def test_an_accepted_action_is_told_with_all_motion_until_the_next(made):
    actions, told, _ = made
    first = action()
    actions.judged(5, first, accept(first))
    for _ in range(5):
        actions.ticked(tick())
    assert not told
    second = action()
    actions.judged(6, second, accept(second))
    (report,) = told
    assert report.requested is first.message
    assert report.decision == ExecutedAction.ACCEPTED
    assert (report.code, report.header.frame_id, report.header.stamp.nanosec) == ('OK', 'base', 5)
    assert report.translation.x == pytest.approx(0.01)
    assert report.gripper == 0.7
    assert (actions.accepted, actions.limited, actions.refused) == (2, 0, 0)
    assert actions.requested[0] == 0.01
    assert actions.executed[0] == pytest.approx(0.01)


@pytest.mark.parametrize(
    ('reasons', 'code'),
    [
        (
            (SafetyCode.LIMITED_BY_COLLISION, SafetyCode.LIMITED_BY_ACCELERATION),
            'LIMITED_BY_COLLISION',
        ),
        ((SafetyCode.REJECTED_RATE, SafetyCode.LIMITED_BY_TILT), 'LIMITED_BY_TILT'),
        ((SafetyCode.REJECTED_RATE,), 'OK'),
        ((SafetyCode.LIMITED_BY_ACCELERATION,), 'OK'),
        ((SafetyCode.LIMITED_BY_LATE_TICK,), 'OK'),
    ],
)
def test_what_costs_displacement_limits_and_what_only_delays_does_not(made, reasons, code):
    actions, told, _ = made
    received = action()
    actions.judged(5, received, accept(received))
    actions.ticked(tick(reasons=reasons))
    actions.finish()
    assert told[0].code == code
    assert actions.limited == (code != 'OK')
    assert told[0].decision == (
        ExecutedAction.ACCEPTED if code == 'OK' else ExecutedAction.LIMITED
    )


def test_a_stop_ends_the_account(made):
    actions, told, _ = made
    received = action()
    actions.judged(5, received, accept(received))
    actions.ticked(tick())
    actions.ticked(tick(0.001, (SafetyCode.STOP_EMERGENCY,), SafetyState.STOPPING))
    assert told[0].code == 'STOP_EMERGENCY'
    assert told[0].translation.x == pytest.approx(0.003)
    actions.ticked(tick())
    actions.finish()
    assert len(told) == 1


def test_a_refusal_is_told_at_once_and_completely(made):
    actions, told, _ = made
    received = action(math.nan)
    verdict = Verdict.refuse(received.command, SafetyCode.REJECTED_NOT_FINITE, 'x is nan.')
    actions.judged(5, received, verdict)
    (report,) = told
    assert report.requested is received.message
    assert math.isnan(report.requested.translation.x)
    assert (report.decision, report.reason) == (ExecutedAction.REFUSED, 'x is nan.')
    assert actions.refused == 1
    assert not actions.requested.any()


def test_a_joint_target_has_a_report_of_its_own(made):
    actions, told, targets = made
    received = target()
    actions.judged(5, received, accept(received))
    actions.ticked(tick())
    actions.finish()
    assert not told
    (report,) = targets
    assert list(report.requested.positions) == [0.5, 0.6]
    assert list(report.joint_names) == ['a', 'b']
    assert list(report.positions) == [0.1, 0.2]
    assert report.translation.x == pytest.approx(0.002)


def test_what_is_wrong_with_the_message_is_the_reason(made):
    actions, _, targets = made
    received = replace(target(), problem='2 joint_names but 1 positions')
    verdict = Verdict.refuse(received.command, SafetyCode.REJECTED_SHAPE, 'no joints')
    actions.judged(5, received, verdict)
    assert targets[0].reason == '2 joint_names but 1 positions'
    assert targets[0].code == 'REJECTED_SHAPE'
    assert list(targets[0].joint_names) == []


def test_an_action_that_never_moved_is_told_as_well(made):
    actions, told, _ = made
    received = action()
    actions.judged(5, received, accept(received))
    actions.finish()
    assert told[0].translation.x == 0.0
