# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from octo_ros.data.bags.bag import Bag
from octo_ros.data.conversion.request import Topics
from octo_ros.data.labels.labels import labels_for
from octo_ros.embodiment import load_embodiment
from octo_ros.errors import BagError

from .commands import DELTA, TWIST, delta, message, states, still, twist, xyz

BAGS = Path(__file__).resolve().parents[2] / 'data/bags'
CAMERA = '/cam_primary/image_raw/compressed'


@pytest.mark.parametrize('name', ['bridge_ep0_mcap', 'bridge_ep1_db3'])
def test_the_commands_of_the_bridge_bags_come_out_exactly(name):
    truth = np.load(BAGS / f'truth/{name}.npz')['action']
    robot = load_embodiment(str(BAGS / 'bridge_widowx.yaml'))
    topics = Topics(commands='/arm/command_delta', gripper='/gripper/command')
    labels = labels_for('command_delta', robot, topics)
    with Bag(BAGS / name) as bag:
        labels.check(bag)
        stamps = [m.stamp_ns for m in bag.messages([CAMERA])]
        for recorded in bag.messages(labels.topics):
            labels.add(recorded)
    actions = labels.actions(stamps, still(10))
    np.testing.assert_array_equal(actions[:9], truth[:9].astype(np.float32))
    assert actions[9].tolist() == [0, 0, 0, 0, 0, 0, 1]


def test_commands_between_two_observations_are_summed(make):
    labels = make(
        'command_delta',
        DELTA,
        [
            delta(0, [9, 0, 0], [0, 0, 9], 0.9),
            delta(19, [0.2, 0, 0], [0, 0, 0.1], 0.4),
            delta(10, [0.1, 0, 0], [0, 0, 0.2], 0.5),
            delta(30, [1, 0, 0], [0, 0, 1], 0),
        ],
    )
    actions = labels.actions([10, 20, 30], still(3))
    np.testing.assert_allclose(actions[0], [0.3, 0, 0, 0, 0, 0.3, 0.4], atol=1e-6)
    np.testing.assert_allclose(actions[1], [0, 0, 0, 0, 0, 0, 0.4], atol=1e-6)
    np.testing.assert_allclose(actions[2], [0, 0, 0, 0, 0, 0, 0.4], atol=1e-6)


def test_twists_without_a_frame_are_told(make):
    value = twist(5, [0.1, 0, 0], [0, 0, 0.2]).value.twist
    labels = make(
        'command_delta',
        'geometry_msgs/msg/Twist',
        [message('/command', 5, value)],
        commands='/command',
    )
    np.testing.assert_allclose(
        labels.actions([0, 10], still(2))[0], [0.1, 0, 0, 0, 0, 0.2, 1], atol=1e-6
    )
    assert '/command: commands name no frame; the base frame is assumed' in labels.remarks


def test_another_frame_is_refused(make):
    labels = make('command_delta', DELTA)
    with pytest.raises(BagError, match=r"frame 'tool0'; expected the base frame 'base_link'"):
        labels.add(delta(0, [0, 0, 0], frame='tool0'))


def test_commands_that_are_not_finite_are_counted(make):
    labels = make('command_delta', DELTA, [delta(5, [np.nan, 0, 0]), delta(6, [0.1, 0, 0])])
    np.testing.assert_allclose(labels.actions([0, 10], still(2))[0, 0], 0.1, atol=1e-6)
    assert labels.remarks['/octo/action: commands that are not finite were left out'] == 1


@pytest.mark.parametrize(('step', 'is_odd'), [(0.01, False), (0.1, True)])
def test_displacements_that_look_like_velocities_are_told(step, is_odd, make):
    """The arm goes 1 cm per step; 0.1 could be the speed in m/s at 10 Hz."""
    sent = [twist(10 * i, [step, 0, 0]) for i in range(10)]
    labels = make('command_delta', TWIST, sent, commands='/command')
    labels.actions(range(0, 100, 10), states([[0.01 * i, 0, 0, 0, 0, 0, 1] for i in range(10)]))
    assert any('command_velocity' in remark for remark in labels.warnings) == is_odd


def test_what_was_executed_is_summed_from_the_decision_on(make):
    command = delta(100, [1, 1, 1]).value
    labels = make('executed', 'octo_ros_msgs/msg/ExecutedAction')
    for time in (5, 8):
        value = type(command)(
            header=command.header,
            requested=command,
            translation=xyz([0.1, 0, 0]),
            rotation=xyz([0, 0, 0.2]),
            gripper=0.25,
        )
        labels.add(message('/octo_safety/executed_action', time, value))
    np.testing.assert_allclose(
        labels.actions([0, 10], still(2)),
        [[0.2, 0, 0, 0, 0, 0.4, 0.25], [0, 0, 0, 0, 0, 0, 0.25]],
        atol=1e-6,
    )
