# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The recorder writes bags that the converter's reader takes."""

import signal
import subprocess
import sys

import pytest
from rclpy.executors import SingleThreadedExecutor
from std_msgs.msg import String

from octo_ros.bringup.supervisor import local_environment
from octo_ros.data.bags.bag import Bag
from octo_ros.nodes import qos
from octo_ros_msgs.msg import EndEffectorDelta

pytestmark = pytest.mark.ros


def test_all_messages_of_its_topics_are_in_the_bag(tmp_path, domain_id, node):
    bag = tmp_path / 'bags/one'
    process = subprocess.Popen(
        [
            sys.executable,
            '-m',
            'octo_ros.nodes.recorder_node',
            '--ros-args',
            '-p',
            f'output:={bag}',
            '-p',
            'topics:=[/octo/action, /octo/instruction]',
        ],
        env=local_environment(domain_id),
    )
    try:
        executor = SingleThreadedExecutor(context=node.context)
        executor.add_node(node)
        actions = node.create_publisher(EndEffectorDelta, '/octo/action', qos.COMMANDS)
        words = node.create_publisher(String, '/octo/instruction', qos.LATCHED)
        words.publish(String(data='said before the recorder listened'))
        for _ in range(1500):
            executor.spin_once(timeout_sec=0.02)
            if actions.get_subscription_count() and words.get_subscription_count():
                break
        for seq in range(50):
            actions.publish(EndEffectorDelta(seq=seq, duration=0.1))
            executor.spin_once(timeout_sec=0.005)
        executor.spin_once(timeout_sec=0.5)
        executor.shutdown()
    finally:
        process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0
    with Bag(bag) as opened:
        assert opened.topics == {
            '/octo/action': 'octo_ros_msgs/msg/EndEffectorDelta',
            '/octo/instruction': 'std_msgs/msg/String',
        }
        messages = list(opened.messages(['/octo/action', '/octo/instruction']))
    sequence = [m.value.seq for m in messages if m.topic == '/octo/action']
    assert sequence == list(range(50))
    assert [m.value.data for m in messages if m.topic == '/octo/instruction'] == [
        'said before the recorder listened'
    ]
