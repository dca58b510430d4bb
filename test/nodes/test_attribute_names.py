# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A node's own attributes must not hide those of its base classes, such as `_parameters`."""

import inspect
import re
from pathlib import Path

import pytest
import rclpy.lifecycle.node
import rclpy.node

import octo_ros.nodes

ROOM = Path(octo_ros.nodes.__file__).parent
ATTRIBUTE = re.compile(r'self\.(_\w+)')


def attributes(text):
    return set(ATTRIBUTE.findall(text))


@pytest.mark.parametrize('path', sorted([*ROOM.glob('*_node.py'), ROOM / 'managed.py']))
def test_nothing_of_rclpy_is_hidden(path):
    theirs = attributes(inspect.getsource(rclpy.node) + inspect.getsource(rclpy.lifecycle.node))
    assert '_parameters' in theirs
    assert not attributes(path.read_text()) & theirs


@pytest.mark.parametrize('name', ['policy_node', 'safety_filter_node'])
def test_nothing_of_the_managed_node_is_hidden(name):
    base = (ROOM / 'managed.py').read_text()
    assert '_failure' in attributes(base)
    own = set(re.findall(r'self\.(_\w+)(?:: [^=\n]+)? = ', (ROOM / f'{name}.py').read_text()))
    assert own
    assert not own & attributes(base)
