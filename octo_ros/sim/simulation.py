# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A simulated arm on a table with coloured blocks and a bin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.geometry import Pose, readonly
from octo_ros.robots.model import load_robot_model
from octo_ros.sim.engine import mujoco
from octo_ros.sim.layout import load_layout
from octo_ros.sim.mjcf import GRIPPER, quaternion, tune_servos
from octo_ros.sim.placement import place_blocks
from octo_ros.sim.scene import Bin, Block, Scene
from octo_ros.sim.world import TIMESTEP, block_name, build_model

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array

_SETTLING = 0.1  # s after a reset, until the blocks rest


@dataclass(frozen=True)
class SimJointState:
    """What the simulated robot reports, as its driver would.

    Attributes:
        names: Arm joints, then the gripper's joint.
        positions: Shape (n + 1,), rad; the gripper's in the unit of its joint.
        velocities: Shape (n + 1,), the same per second.
    """

    names: tuple[str, ...]
    positions: Array
    velocities: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, 'positions', readonly(self.positions, (len(self.names),)))
        object.__setattr__(self, 'velocities', readonly(self.velocities, (len(self.names),)))


class Simulation:
    """Arm, gripper, table, blocks and bin, advanced by `step`. For one thread at a time.

    Args:
        embodiment: The robot; its surroundings are read from `config/sim/<name>.yaml`.
        seed: Seed of the first scene.

    Attributes:
        embodiment: The robot.
        layout: Its surroundings.
        model: The compiled MuJoCo model.
        data: Its state, for the renderer.
    """

    def __init__(self, embodiment: Embodiment, seed: int = 0) -> None:
        self.embodiment = embodiment
        self.layout = load_layout(embodiment)
        self.model = build_model(embodiment, self.layout)
        self.data = mujoco.MjData(self.model)
        tune_servos(self.model, self.data, embodiment)
        self._robot = load_robot_model(embodiment)
        self._fingers = tuple(finger.joint for finger in self._robot.fingers)
        self._moving = self._moving_geoms()
        self._end = 0.0
        self._reset_count = -1  # the first scene is not a reset
        self.reset(seed)

    @property
    def time(self) -> float:
        """Simulated seconds since the start; a reset does not turn it back."""
        return float(self.data.time)

    def reset(self, seed: int) -> None:
        """Arm at home, gripper open, blocks where the seed puts them."""
        time = self.time
        mujoco.mj_resetData(self.model, self.data)
        for name, position in zip(self.embodiment.joints, self.embodiment.home, strict=True):
            self.data.joint(name).qpos[0] = position
        for name in self._fingers:
            self.data.joint(name).qpos[0] = self._robot.finger_open
        poses = place_blocks(self.layout.blocks, np.random.default_rng(seed))
        for color, pose in zip(self.layout.blocks.colors, poses, strict=True):
            qpos = self.data.joint(block_name(color)).qpos
            qpos[:3], qpos[3:] = pose.position, quaternion(pose.rotation)
        self.command_joints(self.embodiment.home)
        self.command_gripper(1.0)
        self._end = 0.0
        self.step(_SETTLING)
        self.data.time = self._end = time
        self._reset_count += 1

    def command_joints(self, positions: Array | tuple[float, ...]) -> None:
        """Set the joint references [rad] to hold, in the order of `embodiment.joints`."""
        for name, position in zip(self.embodiment.joints, positions, strict=True):
            self.data.actuator(name).ctrl[0] = position

    def command_gripper(self, opening: float) -> None:
        """Set the opening to hold, 0 closed .. 1 open, clipped to that range."""
        self.data.actuator(GRIPPER).ctrl[0] = self._travel(float(np.clip(opening, 0.0, 1.0)))

    def step(self, duration: float) -> None:
        """Advance by `duration` [s]; a rest below the time step is left to the next call."""
        self._end += duration
        steps = round((self._end - self.time) / TIMESTEP)
        if steps > 0:
            mujoco.mj_step(self.model, self.data, nstep=steps)
        # The step integrates last: bring the poses up to the new positions.
        mujoco.mj_kinematics(self.model, self.data)
        mujoco.mj_comPos(self.model, self.data)
        mujoco.mj_camlight(self.model, self.data)

    def joint_state(self) -> SimJointState:
        """Joint positions and velocities as the robot's driver would report them."""
        joints = [self.data.joint(name) for name in self.embodiment.joints]
        gripper = self.embodiment.gripper
        per_travel = (gripper.open_position - gripper.closed_position) / self._stroke
        position = gripper.position(self.gripper_opening)
        velocity = per_travel * np.mean([self.data.joint(name).qvel[0] for name in self._fingers])
        return SimJointState(
            (*self.embodiment.joints, gripper.joint),
            np.array([*(joint.qpos[0] for joint in joints), position]),
            np.array([*(joint.qvel[0] for joint in joints), velocity]),
        )

    @property
    def gripper_opening(self) -> float:
        """Mean opening of the two fingers, 0 closed .. 1 open."""
        travel = np.mean([self.data.joint(name).qpos[0] for name in self._fingers])
        return float((travel - self._robot.finger_closed) / self._stroke)

    @property
    def tcp_pose(self) -> Pose:
        """Where the TCP is, in the base frame."""
        site = self.data.site(self._robot.tcp_link)
        return Pose(site.xpos, site.xmat.reshape(3, 3))

    def link_poses(self) -> dict[str, Pose]:
        """Pose of every moving link of the arm and the gripper in the base frame, by name."""
        bodies = [self.data.body(segment.link) for segment in self._robot.segments]
        bodies += [self.data.body(finger.link) for finger in self._robot.fingers]
        return {body.name: Pose(body.xpos, body.xmat.reshape(3, 3)) for body in bodies}

    def scene(self, stamp_ns: int) -> Scene:
        """The truth about the scene.

        Args:
            stamp_ns: The time of now in the caller's clock [ns].
        """
        blocks = []
        for color in self.layout.blocks.colors:
            body = self.data.body(block_name(color))
            pose = Pose(body.xpos, body.xmat.reshape(3, 3))
            blocks.append(Block(block_name(color), color, self.layout.blocks.size, pose))
        return Scene(
            stamp_ns,
            tuple(blocks),
            self._bin(),
            self.tcp_pose,
            self.gripper_opening,
            self._reset_count,
        )

    def lowest_point(self) -> float:
        """Height of the lowest point of all that moves [m]; negative: inside the table."""
        heights = self.data.geom_xpos[self._moving, 2]
        z_axes = self.data.geom_xmat[self._moving].reshape(-1, 3, 3)[:, 2]
        size = self.model.geom_size[self._moving]
        capsule = self.model.geom_type[self._moving] == mujoco.mjtGeom.mjGEOM_CAPSULE
        below_capsule = size[:, 0] + abs(z_axes[:, 2]) * size[:, 1]
        below_box = (abs(z_axes) * size).sum(axis=1)
        return float((heights - np.where(capsule, below_capsule, below_box)).min())

    def _bin(self) -> Bin:
        bin_ = self.layout.bin
        center = (*bin_.center, bin_.wall + bin_.size[2] / 2)
        return Bin(Pose.from_xyz_rpy(center), np.array(bin_.size))

    def _moving_geoms(self) -> NDArray[np.int64]:
        """Indices of all shapes that can move."""
        return np.flatnonzero(self.model.body_weldid[self.model.geom_bodyid] > 0)

    @property
    def _stroke(self) -> float:
        return self._robot.finger_open - self._robot.finger_closed

    def _travel(self, opening: float) -> float:
        return self._robot.finger_closed + opening * self._stroke
