# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Physics of arm, gripper and blocks."""

from __future__ import annotations

import numpy as np
import pytest

from octo_ros.embodiment import load_embodiment, robot_names
from octo_ros.geometry import Pose
from octo_ros.robots.kinematics import Kinematics
from octo_ros.sim.simulation import Simulation


def snapshot(simulation):
    scene = simulation.scene(0)
    return np.concatenate([simulation.data.qpos, *(b.pose.position for b in scene.blocks)])


def test_the_same_seed_gives_the_same_run(widowx):
    twin = Simulation(load_embodiment('widowx'), seed=3)
    for simulation in (widowx, twin):
        simulation.reset(3)
        simulation.command_joints(np.array(simulation.embodiment.home) + 0.2)
        simulation.step(0.5)
    np.testing.assert_array_equal(snapshot(widowx), snapshot(twin))


def test_another_seed_gives_another_scene(widowx):
    widowx.reset(1)
    first = snapshot(widowx)
    widowx.reset(2)
    assert np.abs(snapshot(widowx) - first).max() > 0.01


def test_time_goes_on_and_resets_are_counted(widowx):
    time, count = widowx.time, widowx.scene(0).reset_count
    widowx.step(0.25)
    widowx.reset(5)
    assert widowx.time == pytest.approx(time + 0.25)
    assert widowx.scene(0).reset_count == count + 1
    assert Simulation(load_embodiment('widowx')).scene(0).reset_count == 0


def test_rests_below_the_time_step_are_not_lost(widowx):
    time = widowx.time
    for _ in range(1000):
        widowx.step(0.0007)
    assert widowx.time == pytest.approx(time + 0.7, abs=0.002)


@pytest.mark.parametrize('name', robot_names())
def test_after_a_reset_everything_rests_at_its_place(name, simulate):
    simulation = simulate(name, seed=7)
    simulation.command_gripper(0.0)
    simulation.step(0.3)
    simulation.reset(7)
    state = simulation.joint_state()
    np.testing.assert_allclose(state.positions[:-1], simulation.embodiment.home, atol=1e-4)
    np.testing.assert_allclose(state.velocities, 0.0, atol=1e-3)
    gripper = simulation.embodiment.gripper
    assert state.names == (*simulation.embodiment.joints, gripper.joint)
    assert state.positions[-1] == pytest.approx(gripper.open_position, abs=1e-3)
    before = snapshot(simulation)
    simulation.step(1.0)
    np.testing.assert_allclose(snapshot(simulation), before, atol=2e-4)


@pytest.mark.parametrize('name', robot_names())
def test_the_arm_follows_its_reference_closely(name, simulate):
    simulation = simulate(name)
    positions = np.array(simulation.embodiment.home)
    speed = 0.3 * np.array(simulation.embodiment.limits.velocity)
    worst = 0.0
    for _ in range(50):
        positions = positions - 0.01 * speed
        simulation.command_joints(positions)
        simulation.step(0.01)
        worst = max(worst, np.abs(simulation.joint_state().positions[:-1] - positions).max())
    assert worst < 0.3 * simulation.embodiment.tracking.max_joint_error
    simulation.step(0.3)
    np.testing.assert_allclose(simulation.joint_state().positions[:-1], positions, atol=1e-3)


@pytest.mark.parametrize('name', robot_names())
def test_the_gripper_reports_its_own_joint(name, simulate):
    simulation = simulate(name)
    gripper = simulation.embodiment.gripper
    for opening in (0.0, 0.6, 1.0):
        simulation.command_gripper(opening)
        simulation.step(1.5)
        position = simulation.joint_state().positions[-1]
        assert gripper.opening(position) == pytest.approx(opening, abs=0.02)
        assert simulation.scene(0).gripper_opening == pytest.approx(opening, abs=0.02)


@pytest.mark.parametrize('name', robot_names())
def test_an_arm_pressed_on_the_table_does_not_go_through(name, simulate):
    simulation = simulate(name)
    embodiment = simulation.embodiment
    kinematics = Kinematics.for_embodiment(embodiment)
    positions = np.array(embodiment.home)
    tcp = kinematics.tcp_pose(positions)
    area = simulation.layout.blocks
    clear = (area.area_min[0], area.area_max[1] + 0.04)
    for height in np.linspace(tcp.position[2], -0.01, 60):
        goal = Pose(np.array([*clear, height]), tcp.rotation)
        positions = kinematics.inverse(goal, positions)
        simulation.command_joints(positions)
        simulation.step(0.04)
    assert -0.004 < simulation.lowest_point() < 0.001


def test_the_lowest_point_is_that_of_the_lowest_shape(widowx):
    assert widowx.lowest_point() == pytest.approx(0.0, abs=1e-4)  # the resting blocks
    for color in widowx.layout.blocks.colors:
        widowx.data.joint(f'{color} block').qpos[2] = 1.0
    half = np.pi / 8  # turned by 45° about x, the block stands on an edge
    widowx.data.joint('red block').qpos[2:] = 0.03, np.cos(half), np.sin(half), 0, 0
    widowx.step(0.0)
    on_edge = 0.03 - 0.02 * np.sqrt(2)
    assert widowx.lowest_point() == pytest.approx(on_edge, abs=1e-6)
    widowx.data.joint('red block').qpos[2] = 1.0
    widowx.step(0.0)
    base_capsule = 0.072 + 0.005 - 0.03 / 2 - 0.045  # the shoulder link's, from the model
    assert widowx.lowest_point() == pytest.approx(base_capsule, abs=1e-6)


def test_a_gripped_block_neither_slips_nor_sinks_into_the_fingers(widowx):
    pose = widowx.tcp_pose
    joint = widowx.data.joint('green block')
    joint.qpos[:3], joint.qpos[3:] = pose.position, (1, 0, 0, 0)
    joint.qvel[:] = 0.0
    widowx.command_gripper(0.0)
    widowx.model.opt.gravity[2] = 0.0
    widowx.step(1.0)
    widowx.model.opt.gravity[2] = -9.81
    held = widowx.scene(0).block('green').pose.position
    widowx.step(5.0)
    now = widowx.scene(0).block('green').pose.position
    assert np.linalg.norm(now - held) < 0.001
    fingers = widowx.data.contact.dist[widowx.data.contact.dist < -1e-4]
    assert fingers.min() > -0.001


def test_joint_references_must_be_one_per_joint(widowx):
    with pytest.raises(ValueError, match='zip'):
        widowx.command_joints(np.zeros(3))
