# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the tests of the fuzzer share: robots, their judges, and paths with a chosen jerk."""

from __future__ import annotations

from functools import cache

import pytest

from octo_ros.embodiment import load_embodiment
from octo_ros.robots.model import load_robot_model
from octo_ros.safety.fuzz.judge import Judge

ROBOTS = ('widowx', 'franka', 'fr3', 'ur5', 'ur5e')

robot = cache(load_embodiment)


@cache
def _model(name):
    return load_robot_model(robot(name))


@cache
def _judge(name):
    return Judge(robot(name), _model(name))


@pytest.fixture
def franka():
    return robot('franka')


@pytest.fixture(params=ROBOTS)
def any_robot(request):
    """Contract, geometry and judge of each robot."""
    return robot(request.param), _model(request.param), _judge(request.param)


@pytest.fixture
def judge():
    return _judge('franka')
