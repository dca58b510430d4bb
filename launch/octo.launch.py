# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The whole system: policy, safety filter, episode marks, and the simulator with sim:=true."""

from launch import LaunchDescription
from octo_ros.bringup.arguments import ARGUMENTS
from octo_ros.bringup.graph import system
from octo_ros.bringup.launch_actions import declare, start


def generate_launch_description():
    """Describe the launch."""
    return LaunchDescription([*declare(*ARGUMENTS), start(system, *ARGUMENTS)])
