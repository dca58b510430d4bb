# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pickle
from types import SimpleNamespace

import numpy as np
import pytest

from octo_ros.data.bags.bag import Bag, BagMessage
from octo_ros.data.labels.gripper_labels import GripperLabels
from octo_ros.embodiment import load_embodiment
from octo_ros.errors import BagError

from .commands import DELTA, TypedTopics, delta

ROBOT = load_embodiment('widowx')
S = 1_000_000_000
GRIPPER_COMMAND = 'control_msgs/msg/GripperCommand'


def labels(kind, messages, topic='/g', **options):
    made = GripperLabels(ROBOT, topic, '/octo/action', **options)
    made.check(TypedTopics({topic or '/octo/action': kind}, messages))
    for message in messages:
        made.add(message)
    return made


def numbers(*pairs):
    return [BagMessage('/g', t, t, SimpleNamespace(data=value)) for t, value in pairs]


def column(made, stamps, measured=None):
    return made.column(stamps, np.ones(len(stamps)) if measured is None else np.array(measured))


@pytest.mark.parametrize(('low', 'high'), [(0.0, 1.0), (0.015, 0.037)])
@pytest.mark.parametrize('kind', ['std_msgs/msg/Float64', 'std_msgs/msg/Float32'])
def test_numbers_are_openings_or_joint_values(kind, low, high):
    made = labels(kind, numbers((15, low), (35, high)))
    np.testing.assert_allclose(column(made, [10, 20, 30, 40, 50]), [0, 0, 1, 1, 1])


def test_a_position_command_is_read_as_numbers_are():
    commands = [
        BagMessage('/g', t, t, SimpleNamespace(position=p, max_effort=1.0))
        for t, p in ((5, 0.015), (25, 0.037))
    ]
    made = labels(GRIPPER_COMMAND, commands)
    assert column(made, [10, 20, 30]).tolist() == [0, 1, 1]


def test_joint_states_are_read_by_name():
    def state(t, names, positions):
        return BagMessage('/g', t, t, SimpleNamespace(name=names, position=np.array(positions)))

    made = labels(
        'sensor_msgs/msg/JointState',
        [
            state(5, ['left_finger', 'waist'], [0.026, 9.0]),
            state(15, ['waist'], [0.0]),
            state(25, ['waist', 'left_finger'], [9.0, 0.015]),
        ],
    )
    np.testing.assert_allclose(column(made, [10, 20, 30]), [0.5, 0, 0])
    assert made.remarks['/g: messages without a finite gripper command'] == 1


def test_a_command_holds_until_the_next_and_counts_before_the_next_observation():
    made = labels('std_msgs/msg/Float64', numbers((0, 1.0), (20 * S, 0.25), (30 * S, 0.0)))
    stamps = [s * S for s in (1, 10, 20, 30)]
    assert column(made, stamps).tolist() == [1, 1, 0.25, 0.25]


def test_before_the_first_command_the_measured_opening_counts():
    made = labels('std_msgs/msg/Float64', numbers((35, 1.0), (36, 0.0)))
    assert column(made, [10, 20, 30, 40], [1, 0.6, 0, 0]).tolist() == [0, 0, 0, 0]
    assert made.remarks == {'gripper from the commands on /g': 2}
    assert made.warnings == {
        'nothing was commanded on /g so far: gripper from the measured opening, settled to open '
        'or closed': 2
    }


def test_what_was_commanded_long_before_still_holds():
    said = numbers((S, 0.0), (2 * S, 1.0), (3 * S, np.nan), (500 * S, 0.0), (900 * S, 1.0))
    made = GripperLabels(ROBOT, '/g', '/octo/action')
    made.check(TypedTopics({'/g': 'std_msgs/msg/Float64'}, said))
    for start, expected in ((100, 1.0), (500, 0.0), (800, 0.0), (901, 1.0)):
        later = pickle.loads(pickle.dumps(made.since(start * S)))
        stamps = [start * S, (start + 1) * S]
        assert column(later, stamps, [0.5, 0.5]).tolist() == [expected] * 2
        assert not later.warnings
    early = made.since(0)
    early.add(said[0])
    assert column(early, [0, S // 2, 2 * S], [1, 1, 1]).tolist() == [1, 0, 0]
    assert sum(early.warnings.values()) == 1


def test_without_commands_the_opening_after_the_action_counts():
    made = GripperLabels(ROBOT, None, '/octo/action')
    made.check(TypedTopics({'/octo/action': 'geometry_msgs/msg/PoseStamped'}))
    assert made.topics == ()
    opening = [1, 1, 0.6, 0.3, 0.3, 0.3, 0.7, 1]
    assert column(made, range(8), opening).tolist() == [1, 0, 0, 0, 0, 1, 1, 1]
    assert (
        made.remarks['gripper stood still between open and closed: taken for closed if it closed']
        == 3
    )
    column(made, [0], [0.6])
    assert made.remarks['gripper never open nor closed: its meaning was guessed'] == 1


@pytest.mark.parametrize(('holds', 'expected'), [(False, [0, 0, 1, 1]), (True, [0, 0, 0, 0])])
def test_commands_that_come_with_the_motion_hold_for_half_a_second(holds, expected):
    made = labels(DELTA, [delta(S, [0, 0, 0], gripper=0.0)], topic=None, holds=holds)
    assert made.topics == ('/octo/action',)
    assert column(made, [S, 3 * S // 2, 2 * S, 3 * S]).tolist() == expected


def test_commands_beyond_the_ends_are_clipped_and_nan_is_counted():
    made = labels('std_msgs/msg/Float64', numbers((1, 1.04), (12, np.nan), (13, -0.01)))
    assert column(made, [0, 10, 20]).tolist() == [1, 0, 0]
    assert made.remarks['/g: messages without a finite gripper command'] == 1


def test_the_named_topic_must_be_there_and_be_understood(bag, tmp_path):
    bag.string(0, '/words', 'x')
    for ms in range(3):
        bag.add(ms, '/zero', bag.make('std_msgs/msg/Float64', 0.0))
    with Bag(bag.write(tmp_path / 'bag')) as opened:
        for topic, words in (
            ('/none', 'no messages on /none, which is needed as gripper commands'),
            ('/words', 'as gripper commands it must be std_msgs/msg/Float64 or'),
            ('/zero', r'gripper commands of 0 \.\. 0. It cannot be told'),
        ):
            with pytest.raises(BagError, match=words):
                GripperLabels(ROBOT, topic, '/octo/action').check(opened)
