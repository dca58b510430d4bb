# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where the TCP has to be to grasp, carry and drop a block, with the gripper pointing down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.geometry import Pose
from octo_ros.robots.model import load_robot_model
from octo_ros.sim.gripper_frame import GripperFrame

if TYPE_CHECKING:
    from octo_ros.embodiment import Embodiment
    from octo_ros.robots.kinematics import Kinematics
    from octo_ros.sim.scene import Block, Scene

_CLEARANCE = 0.03  # m between a carried block and what it is carried over
_ABOVE_FLOOR = 0.002  # m between the workspace's floor and the lowest TCP that is asked for
_DROP = 0.012  # m that a block falls into the bin
_HELD = 0.03  # m between TCP and the centre of a block in the gripper
_SPOTS = (0.0, -0.33, 0.33)  # of the bin's length, from its middle: where blocks are put


class GraspPlanner:
    """Poses of the TCP for one robot's gripper.

    Args:
        embodiment: The robot.
        kinematics: Its kinematics.
    """

    def __init__(self, embodiment: Embodiment, kinematics: Kinematics) -> None:
        self._frame = GripperFrame.of(load_robot_model(embodiment))
        home = kinematics.tcp_pose(np.array(embodiment.home))
        self._home_yaw = self._frame.yaw(home.rotation)
        floor = float(embodiment.limits.workspace_min[2])
        self._lowest = max(floor, self._frame.reach) + _ABOVE_FLOOR

    def down_at(self, x: float, y: float, z: float, yaw: float | None = None) -> Pose:
        """Pointing down at a point [m], but not below the workspace or into the table.

        The fingers open along the direction `yaw` [rad]; None takes that of the home pose.
        """
        rotation = self._frame.pointing_down(self._home_yaw if yaw is None else yaw)
        return Pose(np.array([x, y, max(z, self._lowest)]), rotation)

    def at_block(self, block: Block, yaw: float, offset: float = 0.0) -> Pose:
        """Around a block, `offset` [m] above its centre."""
        x, y, z = block.pose.position
        return self.down_at(x, y, z + offset, yaw)

    def above_block(self, scene: Scene, color: str, yaw: float) -> Pose:
        """Over a block, at the travelling height."""
        x, y, _ = scene.block(color).pose.position
        return self.down_at(x, y, self.travel_height(scene), yaw)

    def above_bin(self, scene: Scene, color: str) -> Pose:
        """Over the spot in the bin that is farthest from the other blocks in it."""
        bin_ = scene.bin
        others = [b.pose.position for b in scene.blocks if b.color != color]
        inside = [position[:2] for position in others if bin_.holds(position)]
        spots = [
            (bin_.pose.position + share * bin_.size[0] * bin_.pose.rotation[:, 0])[:2]
            for share in _SPOTS
        ]
        room = [min((float(np.hypot(*(s - p))) for p in inside), default=1.0) for s in spots]
        x, y = spots[int(np.argmax(room))]
        return self.down_at(x, y, self.travel_height(scene))

    def drop(self, scene: Scene, color: str, above: Pose) -> Pose:
        """Below `above`, where the block in the gripper is just over the bin's floor."""
        x, y, _ = above.position
        block = scene.block(color)
        hanging = float(scene.tcp_pose.position[2] - block.pose.position[2])
        return self.down_at(x, y, scene.bin.floor + block.size / 2 + hanging + _DROP)

    def set_down(self, scene: Scene, block: Block) -> Pose:
        """Right below, where the block in the gripper touches the table."""
        x, y, z = scene.tcp_pose.position
        height = z - block.pose.position[2] + block.size / 2 + _ABOVE_FLOOR
        return self.down_at(x, y, height, self._frame.yaw(scene.tcp_pose.rotation))

    def yaw_for(self, block: Block) -> float:
        """Direction of opening [rad] across two faces of the cube, the one nearest to home's."""
        side = block.pose.rotation[:, int(np.argmin(np.abs(block.pose.rotation[2])))]
        turn = np.arctan2(side[1], side[0]) - self._home_yaw
        return float(self._home_yaw + turn - np.pi / 2 * np.round(turn / (np.pi / 2)))

    @staticmethod
    def travel_height(scene: Scene) -> float:
        """TCP height [m] at which a block in the gripper clears the bin and the other blocks."""
        return scene.bin.rim + scene.blocks[0].size + _CLEARANCE

    @staticmethod
    def lifted(scene: Scene, block: Block) -> bool:
        """Whether a block is in the gripper and off the table."""
        distance = np.linalg.norm(block.pose.position - scene.tcp_pose.position)
        return bool(distance < _HELD and block.pose.position[2] > block.size)
