# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Commands as a bag would hold them, without the bag."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from octo_ros.data.bags.bag import BagMessage
from octo_ros.data.labels.states import LabelStates

DELTA = 'octo_ros_msgs/msg/EndEffectorDelta'
TWIST = 'geometry_msgs/msg/TwistStamped'
POSE = 'geometry_msgs/msg/PoseStamped'
EXECUTED = 'octo_ros_msgs/msg/ExecutedAction'


class TypedTopics:
    """As much of a bag as `check` needs: types, and messages that it may look at."""

    def __init__(self, topics, messages=()):
        self.topics = topics
        self._messages = messages

    def require(self, topic, types, purpose):
        assert self.topics[topic] in types, purpose

    def messages(self, topics):
        return (message for message in self._messages if message.topic in topics)


def xyz(values):
    return SimpleNamespace(**dict(zip('xyz', map(float, values), strict=True)))


def header(frame='base_link'):
    return SimpleNamespace(frame_id=frame)


def message(topic, time_ns, value):
    return BagMessage(topic, time_ns, time_ns, value)


def delta(time_ns, translation, rotation=(0, 0, 0), gripper=1.0, frame='base_link'):
    value = SimpleNamespace(
        header=header(frame),
        translation=xyz(translation),
        rotation=xyz(rotation),
        gripper=gripper,
    )
    return message('/octo/action', time_ns, value)


def twist(time_ns, linear, angular=(0, 0, 0), frame='base_link'):
    value = SimpleNamespace(linear=xyz(linear), angular=xyz(angular))
    return message('/command', time_ns, SimpleNamespace(header=header(frame), twist=value))


def target(time_ns, pose, frame='base_link'):
    q = SimpleNamespace(**dict(zip('xyzw', pose.quaternion, strict=True)))
    value = SimpleNamespace(position=xyz(pose.position), orientation=q)
    return message('/command', time_ns, SimpleNamespace(header=header(frame), pose=value))


def states(rows, joints=0):
    proprio = np.asarray(rows, np.float32)
    return LabelStates(
        proprio,
        np.arange(len(proprio) * joints, dtype=float).reshape(len(proprio), joints) ** 2,
        proprio[:, 6].astype(float),
    )


def still(count, gripper=1.0):
    """A robot that does not move."""
    return states([[0.2, 0, 0.1, 0, 0, 0, gripper]] * count)
