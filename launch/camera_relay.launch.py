# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""On the robot's machine: its cameras, resized and compressed, for a policy on another machine."""

from launch import LaunchDescription
from octo_ros.bringup.graph import camera_relays
from octo_ros.bringup.launch_actions import declare, start

NAMES = ('robot', 'params_file')


def generate_launch_description():
    """Describe the launch."""
    return LaunchDescription([*declare(*NAMES), start(camera_relays, *NAMES)])
