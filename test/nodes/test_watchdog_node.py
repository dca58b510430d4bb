# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The safety filter dies or hangs in the middle of a motion: the watchdog stops the arm."""

import itertools
import os
import signal
import subprocess
import sys
import time

import pytest
import rclpy
from diagnostic_msgs.msg import DiagnosticStatus
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from std_msgs.msg import Bool, UInt64
from std_srvs.srv import Trigger

from octo_ros.bringup.supervisor import local_environment
from octo_ros.nodes import qos
from octo_ros.nodes.heartbeat import HEARTBEAT_TOPIC
from octo_ros.nodes.watchdog_node import WatchdogNode
from octo_ros.safety.watchdog import WatchState
from octo_ros_msgs.srv import InjectFault, SetTask

from .harness import running
from .spinning import spin

pytestmark = [pytest.mark.ros, pytest.mark.slow, pytest.mark.proof_of_stop]

TIMEOUT = 0.2
# Two heartbeats, two checks, the call, and what a busy machine adds to all of them.
MARGIN = 0.25
BRAKING = 0.2
STILL = 0.02  # rad/s


class Seen:
    """What the simulator and the watchdog say, with the times of the changes."""

    def __init__(self, client):
        self.running, self.running_at = None, 0.0
        self.state = ''
        self.message = ''
        client.node.create_subscription(Bool, '/octo_sim/running', self._on_running, qos.LATCHED)
        client.node.create_subscription(
            DiagnosticStatus, '/octo_watchdog/status', self._on_status, qos.LATCHED
        )

    def _on_running(self, message):
        self.running, self.running_at = message.data, time.monotonic()

    def _on_status(self, message):
        self.state = {item.key: item.value for item in message.values}['state']
        self.message = message.message


def begin(system, seen):
    """Everything works, the watchdog watches, and the arm moves."""
    client = system.client
    client.call(SetTask, 'octo/set_task', SetTask.Request(clear=True))
    client.call(Trigger, 'octo_watchdog/reset', Trigger.Request())
    client.reset(1)
    client.spin_until(lambda: seen.state == 'WATCHING', 10.0, 'the watchdog to watch')
    client.spin_until(lambda: seen.running is True, 5.0, 'the simulator to run')
    client.set_task('put the red block in the bin')
    system.wait_until_moving()
    client.spin_for(0.3)
    assert system.watch.speed() > STILL


def stopped_in_time(system, seen, number, record_property):
    """Send a signal to the filter in motion, and see the arm stopped."""
    os.kill(system.supervisor.pid('octo_safety'), number)
    begun, stamp = time.monotonic(), time.time()
    system.client.spin_until(lambda: seen.running is False, 5.0, 'the simulator to stop')
    seconds = seen.running_at - begun
    record_property(f'{number.name}_seconds', round(seconds, 3))
    system.client.spin_for(0.5)
    rest = system.watch.at_rest_after(stamp, STILL)
    record_property(f'{number.name}_seconds_to_rest', round(rest, 3))
    assert TIMEOUT - 0.05 < seconds < TIMEOUT + MARGIN
    assert rest < TIMEOUT + MARGIN + BRAKING
    assert system.watch.speed() < STILL
    assert seen.state == 'TRIPPED'
    answered = '/octo_sim/stop has stopped the arm'
    system.client.spin_until(lambda: answered in seen.message, 5.0, 'the answer to be told')


def test_watchdog_stops_the_arm(tmp_path, domain_id, record_property):
    with running(tmp_path, domain_id) as system:
        system.wait_ready()
        client = system.client
        seen = Seen(client)
        client.spin_until(lambda: seen.running is True, 5.0, 'the simulator to run')
        client.inject(InjectFault.Request.ROBOT_FAULT)
        client.spin_until(lambda: seen.running is False, 5.0, 'the fault to be told')
        client.inject(InjectFault.Request.ROBOT_FAULT, active=False)

        begin(system, seen)
        client.alive = lambda: None
        stopped_in_time(system, seen, signal.SIGSTOP, record_property)
        os.kill(system.supervisor.pid('octo_safety'), signal.SIGCONT)
        client.spin_for(0.7)
        # The filter ticks again, and the policy still has its task: the arm stays where it is.
        assert seen.state == 'TRIPPED'
        assert system.watch.speed() < STILL

        # A filter that leaves in good order has stopped the arm itself.
        begin(system, seen)
        system.supervisor.stop_one('octo_safety')
        client.spin_for(2 * TIMEOUT)
        assert (seen.state, seen.running) == ('WAITING', True)
        assert system.watch.speed() < STILL

        system.supervisor.start('octo_safety')
        begin(system, seen)
        stopped_in_time(system, seen, signal.SIGKILL, record_property)

        # As in use: the supervisor ends everything when the filter has died, and the watchdog,
        # which is still within its time-out then, sees it through. The dead filter's publisher
        # is in the graph for a while yet, so the test beats in its place.
        client.call(Trigger, 'octo_watchdog/reset', Trigger.Request())
        client.call(Trigger, 'octo_sim/resume', Trigger.Request())
        client.spin_until(lambda: seen.running is True, 5.0, 'the simulator to run')
        beat = client.node.create_publisher(UInt64, '/octo_safety/heartbeat', qos.HEARTBEAT)
        counts = itertools.count(1)

        def watched():
            beat.publish(UInt64(data=next(counts)))
            return seen.state == 'WATCHING'

        client.spin_until(watched, 5.0, 'the watchdog to watch')
        begun = time.monotonic()
        system.supervisor.stop()
        record_property('end_seconds', round(time.monotonic() - begun, 2))
        assert seen.running is True
    words = (tmp_path / 'octo_watchdog.log').read_text().splitlines()
    assert '/octo_sim/stop has stopped the arm' in words[-1]


def test_without_a_driver_it_says_so_and_leaves_in_time(tmp_path, domain_id, node):
    log = tmp_path / 'log'
    arguments = ('--ros-args', '-p', 'robot:=ur5e', '-p', 'driver:=sim')
    with log.open('wb') as file:
        process = subprocess.Popen(
            [sys.executable, '-m', 'octo_ros.nodes.watchdog_node', *arguments],
            env=local_environment(domain_id),
            stderr=file,
        )
    try:
        beat = node.create_publisher(UInt64, '/octo_safety/heartbeat', qos.HEARTBEAT)
        counts = itertools.count(1)

        def watched():
            beat.publish(UInt64(data=next(counts)))
            return 'The safety filter ticks' in log.read_text()

        assert spin(node, watched, 20.0)
        # Twice: it does not give up, and does not flood the log either.
        again = 'after 1.0'
        assert spin(node, lambda: again in log.read_text(), 5.0)
        process.send_signal(signal.SIGINT)
        begun = time.monotonic()
        assert process.wait(5.0) == 0
        assert time.monotonic() - begun < 2.0
    finally:
        process.kill()
        process.wait()
    said = log.read_text()
    assert said.count('Not stopped') <= 4
    assert 'ended before the driver stopped: /octo_sim/stop is not there.' in said
    assert 'Traceback' not in said


@pytest.fixture
def watchdog(domain_id):
    overrides = ['--ros-args', '-p', 'robot:=ur5e', '-p', 'driver:=sim']
    rclpy.init(args=overrides, domain_id=domain_id)
    made = WatchdogNode()
    executor = SingleThreadedExecutor()
    executor.add_node(made)
    yield made, executor
    executor.remove_node(made)
    Node.destroy_node(made)  # its own would wait for the arm to be stopped
    rclpy.try_shutdown()


def test_an_idle_second_filter_does_not_disarm_it(watchdog):
    node, executor = watchdog
    beats = [node.create_publisher(UInt64, HEARTBEAT_TOPIC, qos.HEARTBEAT) for _ in range(2)]
    counts = itertools.count(1)
    states = []

    def spin_for(seconds, *, watched):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if watched:
                beats[0].publish(UInt64(data=(7 << 32) | next(counts)))
            beats[1].publish(UInt64(data=8 << 32))  # the last word is always the idle one's
            until = time.monotonic() + 0.02
            while time.monotonic() < until:
                executor.spin_once(timeout_sec=0.005)
            states.append(node._watchdog.state)

    spin_for(1.5, watched=True)
    watching = states.index(WatchState.WATCHING)
    assert set(states[watching:]) == {WatchState.WATCHING}
    spin_for(0.6, watched=False)
    assert states[-1] is WatchState.TRIPPED


def test_the_watchdog_needs_little():
    code = (
        'import sys, octo_ros.nodes.watchdog_node\n'
        "heavy = {'torch', 'mujoco', 'pinocchio', 'coal', 'ruckig', 'daqp', 'cv2', 'scipy'}\n"
        'assert not heavy & set(sys.modules), heavy & set(sys.modules)\n'
        "assert not [m for m in sys.modules if m.startswith('octo_ros.robots')]\n"
    )
    result = subprocess.run(
        [sys.executable, '-c', code], capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
