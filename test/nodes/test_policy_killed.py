# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The policy dies in the middle of a motion: the arm comes to rest, and it is measured."""

import os
import signal
import time
from dataclasses import asdict

import pytest

from octo_ros.nodes import qos
from octo_ros.nodes.conversions import nanoseconds
from octo_ros.nodes.motion_watch import MotionWatch
from octo_ros_msgs.msg import SafetyStatus

from .harness import running

pytestmark = [pytest.mark.ros, pytest.mark.slow, pytest.mark.proof_of_stop]

STATE_PERIOD = 0.02  # s, of the simulator's joint states
# 0.25 s time-out, one tick, and the robot's worst controlled stop.
LIMIT = {'widowx': 0.65, 'franka': 0.45, 'ur5e': 0.65}


@pytest.mark.parametrize('robot', LIMIT)
def test_arm_rests_in_time(tmp_path, domain_id, robot, record_property):
    """What is promised is a number of ticks: one that comes late is made late, never twice.

    How late they came, on a machine that stood still for a while, is measured and added.
    """
    with running(tmp_path, domain_id, robot) as system:
        rate = system.embodiment.timing.control_rate
        record = MotionWatch(system.client.node, system.embodiment).record
        statuses = []
        system.client.node.create_subscription(
            SafetyStatus, 'octo_safety/status', statuses.append, qos.STATUS
        )
        system.wait_ready()
        system.client.reset(1)
        system.client.set_task('put the red block in the bin')
        system.wait_until_moving()
        system.client.spin_for(0.6)
        system.wait_until_moving()
        system.client.alive = lambda: None
        killed = time.time()
        os.kill(system.supervisor.pid('octo_policy'), signal.SIGKILL)
        system.client.spin_for(1.0)
        system.client.spin_until(lambda: record.standing, 10.0, 'the reference to stand')
        system.client.spin_until(lambda: record.arm_rested(killed), 10.0, 'the arm to rest')
        last = record.last_accepted(record.rested(killed))
        speeds = [speed for t, speed in record.states if last - 0.1 < t <= killed + 0.1]
        assert max(speeds) > 0.1
        stop = record.stop(killed, last, (1 / rate, STATE_PERIOD))
        for name, value in asdict(stop).items():
            record_property(name, round(value, 3))
        assert 1 <= stop.ticks <= LIMIT[robot] * rate, stop
        assert 0.0 < stop.arm <= LIMIT[robot] + stop.late + stop.lost, stop
        # What stands still for long enough has old joint states when it goes on.
        stalled = stop.late + stop.lost > system.embodiment.joint_states.max_age
        allowed = {'STOP_COMMAND_TIMEOUT'} | ({'STOP_STATE_TIMEOUT'} if stalled else set())
        told = [status for status in statuses if nanoseconds(status.header.stamp) > killed * 1e9]
        causes = [status.code for status in told if status.state != SafetyStatus.RUN]
        assert causes[0] in allowed
