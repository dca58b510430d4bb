# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The scripted expert, closed loop on simulated arms."""

from __future__ import annotations

import numpy as np
import pytest

from octo_ros.embodiment import load_embodiment, robot_names
from octo_ros.errors import UnknownNameError
from octo_ros.robots.kinematics import Kinematics
from octo_ros.sim.expert import Expert, paces
from octo_ros.sim.scripted_policy import ScriptedPolicy
from octo_ros.sim.tasks import SimTask, TaskKind, parse_instruction, succeeded

COLORS = ('red', 'green', 'blue')


class Stage:
    """A simulation and an expert that looks at it."""

    def __init__(self, simulation, carry_out):
        self.simulation = simulation
        self._carry_out = carry_out
        self._scene = None
        self._policy = ScriptedPolicy(simulation.embodiment, lambda: self._scene)
        self._tasks = 0

    def perform(self, instruction, during=lambda scene: None):
        def show(scene):
            self._scene = scene
            during(scene)

        self._tasks += 1
        return self._carry_out(self.simulation, self._policy, instruction, show, self._tasks)


@pytest.fixture
def stage(simulate, carry_out):
    return lambda name, seed=0: Stage(simulate(name, seed), carry_out)


@pytest.mark.parametrize('kind', [TaskKind.REACH, TaskKind.PUT_IN_BIN])
@pytest.mark.parametrize('name', robot_names())
def test_every_robot_reaches_a_block_and_puts_it_in_the_bin(name, kind, stage):
    task = SimTask(kind, COLORS[len(name) % 3])
    theatre = stage(name, seed=11)
    limits = theatre.simulation.embodiment.limits
    outcome = theatre.perform(task.instruction)
    assert outcome.finished
    assert succeeded(task, outcome.scene)
    assert outcome.lowest > -0.001
    assert outcome.linear_speed <= min(0.18, 0.8 * limits.linear_speed) + 1e-6
    assert outcome.angular_speed <= 0.8 * min(1.0, limits.angular_speed) + 1e-6


@pytest.mark.proof
@pytest.mark.parametrize('kind', TaskKind)
@pytest.mark.parametrize('name', robot_names())
def test_twenty_scenes_out_of_twenty(name, kind, stage):
    tasks = [SimTask(kind, COLORS[seed % 3]) for seed in range(20)]
    theatres = (stage(name, seed) for seed in range(20))
    done = [
        succeeded(task, theatre.perform(task.instruction).scene)
        for task, theatre in zip(tasks, theatres, strict=True)
    ]
    assert done == [True] * 20


def test_one_task_after_the_other_without_a_reset(stage):
    theatre = stage('franka', seed=5)
    for instruction in ('pick up the red block', 'put the green block in the bin'):
        outcome = theatre.perform(instruction)
        assert succeeded(parse_instruction(instruction), outcome.scene)
    red = outcome.scene.block('red').pose
    assert red.position[2] == pytest.approx(0.02, abs=0.002)  # it was set down, not dropped
    assert abs(red.rotation[2, 2]) > 0.99


def test_a_block_that_moves_is_followed_and_a_lost_grasp_repeated(stage):
    theatre = stage('widowx', seed=2)
    joint = theatre.simulation.data.joint('red block')
    pushes = []

    def take_away(scene):
        """Pull the block out of the gripper, once."""
        if not pushes and scene.block('red').pose.position[2] > 0.06:
            joint.qpos[:7] = (0.30, -0.08, 0.021, 1, 0, 0, 0)
            joint.qvel[:] = 0.0
            pushes.append(scene.stamp_ns)

    outcome = theatre.perform('pick up the red block', take_away)
    assert pushes
    assert succeeded(SimTask(TaskKind.PICK_UP, 'red'), outcome.scene)


def test_a_finished_expert_holds_still(widowx):
    expert = Expert(widowx.embodiment, 0.1)
    scene = widowx.scene(0)
    expert.start(SimTask(TaskKind.REACH, 'red'), scene)
    expert._script = iter(())
    step = expert.step(scene, scene.tcp_pose)
    assert step.finished
    np.testing.assert_allclose(step.translation, 0.0, atol=1e-9)
    assert step.gripper == pytest.approx(1.0)


def test_a_block_that_is_not_there_cannot_be_started_with(widowx):
    scene = widowx.scene(0)
    with pytest.raises(UnknownNameError, match='Known: blue, green, red'):
        Expert(widowx.embodiment, 0.1).start(SimTask(TaskKind.REACH, 'pink'), scene)


@pytest.mark.parametrize('name', robot_names())
def test_the_pace_leaves_every_joint_a_reserve(name):
    embodiment = load_embodiment(name)
    home = np.array(embodiment.home)
    jacobian = Kinematics.for_embodiment(embodiment).jacobian(home)
    linear, angular = paces(embodiment.limits, jacobian)
    inverse = np.linalg.pinv(jacobian)
    velocity = np.array(embodiment.limits.velocity)
    assert (np.linalg.norm(inverse[:, :3], axis=1) * linear.speed <= 0.6 * velocity + 1e-9).all()
    assert (np.linalg.norm(inverse[:, 3:], axis=1) * angular.speed <= 0.6 * velocity + 1e-9).all()
    assert linear.speed <= 0.18
    assert angular.speed <= 0.8
