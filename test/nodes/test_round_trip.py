# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One recording through the live policy node and through the converter gives equal arrays.

A simulated arm is recorded to a bag. The real node gets the bag's messages over DDS, each at the
moment of its arrival, in simulated time; what it hands to the network is kept. The converter makes
a dataset of the same bag.
"""

from __future__ import annotations

import numpy as np
import pytest
import rclpy
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rosbags.typesys import Stores, get_typestore
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import Image, JointState

from octo_ros.data.bags.bag import Bag
from octo_ros.data.bags.bag_writer import BagWriter
from octo_ros.data.conversion.convert import convert
from octo_ros.data.conversion.request import ConversionRequest
from octo_ros.data.rlds.dataset import RldsDataset
from octo_ros.embodiment import load_embodiment
from octo_ros.nodes import policy_node, qos
from octo_ros.nodes.conversions import time_message
from octo_ros.nodes.message_text import message_definition
from octo_ros.observation.encoding import encode_jpeg
from octo_ros.observation.sync import ObservationBuilder
from octo_ros.sim.renderer import Renderer
from octo_ros.sim.simulation import Simulation
from octo_ros_msgs.srv import SetTask

from .policy_rig import FakeFleet
from .rig import Spinning

pytestmark = pytest.mark.ros

WIDOWX = load_embodiment('widowx')
STORE = get_typestore(Stores.ROS2_JAZZY)
START_NS = 1_700_000_000_000_000_000
SECONDS = 2.4
HEIGHT, WIDTH = 120, 160
BEFORE_NS = 1000  # so long before a message the timers that are due have their turn


def record_simulation(path):
    """An arm that swings, its cameras at 10 Hz some 25 ms late, its joints at 100 Hz."""
    simulation, jitter = Simulation(WIDOWX, seed=1), np.random.default_rng(0)
    messages = [(START_NS, '/octo/instruction', 'std_msgs/msg/String', ('swing',))]
    with Renderer(simulation) as renderer:
        for tick in range(round(100 * SECONDS)):
            now_ns = START_NS + 10_000_000 * tick
            time = STORE.types['builtin_interfaces/msg/Time'](*divmod(now_ns, 10**9))
            header = STORE.types['std_msgs/msg/Header'](time, '')
            if tick % 10 == 0:
                for key, camera in WIDOWX.cameras.items():
                    pixels = renderer.render(key, HEIGHT, WIDTH).ravel()
                    fields = (header, HEIGHT, WIDTH, 'rgb8', 0, 3 * WIDTH, pixels)
                    late_ns = int(jitter.uniform(20e6, 30e6))
                    messages.append(
                        (now_ns + late_ns, camera.topic, 'sensor_msgs/msg/Image', fields)
                    )
            state = simulation.joint_state()
            fields = (header, list(state.names), state.positions, np.zeros(0), np.zeros(0))
            topic = WIDOWX.joint_states.topic
            messages.append((now_ns + 1_000_000, topic, 'sensor_msgs/msg/JointState', fields))
            swing = np.array([0.3, 0.1, 0.1, 0, 0.1, 0.2]) * np.sin(tick / 50)
            simulation.command_joints(np.array(WIDOWX.home) + swing)
            simulation.command_gripper(float(tick < 120))
            simulation.step(0.01)
    writer, topics = BagWriter(path), {}
    for received_ns, topic, kind, fields in sorted(messages, key=lambda m: m[0]):
        if topic not in topics:
            topics[topic] = writer.topic(topic, kind, message_definition(kind))
        topics[topic](received_ns, STORE.serialize_cdr(STORE.types[kind](*fields), kind))
    writer.close()
    return path


class Replay(Spinning):
    """The policy node in simulated time, and who plays a bag to it."""

    def __init__(self, monkeypatch, domain_id):
        self.fleet, self.arrived = None, 0
        monkeypatch.setattr(policy_node, 'make_fleet', self._make_fleet)
        for name in ('add_image', 'add_joints'):
            monkeypatch.setattr(ObservationBuilder, name, self._counting(name))
        values = {'robots': '[widowx]', 'policy': 'octo', 'checkpoint': 'made/up'}
        values |= {'autostart': 'false', 'use_sim_time': 'true'}
        overrides = [part for item in values.items() for part in ('-p', ':='.join(item))]
        rclpy.init(args=['--ros-args', *overrides], domain_id=domain_id)
        self.node = policy_node.PolicyNode()
        self.outside = Node('test_player', use_global_arguments=False)
        self._clock = self.outside.create_publisher(Clock, '/clock', 10)
        topics = {
            camera.topic: (Image, qos.image(reliable=True)) for camera in WIDOWX.cameras.values()
        }
        topics[WIDOWX.joint_states.topic] = (JointState, 10)
        self._publishers = {
            topic: self.outside.create_publisher(kind, topic, profile)
            for topic, (kind, profile) in topics.items()
        }
        self._executor = SingleThreadedExecutor()
        for node in (self.node, self.outside):
            self._executor.add_node(node)

    def close(self):
        self.node.destroy_node()
        self.outside.destroy_node()
        self._executor.shutdown(timeout_sec=1.0)
        rclpy.try_shutdown()

    def call(self, kind, name, request):
        client = self.outside.create_client(kind, name)
        self.spin_until(client.service_is_ready, name)
        future = client.call_async(request)
        self.spin_until(future.done, f'the answer of {name}')
        return future.result()

    def transition(self, number):
        request = ChangeState.Request(transition=Transition(id=number))
        assert self.call(ChangeState, '/octo_policy/change_state', request).success

    def connect(self):
        publishers = [self._clock, *self._publishers.values()]
        self.spin_until(lambda: all(p.get_subscription_count() for p in publishers), 'DDS')

    def play(self, messages):
        """Every message at its moment; the node has it before the next one is sent."""
        for message in messages:
            for time_ns in (message.received_ns - BEFORE_NS, message.received_ns):
                self._set_clock(time_ns)
            before = self.arrived
            kind = message.value.__msgtype__
            self._publishers[message.topic].publish(
                bytes(STORE.serialize_cdr(message.value, kind))
            )
            self.spin_until(lambda before=before: self.arrived > before, message.topic)

    def _set_clock(self, time_ns):
        self._clock.publish(Clock(clock=time_message(time_ns)))
        self.spin_until(lambda: self.node.get_clock().now().nanoseconds == time_ns, 'the clock')
        for _ in range(3):
            self._executor.spin_once(timeout_sec=0)

    def _make_fleet(self, given, embodiments, scenes):
        del given, scenes
        self.fleet = FakeFleet(embodiments)
        return self.fleet

    def _counting(self, name):
        original = getattr(ObservationBuilder, name)

        def add(builder, *arguments):
            original(builder, *arguments)
            self.arrived += 1

        return add


@pytest.fixture
def replay(monkeypatch, domain_id):
    made = Replay(monkeypatch, domain_id)
    yield made
    made.close()


def live_windows(replay, path):
    """What the node hands to the network while a bag is played to it, from half a second on."""
    topics = [camera.topic for camera in WIDOWX.cameras.values()]
    with Bag(path) as bag:
        messages = list(bag.messages([*topics, WIDOWX.joint_states.topic]))
    head = [m for m in messages if m.received_ns < messages[0].received_ns + 500_000_000]
    replay.transition(Transition.TRANSITION_CONFIGURE)
    replay.connect()
    replay.play(head)
    replay.transition(Transition.TRANSITION_ACTIVATE)
    replay.call(SetTask, '/octo/set_task', SetTask.Request(language_instruction='swing'))
    replay.play(messages[len(head) :])
    return [request.window for batch in replay.fleet.batches for request in batch]


def test_live_observations_are_those_of_the_dataset(tmp_path, replay):
    path = record_simulation(tmp_path / 'bag')
    windows = live_windows(replay, path)
    convert(ConversionRequest((path,), WIDOWX, tmp_path / 'out', 'swing', hz=10.0))
    (episode,) = RldsDataset(tmp_path / 'out').episodes('train')
    steps = {
        key: list(episode.encoded(f'observation/{key}'))
        for key in ('image_primary', 'image_wrist')
    }
    states = episode.array('observation/state')
    assert len(set(steps['image_primary'])) == episode.steps >= 20

    seen = set()
    for window in windows:
        primary = [encode_jpeg(image) for image in window.images['image_primary']]
        wrist = [encode_jpeg(image) for image in window.images['image_wrist']]
        newest = steps['image_primary'].index(primary[-1])
        seen.add(newest)
        # The slots are 0.2 s apart, the steps 0.1 s.
        places = [newest - 2, newest] if window.timestep_pad_mask[0] else [newest, newest]
        for slot, place in enumerate(places):
            assert primary[slot] == steps['image_primary'][place]
            assert wrist[slot] == steps['image_wrist'][place]
            np.testing.assert_array_equal(window.proprio[slot], states[place])
    assert len(seen) >= 15
    assert sum(window.timestep_pad_mask[0] for window in windows) >= 12
    assert np.ptp(states[sorted(seen)], axis=0).min() > 1e-3  # everything moves in between
