# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The real policy node in the test's own process, with made-up robots around it."""

import threading
import time
from dataclasses import dataclass, field

import numpy as np
import rclpy
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import Image
from sensor_msgs.msg import JointState as JointStateMsg

from octo_ros.errors import PolicyError
from octo_ros.fleet import read_fleet
from octo_ros.nodes import policy_node, qos
from octo_ros.nodes.conversions import nanoseconds, time_message
from octo_ros.policy.base import CacheCounts
from octo_ros.types import ActionChunk
from octo_ros_msgs.msg import EndEffectorDelta, PolicyStatus
from octo_ros_msgs.srv import SetTask

from .rig import WAIT, Spinning

STEP = 1e-3  # m per action


class FakePolicy:
    """Moves on by a millimetre per action; encoding a task waits until it may."""

    window_size = 2
    notes = ()

    def __init__(self, embodiment):
        self.spec = embodiment.action_spec(4)
        self.cache = CacheCounts(hits=3, resumed=2, misses=1)
        self.may_encode = threading.Event()
        self.may_encode.set()
        self.prepared = []
        self.encoded = []
        self.refuses_to_prepare = False
        self.chunks = 0

    def prepare_task(self, task):
        self.encoded.append(task.language_instruction)
        assert self.may_encode.wait(WAIT)
        if task.language_instruction == 'nonsense':
            msg = 'nonsense is no instruction'
            raise PolicyError(msg)

    def prepare(self, observations, abandoned):
        del abandoned
        if self.refuses_to_prepare:
            msg = 'nothing is prepared today'
            raise PolicyError(msg)
        self.prepared.append(tuple(observation.stamp_ns for observation in observations))
        return True

    def chunk(self, request):
        self.chunks += 1
        actions = np.tile([STEP, 0, 0, 0, 0, 0, 1.0], (4, 1))
        return ActionChunk(
            actions, self.spec, request.window.stamp_ns, request.start_ns, self.chunks
        )


class FakeFleet:
    """Notes every batch; inference waits until it may."""

    def __init__(self, embodiments):
        self.policies = [FakePolicy(embodiment) for embodiment in embodiments]
        self.batches = []
        self.may_infer = threading.Event()
        self.may_infer.set()
        self.duration = 0.0

    def warm_up(self):
        pass

    def infer(self, requests):
        assert self.may_infer.wait(WAIT)
        time.sleep(self.duration)
        self.batches.append(requests)
        return [self.policies[request.robot].chunk(request) for request in requests]


@dataclass
class Robot:
    """What one made-up robot sends, and what it got."""

    place: object
    images: dict
    joints: object
    silent: set = field(default_factory=set)
    commands: list = field(default_factory=list)
    status: PolicyStatus | None = None
    statuses: list = field(default_factory=list)


class Rig(Spinning):
    """Node, robots and executor; everything runs while the test waits."""

    def __init__(self, monkeypatch, domain_id, *entries, **parameters):
        self.shift_ns = 0
        self.fleet = None

        def make_fleet(given, embodiments, scenes):
            del given, scenes
            self.fleet = FakeFleet(embodiments)
            return self.fleet

        monkeypatch.setattr(policy_node, 'make_fleet', make_fleet)
        values = {'robots': f'[{",".join(entries)}]', 'policy': 'octo', 'checkpoint': 'made/up'}
        overrides = []
        for name, value in (values | parameters).items():
            overrides += ['-p', f'{name}:={value}']
        rclpy.init(args=['--ros-args', *overrides], domain_id=domain_id)
        self.node = policy_node.PolicyNode()
        clock = self.node.get_clock()
        self._true_now = clock.now
        monkeypatch.setattr(clock, 'now', self.now)
        self.outside = Node('test_robots')
        self.robots = [self._robot(place) for place in read_fleet(entries)]
        self._frame = 0
        self.outside.create_timer(0.05, self._send_images)
        self.outside.create_timer(0.02, self._send_joints)
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self.node)
        self._executor.add_node(self.outside)
        if parameters.get('autostart') != 'false':
            self.spin_until(lambda: self.node.active, 'the node to be active')

    def now(self):
        """The node's clock, which the test may set."""
        time_ = self._true_now()
        return rclpy.time.Time(
            nanoseconds=time_.nanoseconds + self.shift_ns, clock_type=time_.clock_type
        )

    def close(self):
        self.fleet.may_infer.set()
        for policy in self.fleet.policies:
            policy.may_encode.set()
        self.node.destroy_node()
        self.outside.destroy_node()
        self._executor.shutdown(timeout_sec=1.0)
        rclpy.try_shutdown()

    def transition(self, number):
        """As a lifecycle manager asks for it; whether it succeeded."""
        client = self.outside.create_client(ChangeState, '/octo_policy/change_state')
        request = ChangeState.Request(transition=Transition(id=number))
        return self._call(client, request).success

    def give(self, robot, words):
        place = self.robots[robot].place
        client = self.outside.create_client(SetTask, place.topic('octo/set_task'))
        return self._call(client, SetTask.Request(language_instruction=words))

    def _call(self, client, request):
        self.spin_until(client.service_is_ready, 'the service')
        future = client.call_async(request)
        self.spin_until(future.done, 'the answer')
        self.outside.destroy_client(client)
        return future.result()

    def wait_for_commands(self, robot, number):
        """Until so many more commands have come."""
        commands = self.robots[robot].commands
        wanted = len(commands) + number
        self.spin_until(lambda: len(commands) >= wanted, f'{number} commands')

    def wait_for_reason(self, robot, text):
        def told():
            status = self.robots[robot].status
            return status is not None and text in status.reason

        self.spin_until(told, f'the reason {text!r}')

    def _robot(self, place):
        contract, node = place.embodiment, self.outside
        robot = Robot(
            place,
            {
                key: node.create_publisher(Image, camera.topic, qos.image(reliable=True))
                for key, camera in contract.cameras.items()
            },
            node.create_publisher(JointStateMsg, contract.joint_states.topic, 10),
        )

        def note(message):
            robot.status = message
            robot.statuses.append(message)

        node.create_subscription(
            EndEffectorDelta, place.topic('octo/action'), robot.commands.append, qos.COMMANDS
        )
        node.create_subscription(PolicyStatus, place.topic('octo_policy/status'), note, qos.STATUS)
        return robot

    def _send_images(self):
        self._frame += 1
        stamp = time_message(self.now().nanoseconds)
        for robot in self.robots:
            for key, publisher in robot.images.items():
                if key in robot.silent:
                    continue
                camera = robot.place.embodiment.cameras[key]
                pixels = np.full((camera.height, camera.width, 3), self._frame % 256, np.uint8)
                image = Image(
                    height=camera.height,
                    width=camera.width,
                    encoding='rgb8',
                    step=3 * camera.width,
                )
                image.data.frombytes(pixels.tobytes())
                image.header.stamp = stamp
                publisher.publish(image)

    def _send_joints(self):
        stamp = time_message(self.now().nanoseconds)
        for robot in self.robots:
            contract = robot.place.embodiment
            message = JointStateMsg(
                name=[*contract.joints, contract.gripper.joint],
                position=[*contract.home, contract.gripper.open_position],
            )
            message.header.stamp = stamp
            robot.joints.publish(message)


def tick_times(commands):
    """Stamps of the commands' ticks [ns]."""
    return [nanoseconds(command.header.stamp) for command in commands]
