# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the tests of the safety filter share: a blameless command, and robots read once."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from octo_ros.embodiment import load_embodiment
from octo_ros.robots.kinematics import Kinematics
from octo_ros.safety.verdict import CommandContext
from octo_ros.types import Command, JointState

NOW = 1_700_000_000_000_000_000

robot = cache(load_embodiment)


@cache
def _kinematics(name):
    return Kinematics.for_embodiment(robot(name))


@pytest.fixture
def now():
    return NOW


@pytest.fixture
def embodiment():
    return robot('ur5e')


@pytest.fixture
def kinematics():
    return _kinematics('ur5e')


@pytest.fixture
def command():
    """Makes a good command for the UR5e; keyword arguments make it worse."""

    def make(**changes):
        values = {
            'stamp_ns': NOW,
            'seq': 1,
            'frame_id': 'base_link',
            'translation': np.array([0.005, 0.0, -0.01]),
            'rotation': np.array([0.0, 0.02, 0.01]),
            'gripper': 0.4,
            'duration': 0.1,
        }
        return Command(**{**values, **changes})

    return make


@pytest.fixture
def context():
    def make(**changes):
        values = {'now_ns': NOW, 'last_stamp_ns': 0, 'last_seq': None, 'backlog': 0.0}
        return CommandContext(**{**values, **changes})

    return make


@pytest.fixture
def resting():
    """Makes the joint state of an arm at rest."""

    def make(q, stamp_ns=NOW, gripper=0.5):
        return JointState(stamp_ns, np.array(q), np.zeros(len(q)), gripper)

    return make
