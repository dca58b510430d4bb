# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The simulated arm alone: cameras, joint states, and the driver's command topics."""

from launch import LaunchDescription
from octo_ros.bringup.graph import simulators
from octo_ros.bringup.launch_actions import declare, start

NAMES = ('robot', 'params_file', 'seed')


def generate_launch_description():
    """Describe the launch."""
    return LaunchDescription([*declare(*NAMES), start(simulators, *NAMES)])
