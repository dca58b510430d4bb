# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Starting with something missing: one sentence, status 1, no traceback."""

from ctypes.util import find_library

import pytest
from rclpy.qos import QoSProfile, ReliabilityPolicy
from sensor_msgs.msg import Image

from octo_ros.bringup.supervisor import local_environment

from .harness import run_node

pytestmark = pytest.mark.ros
SHORT = ('-p', 'startup_timeout:=0.5')


@pytest.mark.parametrize(
    ('executable', 'arguments', 'text'),
    [
        ('sim_node', ('-p', 'robot:=widow'), "Did you mean 'widowx'"),
        ('sim_node', (), 'robot: Field required'),
        ('camera_relay_node', ('-p', 'robot:=widow'), "Did you mean 'widowx'"),
        ('camera_relay_node', ('-p', 'robot:=ur5e', '-p', 'quality:=0'), 'quality'),
        (
            'safety_filter_node',
            ('-p', 'robot:=ur5e', '-p', 'driver:=sim', *SHORT),
            'No joint states on',
        ),
        ('safety_filter_node', ('-p', 'robot:=ur5e', '-p', 'driver:=toy'), 'driver'),
        (
            'watchdog_node',
            ('-p', 'robot:=ur5e', '-p', 'driver:=sim', '-p', 'timeout:=0'),
            'timeout',
        ),
        # Not when the arm is to be stopped.
        (
            'watchdog_node',
            ('-p', 'robot:=widowx', '-p', 'driver:=real'),
            'needs the package interbotix_xs_msgs',
        ),
        ('policy_node', ('-p', 'robots:=[ur5e]', '-p', 'policy:=octo'), 'checkpoint'),
        (
            'policy_node',
            ('-p', 'robots:=ur5e', '-p', 'policy:=octo', '-p', 'checkpoint:=/none'),
            '/none',
        ),
        (
            'policy_node',
            ('-p', 'robots:=ur5e', '-p', 'policy:=scripted', *SHORT),
            'has no publisher: is the camera driver running?',
        ),
        ('recorder_node', ('-p', 'output:=/tmp', '-p', 'topics:=[/a]'), 'exists already'),
        ('sim_node', ('--params-file', '/none.yaml'), '/none.yaml'),
    ],
)
def test_one_sentence_and_status_one(domain_id, executable, arguments, text):
    code, said, _ = run_node(executable, local_environment(domain_id), *arguments)
    assert text in said
    assert 'Traceback' not in said
    assert code == 1


def test_impossible_domain_is_refused(domain_id):
    environment = local_environment(domain_id) | {'ROS_DOMAIN_ID': '500'}
    code, said, _ = run_node('sim_node', environment, '-p', 'robot:=ur5e')
    assert 'domainId is over 232' in said
    assert 'Traceback' not in said
    assert code == 1


@pytest.mark.skipif(bool(find_library('OSMesa')), reason='OSMesa is installed')
def test_missing_display_names_the_packages(domain_id):
    environment = local_environment(domain_id) | {'MUJOCO_GL': 'osmesa'}
    code, said, _ = run_node('sim_node', environment, '-p', 'robot:=ur5e')
    assert 'libosmesa6' in said
    assert 'Traceback' not in said
    assert code == 1


def test_camera_with_a_publisher_that_delivers_nothing_is_named(domain_id, node):
    best_effort = QoSProfile(depth=1, reliability=ReliabilityPolicy.BEST_EFFORT)
    publisher = node.create_publisher(Image, '/camera_primary/image_raw', best_effort)
    code, said, _ = run_node(
        'policy_node',
        local_environment(domain_id),
        '-p',
        'robots:=[ur5e]',
        '-p',
        'policy:=scripted',
        '-p',
        'startup_timeout:=4.0',
    )
    assert publisher.topic_name in said
    assert 'has 1 publisher(s) but nothing arrives' in said
    assert code == 1
