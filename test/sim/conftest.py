# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A simulated arm to share, and a follower that closes the loop from policy to servos."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest

from octo_ros.embodiment import Embodiment, load_embodiment
from octo_ros.geometry import Pose, rotation_vector_from_matrix
from octo_ros.robots.kinematics import Kinematics
from octo_ros.sim.renderer import Renderer
from octo_ros.sim.scene import Scene
from octo_ros.sim.scripted_policy import ScriptedPolicy
from octo_ros.sim.simulation import Simulation
from octo_ros.types import ActionChunk, ObservationWindow, Task

WINDOW = ObservationWindow({}, np.zeros((1, 7)), np.ones(1, bool), np.zeros(1, np.int64))
TICK = 0.01  # s


@cache
def simulation_of(name: str) -> Simulation:
    return Simulation(load_embodiment(name))


@pytest.fixture
def simulate() -> Callable[..., Simulation]:
    """A simulation of a robot by name, reset to a seed; built once per robot."""

    def _simulate(name: str, seed: int = 0) -> Simulation:
        simulation = simulation_of(name)
        simulation.reset(seed)
        return simulation

    return _simulate


@pytest.fixture
def widowx(simulate: Callable[..., Simulation]) -> Simulation:
    return simulate('widowx')


@pytest.fixture(scope='session')
def renderer() -> Iterator[Renderer]:
    with Renderer(simulation_of('widowx')) as renderer:
        yield renderer


class Follower:
    """Differential inverse kinematics at 100 Hz within the robot's limits."""

    def __init__(self, embodiment: Embodiment) -> None:
        self._limits = embodiment.limits
        self._kinematics = Kinematics.for_embodiment(embodiment)
        self._positions = np.array(embodiment.home)
        self._velocities = np.zeros(len(self._positions))
        self._goal = self._kinematics.tcp_pose(self._positions)

    def tick(self, translation: np.ndarray, rotation: np.ndarray) -> np.ndarray:
        goal = self._goal.displaced(translation, rotation)
        low, high = self._limits.workspace_min, self._limits.workspace_max
        self._goal = Pose(np.clip(goal.position, low, high), goal.rotation)
        tcp = self._kinematics.tcp_pose(self._positions)
        turn = rotation_vector_from_matrix(self._goal.rotation @ tcp.rotation.T)
        error = np.concatenate([self._goal.position - tcp.position, turn])
        twist = np.concatenate([translation, rotation]) / TICK + 15.0 * error
        jacobian = self._kinematics.jacobian(self._positions)
        damped = jacobian @ jacobian.T + 1e-5 * np.eye(6)
        velocities = jacobian.T @ np.linalg.solve(damped, twist)
        velocities /= max(1.0, float(np.max(np.abs(velocities) / self._limits.velocity)))
        change = np.array(self._limits.acceleration) * TICK
        self._velocities += np.clip(velocities - self._velocities, -change, change)
        self._positions = self._positions + self._velocities * TICK
        return self._positions


@dataclass(frozen=True)
class Outcome:
    """How an episode went: lowest point [m], fastest commanded speeds [m/s, rad/s]."""

    finished: bool
    seconds: float
    lowest: float
    linear_speed: float
    angular_speed: float
    scene: Scene


@pytest.fixture
def carry_out() -> Callable[..., Outcome]:
    """Let a policy carry out an instruction on a simulation that stands at home."""

    def _carry_out(
        simulation: Simulation,
        policy: ScriptedPolicy,
        instruction: str,
        show: Callable[[Scene], None],
        task_id: int = 1,
    ) -> Outcome:
        follower = Follower(simulation.embodiment)
        begin, lowest, chunks = simulation.time, np.inf, []
        while simulation.time - begin < 30.0 and not (chunks and chunks[-1].finished):
            now = round(simulation.time * 1e9)
            show(simulation.scene(now))
            chunks.append(policy.infer(WINDOW, Task(task_id, instruction), now))
            lowest = min(lowest, _execute(simulation, follower, chunks[-1]))
        actions = np.array([chunk.actions[0] for chunk in chunks])
        return Outcome(
            chunks[-1].finished,
            simulation.time - begin,
            lowest,
            float(np.linalg.norm(actions[:, :3], axis=1).max()) / 0.1,
            float(np.linalg.norm(actions[:, 3:6], axis=1).max()) / 0.1,
            simulation.scene(round(simulation.time * 1e9)),
        )

    return _carry_out


def _execute(simulation: Simulation, follower: Follower, chunk: ActionChunk) -> float:
    """Make the first action of a chunk; returns the lowest point on the way [m]."""
    action, lowest = chunk.actions[0], np.inf
    simulation.command_gripper(action[6])
    for _ in range(10):
        simulation.command_joints(follower.tick(action[:3] / 10, action[3:6] / 10))
        simulation.step(TICK)
        lowest = min(lowest, simulation.lowest_point())
    return lowest
