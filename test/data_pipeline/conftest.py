# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Bags made to measure, with the messages that a robot would record."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from rosbags.rosbag2 import StoragePlugin, Writer
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

from octo_ros.data.bags.bag import Bag
from octo_ros.embodiment import load_embodiment
from octo_ros.geometry import Pose

REPOSITORY = Path(__file__).resolve().parents[2]
MS = 1_000_000
START = 1_700_000_000_000 * MS


def typestore():
    store = get_typestore(Stores.ROS2_JAZZY)
    for name in ('EpisodeEvent', 'EndEffectorDelta', 'ExecutedAction'):
        text = (REPOSITORY / f'octo_ros_msgs/msg/{name}.msg').read_text()
        store.register(get_types_from_msg(text, f'octo_ros_msgs/msg/{name}'))
    return store


STORE = typestore()


class BagMaker:
    """Collects messages with times in ms after START, and writes them in the order of arrival.

    `write` takes other `messages` too, in the order in which they are to be stored.
    """

    def __init__(self):
        self.messages = []

    def make(self, kind, *fields):
        return STORE.types[kind](*fields)

    def header(self, ms, frame=''):
        sec, nanosec = divmod(START + round(ms * MS), 1_000_000_000)
        stamp = self.make('builtin_interfaces/msg/Time', sec, nanosec)
        return self.make('std_msgs/msg/Header', stamp, frame)

    def vector(self, values):
        return self.make('geometry_msgs/msg/Vector3', *(float(v) for v in values))

    def add(self, ms, topic, message):
        self.messages.append((START + round(ms * MS), topic, message))

    def string(self, ms, topic, text):
        self.add(ms, topic, self.make('std_msgs/msg/String', text))

    def event(self, ms, kind, episode_id='', instruction=''):
        fields = (self.header(ms), int(kind), episode_id, instruction)
        self.add(ms, '/octo/episode', self.make('octo_ros_msgs/msg/EpisodeEvent', *fields))

    def image(self, ms, topic, value, delay=20):
        data = np.full(12 * 16 * 3, value % 256, np.uint8)
        fields = (self.header(ms), 12, 16, 'rgb8', 0, 48, data)
        self.add(ms + delay, topic, self.make('sensor_msgs/msg/Image', *fields))

    def depth(self, ms, topic, millimetres, delay=20):
        data = np.full(12 * 16, millimetres, np.uint16).view(np.uint8)
        fields = (self.header(ms), 12, 16, '16UC1', 0, 32, data)
        self.add(ms + delay, topic, self.make('sensor_msgs/msg/Image', *fields))

    def joints(self, ms, names, positions, topic='/joint_states', effort=()):
        effort = np.array(effort, np.float64)
        fields = (self.header(ms), list(names), np.array(positions), np.zeros(0), effort)
        self.add(ms + 1, topic, self.make('sensor_msgs/msg/JointState', *fields))

    def pose(self, ms, pose, topic='/pose', frame='base_link'):
        position = self.make('geometry_msgs/msg/Point', *(float(v) for v in pose.position))
        turn = self.make('geometry_msgs/msg/Quaternion', *(float(v) for v in pose.quaternion))
        whole = self.make('geometry_msgs/msg/Pose', position, turn)
        stamped = self.make('geometry_msgs/msg/PoseStamped', self.header(ms, frame), whole)
        self.add(ms + 1, topic, stamped)

    def transforms(self, ms, edges, topic='/tf'):
        """Edges as (parent, child, pose)."""
        made = []
        for parent, child, pose in edges:
            turn = self.make('geometry_msgs/msg/Quaternion', *(float(v) for v in pose.quaternion))
            whole = self.make('geometry_msgs/msg/Transform', self.vector(pose.position), turn)
            kind = 'geometry_msgs/msg/TransformStamped'
            made.append(self.make(kind, self.header(ms, parent), child, whole))
        self.add(ms + 1, topic, self.make('tf2_msgs/msg/TFMessage', made))

    def delta(self, ms, translation, rotation, gripper, topic='/octo/action'):
        message = self.make(
            'octo_ros_msgs/msg/EndEffectorDelta',
            self.header(ms, 'base_link'),
            0,
            self.vector(translation),
            self.vector(rotation),
            gripper,
            0.1,
            self.header(ms).stamp,
            0,
            0,
        )
        self.add(ms, topic, message)
        return message

    def in_order(self):
        """The messages in the order of arrival."""
        return sorted(self.messages, key=lambda message: message[0])

    def write(self, path, plugin=StoragePlugin.MCAP, messages=None):
        with Writer(path, version=9, storage_plugin=plugin) as writer:
            connections = {}
            for received_ns, topic, message in self.in_order() if messages is None else messages:
                kind = message.__msgtype__
                if topic not in connections:
                    connections[topic] = writer.add_connection(topic, kind, typestore=STORE)
                raw = STORE.serialize_cdr(message, kind)
                writer.write(connections[topic], received_ns, raw)
        return path

    def robot(self, start_ms, end_ms, hole=(0, 0), camera_period=100):
        """A WidowX that moves steadily: two cameras that can pause, joint states at 50 Hz."""
        robot = load_embodiment('widowx')
        for i, ms in enumerate(np.arange(start_ms, end_ms, camera_period)):
            if not hole[0] <= ms < hole[1]:
                self.image(ms, robot.cameras['image_primary'].topic, i)
                self.image(ms + 5, robot.cameras['image_wrist'].topic, i)
        names = (*robot.joints, robot.gripper.joint)
        for ms in np.arange(start_ms - 100, end_ms + 100, 20):
            q = np.array(robot.home) + 1e-4 * ms * np.array([1, 0.1, -0.1, 1, 0.2, 1])
            self.joints(ms, names, [*q, 0.026])
        return self


@pytest.fixture
def bag():
    """A new, empty bag maker."""
    return BagMaker()


@pytest.fixture
def moving_pose():
    """TCP pose at a time [ms]: turns and moves steadily."""

    def pose(ms):
        return Pose.from_xyz_rpy([0.2 + 1e-4 * ms, 0.0, 0.1], [0.0, 0.1, 1e-3 * ms])

    return pose


@pytest.fixture(scope='session')
def recorded_messages(tmp_path_factory):
    """One second of a robot with 30 Hz cameras, as read from a bag."""
    path = (
        BagMaker().robot(0, 1000, camera_period=33).write(tmp_path_factory.mktemp('bags') / 'bag')
    )
    with Bag(path) as opened:
        return list(opened.messages(opened.topics))
