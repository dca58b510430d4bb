# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Commands on their way to the filter: nothing is lost without a word."""

import math

import pytest
from geometry_msgs.msg import Vector3

from octo_ros.nodes.command_input import ACTION_TOPIC, CAPACITY, JOINT_TOPIC, CommandInput
from octo_ros_msgs.msg import EndEffectorDelta, JointTarget

from .fake_node import FakeNode

pytestmark = pytest.mark.ros


@pytest.fixture
def made():
    node, dropped = FakeNode(), []
    commands = CommandInput(node, dropped.append)
    commands.listening = True
    return commands, node.heard, dropped


def test_commands_come_out_in_their_order(made):
    commands, heard, dropped = made
    heard[ACTION_TOPIC](EndEffectorDelta(seq=1))
    heard[JOINT_TOPIC](JointTarget(seq=2))
    assert [commands.next().command.seq for _ in range(2)] == [1, 2]
    assert commands.next() is None
    assert not dropped


def test_a_burst_keeps_the_newest_and_tells_the_rest(made):
    commands, heard, dropped = made
    for seq in range(1000):
        heard[ACTION_TOPIC](EndEffectorDelta(seq=seq))
    assert [each.command.seq for each in dropped] == list(range(1000 - CAPACITY))
    assert [each.command.seq for each in commands.clear()] == list(range(1000 - CAPACITY, 1000))
    assert commands.next() is None


def test_nothing_is_kept_for_a_filter_that_is_not_there(made):
    commands, heard, _ = made
    commands.listening = False
    heard[ACTION_TOPIC](EndEffectorDelta(seq=1))
    commands.listening = True
    assert commands.next() is None


def test_a_message_is_kept_as_it_came(made):
    commands, heard, _ = made
    message = EndEffectorDelta(translation=Vector3(x=math.nan, y=math.inf, z=-0.0))
    heard[ACTION_TOPIC](message)
    received = commands.next()
    assert received.message is message
    assert math.isnan(received.command.translation[0])


@pytest.mark.parametrize(
    ('names', 'positions'), [(['a', 'b'], [1.0]), ([], [1.0]), (['a'], []), (['a'], [1.0] * 32)]
)
def test_lengths_that_do_not_go_together_reach_the_filter_as_no_joints(made, names, positions):
    commands, heard, _ = made
    heard[JOINT_TOPIC](JointTarget(seq=7, joint_names=names, positions=positions))
    received = commands.next()
    assert received.command.joint_names == ()
    assert received.command.positions.shape == (0,)
    assert f'{len(names)} joint_names but {len(positions)} positions' in received.problem
    assert list(received.message.positions) == positions


@pytest.mark.parametrize(
    ('fields', 'text'),
    [
        ({'joint_names': ['a'] * 10**6, 'positions': [0.0] * 10**6}, '1000000 joint_names'),
        ({'joint_names': ['a'], 'positions': [0.0] * 10**6}, '1000000 positions'),
        ({'joint_names': ['a', 'b' * 10**6], 'positions': [0.0, 1.0]}, '256 characters'),
    ],
)
def test_joints_beyond_all_measure_are_dropped_and_told_in_short(made, fields, text):
    commands, heard, _ = made
    heard[JOINT_TOPIC](JointTarget(seq=7, **fields))
    received = commands.next()
    assert (received.command.seq, received.command.joint_names) == (7, ())
    assert text in received.problem
    assert len(received.problem) < 100
    assert not received.message.joint_names
    assert not received.message.positions


@pytest.mark.parametrize(
    ('topic', 'kind'), [(ACTION_TOPIC, EndEffectorDelta), (JOINT_TOPIC, JointTarget)]
)
def test_a_frame_beyond_all_measure_is_not_sent_back(made, topic, kind):
    commands, heard, _ = made
    message = kind()
    if kind is JointTarget:
        message.joint_names, message.positions = ['a'], [0.0]
    message.header.frame_id = 'x' * 2_000_000
    heard[topic](message)
    received = commands.next()
    assert received.problem == 'frame_id has 2000000 characters; 256 are allowed.'
    assert len(received.message.header.frame_id) == 257
    # Refused by the check of the shape, which knows neither this frame nor an arm without joints.
    assert getattr(received.command, 'joint_names', ()) == ()


def test_a_cut_frame_is_never_a_right_one(made):
    commands, heard, _ = made
    message = EndEffectorDelta()
    message.header.frame_id = 'x' * 257
    heard[ACTION_TOPIC](message)
    assert commands.next().command.frame_id == 'x' * 256 + '…'


def test_a_joint_target_is_converted_faithfully(made):
    commands, heard, _ = made
    message = JointTarget(
        seq=7, joint_names=['b', 'a'], positions=[math.nan, 1e300], gripper=0.5, duration=0.1
    )
    message.header.stamp.sec, message.header.stamp.nanosec = 3, 4
    message.observation_stamp.sec = 2
    heard[JOINT_TOPIC](message)
    received = commands.next()
    command = received.command
    assert not received.problem
    assert (command.seq, command.joint_names) == (7, ('b', 'a'))
    assert math.isnan(command.positions[0])
    assert command.positions[1] == 1e300
    assert (command.stamp_ns, command.observation_stamp_ns) == (3_000_000_004, 2_000_000_000)
    assert (command.gripper, command.duration) == (0.5, 0.1)
