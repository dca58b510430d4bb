# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Poses to grasp, carry and drop a block."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.embodiment import load_embodiment, robot_names
from octo_ros.geometry import Pose
from octo_ros.robots.kinematics import Kinematics
from octo_ros.robots.model import load_robot_model
from octo_ros.sim.grasping import GraspPlanner
from octo_ros.sim.gripper_frame import GripperFrame
from octo_ros.sim.layout import load_layout
from octo_ros.sim.scene import Bin, Block, Scene

ROBOTS = {name: load_embodiment(name) for name in robot_names()}
ARMS = {name: Kinematics.for_embodiment(robot) for name, robot in ROBOTS.items()}
PLANS = {name: GraspPlanner(ROBOTS[name], ARMS[name]) for name in robot_names()}
FRAMES = {name: GripperFrame.of(load_robot_model(robot)) for name, robot in ROBOTS.items()}
BIN = Bin(Pose.from_xyz_rpy((0.4, 0.2, 0.031)), np.array([0.16, 0.12, 0.05]))


def block(color='red', xyz=(0.3, 0.0, 0.02), rpy=(0, 0, 0)):
    return Block(f'{color} block', color, 0.04, Pose.from_xyz_rpy(xyz, rpy))


def scene(*blocks, tcp=(0.3, 0.0, 0.2)):
    return Scene(0, blocks, BIN, Pose.from_xyz_rpy(tcp), 1.0)


@given(
    st.sampled_from(robot_names()),
    st.floats(-3.1, 3.1),
    st.sampled_from([(0, 0), (np.pi / 2, 0), (0, np.pi / 2), (np.pi, 0)]),
)
def test_fingers_close_on_two_faces_and_turn_no_more_than_needed(name, yaw, lying_on):
    cube = block(rpy=(*lying_on, yaw))
    chosen = PLANS[name].yaw_for(cube)
    opening = np.array([np.cos(chosen), np.sin(chosen), 0.0])
    assert np.abs(cube.pose.rotation.T @ opening).max() == pytest.approx(1.0)
    home = ARMS[name].tcp_pose(np.array(ROBOTS[name].home))
    assert abs(chosen - FRAMES[name].yaw(home.rotation)) <= np.pi / 4 + 1e-9


@given(st.sampled_from(robot_names()), st.floats(-0.2, 0.5))
def test_the_fingertips_stay_above_the_table(name, height):
    pose = PLANS[name].down_at(0.3, 0.0, height)
    lowest = pose.position[2] - FRAMES[name].reach
    assert lowest >= 0.001
    assert pose.position[2] >= ROBOTS[name].limits.workspace_min[2]


@pytest.mark.parametrize('name', robot_names())
def test_a_block_is_grasped_where_it_is_and_carried_over_all_else(name):
    plan, cube = PLANS[name], block(xyz=(0.31, -0.05, 0.02))
    at = plan.at_block(cube, 0.0)
    np.testing.assert_array_equal(at.position[:2], (0.31, -0.05))
    assert at.position[2] - cube.pose.position[2] < 0.015
    above = plan.above_block(scene(cube), 'red', 0.0)
    assert above.position[2] - 0.02 - 0.015 > max(BIN.rim, cube.size)


def test_blocks_are_put_apart_from_those_in_the_bin():
    plan, placed = PLANS['widowx'], []
    colors = ('red', 'green', 'blue')
    for color in colors:
        rest = [block(c, (0.25, -0.1, 0.02)) for c in colors[colors.index(color) :]]
        spot = plan.above_bin(scene(*placed, *rest), color).position
        placed.append(block(color, (*spot[:2], BIN.floor + 0.02)))
        assert BIN.holds(placed[-1].pose.position + np.array([0.02, 0.02, 0.0]))
    positions = sorted(b.pose.position[0] for b in placed)
    assert min(np.diff(positions)) > 0.04


def test_a_block_is_dropped_from_just_above_the_floor():
    above = PLANS['widowx'].above_bin(scene(block()), 'red')
    held = scene(block(xyz=(0.3, 0.0, 0.10)), tcp=(0.3, 0.0, 0.105))
    drop = PLANS['widowx'].drop(held, 'red', above)
    lower_face = drop.position[2] - 0.005 - 0.02
    assert lower_face - BIN.floor == pytest.approx(0.012)


@pytest.mark.parametrize(
    ('xyz', 'tcp', 'lifted'),
    [
        ((0.3, 0.0, 0.1), (0.3, 0.0, 0.11), True),
        ((0.3, 0.0, 0.02), (0.3, 0.0, 0.02), False),
        ((0.3, 0.0, 0.1), (0.3, 0.05, 0.1), False),
    ],
)
def test_lifted_is_in_the_gripper_and_off_the_table(xyz, tcp, lifted):
    assert GraspPlanner.lifted(scene(block(xyz=xyz), tcp=tcp), block(xyz=xyz)) == lifted


@pytest.mark.parametrize('name', robot_names())
def test_every_pose_of_the_layout_is_within_easy_reach(name):
    """Solvable from home, away from the joint limits, and not near a singularity."""
    plan, arm, layout = PLANS[name], ARMS[name], load_layout(ROBOTS[name])
    low, high = layout.blocks.area_min, layout.blocks.area_max
    bin_x = layout.bin.center[0] + np.array([-0.33, 0.0, 0.33]) * layout.bin.size[0]
    corners = product((low[0], high[0]), (low[1], high[1]), (-1, 1))
    for x, y, turn in (*corners, *((x, layout.bin.center[1], 0) for x in bin_x)):
        for z in (0.0, 0.13):
            yaw = plan.yaw_for(block()) + turn * np.pi / 4
            solution = arm.inverse(plan.down_at(x, y, z, yaw), np.array(ROBOTS[name].home))
            assert np.linalg.svd(arm.jacobian(solution), compute_uv=False)[-1] > 0.08
