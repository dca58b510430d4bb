# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The real system, started for tests, and what they watch on it."""

import contextlib
import subprocess
import sys
import time
from dataclasses import dataclass, field

import numpy as np
from rclpy.qos import QoSProfile
from sensor_msgs.msg import JointState

from octo_ros.bringup.graph import SystemOptions, system
from octo_ros.bringup.supervisor import Supervisor, local_environment
from octo_ros.fleet import entries, read_fleet
from octo_ros.nodes import qos
from octo_ros.nodes.client import GraphClient
from octo_ros.nodes.conversions import joint_state_from_message, nanoseconds
from octo_ros_msgs.msg import EpisodeEvent, ExecutedAction

READY = 60.0


@dataclass
class Watch:
    """Everything that was seen on the wire, with stamps [s]."""

    moving: list[tuple[float, float]] = field(default_factory=list)
    accepted: list[float] = field(default_factory=list)
    decisions: list[ExecutedAction] = field(default_factory=list)
    events: list[EpisodeEvent] = field(default_factory=list)

    def at_rest_after(self, stamp, speed=0.02):
        """Seconds from a stamp until the last joint state that still moved."""
        late = [t for t, v in self.moving if t > stamp and v > speed]
        return max(late) - stamp if late else 0.0

    def speed(self):
        return self.moving[-1][1] if self.moving else 0.0


class RunningSystem:
    """Supervisor, client and watch of one system."""

    def __init__(self, options, logs, domain_id, without=()):
        environment = local_environment(domain_id)
        specs = [spec for spec in system(options) if spec.name not in without]
        self.embodiment = read_fleet(entries(options.robot))[0].embodiment
        self.environment = environment
        self.logs = logs
        self._stack = contextlib.ExitStack()
        self.supervisor = self._stack.enter_context(Supervisor(specs, logs, environment))
        self.client = self._stack.enter_context(GraphClient(domain_id, self.supervisor.check))
        self.watch = Watch()
        node = self.client.node
        profile = QoSProfile(depth=100)
        node.create_subscription(
            JointState, self.embodiment.joint_states.topic, self._on_joints, profile
        )
        node.create_subscription(
            ExecutedAction, '/octo_safety/executed_action', self._on_executed, profile
        )
        node.create_subscription(
            EpisodeEvent, '/octo/episode', self.watch.events.append, qos.EVENTS
        )

    def close(self):
        self._stack.close()

    def wait_ready(self):
        self.client.wait_ready(READY)

    def wait_until_moving(self, speed=0.1):
        self.client.spin_until(lambda: self.watch.speed() > speed, 20.0, 'the arm to move')

    def _on_joints(self, message):
        n = len(self.embodiment.joints)
        self.joints = joint_state_from_message(message, self.embodiment, 0)
        velocity = float(np.abs(message.velocity[:n]).max())
        self.watch.moving.append((nanoseconds(message.header.stamp) * 1e-9, velocity))

    def _on_executed(self, message):
        self.watch.decisions.append(message)
        if message.decision != ExecutedAction.REFUSED:
            self.watch.accepted.append(nanoseconds(message.header.stamp) * 1e-9)


@contextlib.contextmanager
def running(tmp_path, domain_id, robot='widowx', without=(), **options):
    made = RunningSystem(SystemOptions(robot=robot, **options), tmp_path, domain_id, without)
    try:
        yield made
    finally:
        made.close()


def run_node(executable, environment, *arguments, timeout=30.0):
    """Run one node to its own end; returns (exit status, what it wrote, seconds)."""
    started = time.monotonic()
    result = subprocess.run(
        [sys.executable, '-m', f'octo_ros.nodes.{executable}', '--ros-args', *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return result.returncode, result.stdout + result.stderr, time.monotonic() - started
