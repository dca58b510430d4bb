# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Shared by all tests: real nodes in a private domain of this machine."""

import importlib.util
import os
import signal

import pytest
from hypothesis import settings

from octo_ros.bringup.supervisor import local_environment

# One domain per test process, below 60: demos take those above.
DOMAIN = 1 + os.getpid() % 59
os.environ.update(local_environment(DOMAIN))
os.environ.setdefault('OMP_NUM_THREADS', '1')
# A runner in the background of a script has these ignored, and so would every child.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

# A busy machine is no failure.
settings.register_profile('octo_ros', deadline=None)
settings.load_profile('octo_ros')


def have_ros() -> bool:
    # With the repository root on the path, octo_ros_msgs is importable as an empty namespace.
    spec = importlib.util.find_spec('octo_ros_msgs')
    return (
        importlib.util.find_spec('rclpy') is not None
        and spec is not None
        and spec.origin is not None
    )


def pytest_collection_modifyitems(items):
    if have_ros():
        for item in items:
            if 'ros' in item.keywords and 'proof_of_stop' not in item.keywords:
                # Real processes in real time on a shared machine: one more try.
                item.add_marker(pytest.mark.flaky(reruns=1))
        return
    skip = pytest.mark.skip(reason='needs rclpy and the built messages: make env')
    for item in items:
        if 'ros' in item.keywords:
            item.add_marker(skip)


def pytest_ignore_collect(collection_path, config):
    del config
    return True if collection_path.name == 'nodes' and not have_ros() else None


@pytest.fixture
def domain_id() -> int:
    return DOMAIN
