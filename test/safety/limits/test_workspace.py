# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Walls slow down what moves towards them, and nothing else."""

import numpy as np
import pytest

from octo_ros.geometry import Pose
from octo_ros.safety.limits.limit import Configuration
from octo_ros.safety.limits.workspace import WorkspaceLimit
from octo_ros.safety.stop import StraightStop
from octo_ros.safety_codes import SafetyCode

DT = 0.01
STOP = StraightStop([2.0, 2.0, 2.0], DT)
LIMIT = WorkspaceLimit([0.0, 0.0, 0.0], [1.0, 1.0, 1.0], STOP, DT)
GANTRY = np.eye(6)[:, :3]  # three joints that move the TCP along x, y, z


def at(position, velocities=(0.0, 0.0, 0.0)):
    tcp = Pose.from_xyz_rpy(position)
    return LIMIT.constraint(Configuration(np.zeros(3), np.array(velocities), tcp, GANTRY))


def test_each_axis_is_a_row_of_its_own():
    constraint = at([0.5, 0.5, 0.5])
    assert constraint.code is SafetyCode.PROJECTED_ON_WORKSPACE
    np.testing.assert_array_equal(constraint.matrix, np.eye(3))


def test_at_a_wall_only_the_way_through_it_is_closed():
    constraint = at([1.0, 0.0, 0.5])
    assert constraint.upper[0] == 0.0
    assert constraint.lower[1] == 0.0
    assert (np.abs([constraint.lower[0], constraint.upper[1], constraint.upper[2]]) > 1.0).all()


def test_outside_the_way_back_is_open():
    constraint = at([1.2, -0.1, 0.5])
    assert constraint.upper[0] == 0.0
    assert constraint.lower[0] < 0.0
    assert constraint.lower[1] == 0.0
    assert constraint.upper[1] > 0.0


@pytest.mark.parametrize('speed', [0.05, 0.2, 0.5])
def test_from_the_allowed_speed_a_straight_stop_ends_before_the_wall(speed):
    position, v = 0.0, np.array([speed, 0.0, 0.0])
    while at([position, 0.5, 0.5], v).upper[0] > speed:
        position += speed * DT
    while v.any():
        v = STOP.next(v)
        position += v[0] * DT
    assert 1.0 - 0.1 * speed < position < 1.0
