# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The policy dies in the middle of a motion: the arm comes to rest, and it is measured."""

import os
import signal

import pytest

from .harness import running

pytestmark = [pytest.mark.ros, pytest.mark.slow, pytest.mark.proof_of_stop]

# 0.25 s time-out, one tick, and the robot's worst controlled stop.
LIMIT = {'widowx': 0.65, 'franka': 0.65, 'ur5e': 0.65}


@pytest.mark.parametrize('robot', LIMIT)
def test_arm_rests_in_time(tmp_path, domain_id, robot, record_property):
    with running(tmp_path, domain_id, robot) as system:
        system.wait_ready()
        system.client.reset(1)
        system.client.set_task('put the red block in the bin')
        system.wait_until_moving()
        system.client.spin_for(0.6)
        system.client.alive = lambda: None
        os.kill(system.supervisor.pid('octo_policy'), signal.SIGKILL)
        system.client.spin_for(2.0)
        last = system.watch.accepted[-1]
        moved_before = [v for t, v in system.watch.moving if last - 0.1 < t <= last]
        assert max(moved_before) > 0.1
        rest = system.watch.at_rest_after(last)
        record_property('seconds_to_rest', round(rest, 3))
        assert 0.0 < rest <= LIMIT[robot]
        assert system.client.safety.code == 'STOP_COMMAND_TIMEOUT'
