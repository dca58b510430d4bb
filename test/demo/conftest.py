# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The bag of a short demo, made without ROS, and what its two instructions came to."""

from pathlib import Path

import numpy as np
import pytest
from rosbags.interfaces import Nodetype
from rosbags.rosbag2 import StoragePlugin, Writer
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

from octo_ros.demo.attempt import Attempt
from octo_ros.embodiment import load_embodiment

MESSAGES = Path(__file__).resolve().parents[2] / 'octo_ros_msgs/msg'
NAMES = (
    'CameraCounts',
    'EndEffectorDelta',
    'EpisodeEvent',
    'ExecutedAction',
    'PolicyStatus',
    'SafetyStatus',
    'SceneObject',
    'SceneState',
    'StageLatency',
)
INSTRUCTIONS = ('reach the red block', 'pick up the green block')
START = 1_700_000_000_000_000_000
GAP = 1.0  # s before each episode
LENGTH = 2.0  # s of each
MIDDLE = 1.0  # s, when the gripper closes, one command is refused and the filter stops
ROBOT = load_embodiment('widowx')


def typestore():
    store = get_typestore(Stores.ROS2_JAZZY)
    types = {}
    for name in NAMES:
        text = (MESSAGES / f'{name}.msg').read_text()
        types |= get_types_from_msg(text, f'octo_ros_msgs/msg/{name}')
    store.register(types)
    return store


STORE = typestore()


class Recording:
    """Collects messages by their fields; those left out are 0, empty or False."""

    def __init__(self):
        self.messages = []

    def add(self, seconds, topic, kind, /, **fields):
        """Add a message that is stamped and received at that time."""
        if 'header' in dict(STORE.fielddefs[kind][1]):
            fields['header'] = {'stamp': self.stamp(seconds), 'frame_id': 'base_link'}
        self.messages.append((self.ns(seconds), topic, kind, self.make(kind, fields)))

    @staticmethod
    def ns(seconds):
        return START + round(seconds * 1e9)

    def stamp(self, seconds):
        sec, nanosec = divmod(self.ns(seconds), 1_000_000_000)
        return {'sec': sec, 'nanosec': nanosec}

    def make(self, kind, fields):
        values = {
            name: self.value(definition, fields.get(name))
            for name, definition in STORE.fielddefs[kind][1]
        }
        assert set(fields) <= set(values), (kind, fields)
        return STORE.types[kind](**values)

    def value(self, definition, given):
        node, detail = definition
        if node == Nodetype.BASE:
            return given or {'string': '', 'bool': False}.get(detail[0], 0)
        if node == Nodetype.NAME:
            return self.make(detail, given or {})
        (element_node, element), _ = detail
        if element_node == Nodetype.NAME:
            return [self.make(element, item) for item in given or []]
        if element[0] == 'string':
            return list(given or [])
        return np.array([] if given is None else given, dtype=element[0])

    def write(self, path):
        with Writer(path, version=8, storage_plugin=StoragePlugin.MCAP) as writer:
            topics = {}
            for received_ns, topic, kind, message in sorted(self.messages, key=lambda m: m[0]):
                if topic not in topics:
                    topics[topic] = writer.add_connection(topic, kind, typestore=STORE)
                writer.write(topics[topic], received_ns, STORE.serialize_cdr(message, kind))
        return path


def vector(x, y, z):
    return {'x': float(x), 'y': float(y), 'z': float(z)}


def record_state(recording, seconds, into):
    """Joint states and the scene, `into` seconds into an episode."""
    joints = np.array(ROBOT.home) + 0.05 * np.clip(into, 0, LENGTH) * np.array([1, 1, 0, 0, 0, 1])
    finger = ROBOT.gripper.position(1.0 if into < MIDDLE else 0.0)
    names = [*ROBOT.joints, ROBOT.gripper.joint]
    recording.add(
        seconds,
        '/joint_states',
        'sensor_msgs/msg/JointState',
        name=names,
        position=[*joints, finger],
    )
    block = {
        'name': 'red block',
        'color': 'red',
        'pose': {'position': vector(0.3, 0.1 * np.clip(into, 0, LENGTH), 0.02)},
        'size': vector(0.04, 0.04, 0.04),
    }
    tray = {
        'name': 'bin',
        'pose': {'position': vector(0.28, 0.18, 0.02)},
        'size': vector(0.1, 0.1, 0.04),
    }
    scene = {'blocks': [block], 'bin': tray}
    recording.add(seconds, '/octo_sim/scene', 'octo_ros_msgs/msg/SceneState', **scene)


def record_tick(recording, seconds, into, seq):
    """Images, a command and the reports, every 0.1 s; images hold the episode's tenths."""
    value = np.clip(round(10 * into), 0, 255)
    for camera, offset in zip(ROBOT.cameras.values(), (0.0, 0.04), strict=True):
        recording.add(
            seconds + offset,
            camera.topic,
            'sensor_msgs/msg/Image',
            height=24,
            width=24,
            encoding='rgb8',
            step=72,
            data=np.full(24 * 72, value, np.uint8),
        )
    refused = abs(into - MIDDLE) < 0.01
    moved = vector(0.01, 0.0, 0.0)
    requested = {
        'observation_stamp': recording.stamp(seconds - 0.15),
        'seq': seq,
        'translation': moved,
        'gripper': 1.0 if into < MIDDLE else 0.0,
        'duration': 0.1,
    }
    if 0 <= into <= LENGTH:
        recording.add(
            seconds,
            '/octo_safety/executed_action',
            'octo_ros_msgs/msg/ExecutedAction',
            requested=requested,
            translation={} if refused else moved,
            decision=2 if refused else 0,
            code='REJECTED_RATE' if refused else 'OK',
        )
    recording.add(
        seconds + 0.01,
        '/octo_safety/status',
        'octo_ros_msgs/msg/SafetyStatus',
        state=3 if refused else 2,
        code='STOP_COMMAND_TIMEOUT' if refused else 'OK',
        accepted=seq,
        refused=2,
        stops=2,
    )
    recording.add(
        seconds,
        '/octo_policy/status',
        'octo_ros_msgs/msg/PolicyStatus',
        policy='scripted',
        actions_published=seq,
        deadline_misses=1,
    )


def record_demo(instructions=INSTRUCTIONS):
    recording = Recording()
    for index, instruction in enumerate(instructions):
        start = GAP + index * (GAP + LENGTH)
        mark = {'episode_id': f'e{index}', 'language_instruction': instruction}
        event = 'octo_ros_msgs/msg/EpisodeEvent'
        recording.add(start, '/octo/episode', event, kind=0, **mark)
        recording.add(start + LENGTH, '/octo/episode', event, kind=2 + index, **mark)
        for tick in range(-5, 26):
            record_tick(recording, start + tick / 10, tick / 10, 21 * index + max(0, tick))
        for tick in range(-25, 125):
            record_state(recording, start + tick / 50, tick / 50)
    return recording


@pytest.fixture(scope='session')
def demo_bag(tmp_path_factory):
    """A scripted demo on the WidowX: the first instruction was done, the second was not."""
    return record_demo().write(tmp_path_factory.mktemp('demo') / 'bag')


@pytest.fixture(scope='session')
def demo_attempts():
    message = 'The policy finished the task.'
    verdicts = ('done', 'failed')
    return tuple(
        Attempt(words, seed, verdict, message, 1.9)
        for seed, (words, verdict) in enumerate(zip(INSTRUCTIONS, verdicts, strict=True))
    )


@pytest.fixture
def recording():
    """The same demo before it is written, to be spoiled."""
    return record_demo()
