# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What holds for every action source."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from octo_ros.data.bags.bag import Bag
from octo_ros.data.conversion.request import Topics
from octo_ros.data.labels.labels import labels_for
from octo_ros.data.labels.source import ACTION_SOURCES, command_topic
from octo_ros.errors import BagError

from .commands import DELTA, EXECUTED, POSE, TWIST, states

TYPES = {
    'command_delta': DELTA,
    'command_velocity': TWIST,
    'command_pose': POSE,
    'executed': EXECUTED,
}


@pytest.mark.parametrize('source', ACTION_SOURCES)
def test_every_source_gives_one_row_per_observation_and_holds_at_the_end(source, make):
    labels = make(source, TYPES.get(source))
    labels = pickle.loads(pickle.dumps(labels))
    for count in (1, 3):
        seen = states(np.linspace(0.0, 0.04, 7 * count).reshape(count, 7), joints=6)
        actions = labels.actions(range(0, 10 * count, 10), seen)
        assert actions.dtype == np.float32
        assert actions.shape == (count, len(labels.names)) == (count, len(labels.normalised))
        held = seen.joints[-1] if source == 'joint' else np.zeros(6)
        np.testing.assert_allclose(actions[-1], [*held, 0])
    assert labels.names[-1] == 'gripper'
    assert labels.normalised == (True,) * 6 + (False,)


def test_what_was_executed_has_its_own_topic():
    assert command_topic('executed', Topics()) == '/octo_safety/executed_action'
    assert command_topic('executed', Topics(commands='/mine')) == '/mine'
    assert command_topic('command_delta', Topics()) == '/octo/action'


def test_the_topics_of_a_robot_in_a_namespace_are_there():
    left = Topics(namespace='/left')
    assert command_topic('executed', left) == '/left/octo_safety/executed_action'
    assert command_topic('command_delta', left) == '/left/octo/action'


def test_a_command_topic_that_was_named_for_the_gripper_alone_must_have_commands(
    robot, bag, tmp_path
):
    bag.string(0, '/words', 'x')
    with Bag(bag.write(tmp_path / 'bag')) as opened:
        labels_for('achieved_pose', robot, Topics()).check(opened)
        with pytest.raises(BagError, match='no messages on /octo/acton, which is needed as grip'):
            labels_for('achieved_pose', robot, Topics(commands='/octo/acton')).check(opened)
        with pytest.raises(BagError, match=r'/words of .*beside a motion it must be'):
            labels_for('achieved_pose', robot, Topics(commands='/words')).check(opened)


@pytest.mark.parametrize('source', sorted(TYPES))
def test_missing_and_wrong_commands_are_refused(source, robot, bag, tmp_path):
    bag.string(0, '/words', 'x')
    with Bag(bag.write(tmp_path / 'bag')) as opened:
        with pytest.raises(BagError, match='needed as commanded actions'):
            labels_for(source, robot, Topics(commands='/none')).check(opened)
        with pytest.raises(BagError, match=f'it must be .*{TYPES[source]}'):
            labels_for(source, robot, Topics(commands='/words')).check(opened)
