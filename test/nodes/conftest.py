# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
import pytest
import rclpy
from rclpy.context import Context
from rclpy.node import Node


@pytest.fixture
def node(domain_id):
    """A plain node in the test's own process."""
    context = Context()
    rclpy.init(context=context, domain_id=domain_id)
    made = Node('octo_test', context=context)
    yield made
    made.destroy_node()
    rclpy.try_shutdown(context=context)
