# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Record demonstrations: a bag with everything that bag_to_rlds needs, and the episode marks."""

from launch import LaunchDescription
from octo_ros.bringup.graph import recording
from octo_ros.bringup.launch_actions import declare, start

NAMES = ('robot', 'params_file', 'record')


def generate_launch_description():
    """Describe the launch."""
    return LaunchDescription([*declare(*NAMES, record='octo_bag'), start(recording, *NAMES)])
