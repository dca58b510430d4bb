# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The truth about the simulated table top: what a camera only shows.

Everything is expressed in the robot's base frame, whose x-y plane is the top of the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from octo_ros.errors import UnknownNameError
from octo_ros.geometry import Pose, readonly

if TYPE_CHECKING:
    from octo_ros.geometry import Array


@dataclass(frozen=True)
class Block:
    """A coloured cube.

    Attributes:
        name: Unique name, `red block`.
        color: `red`, `green` or `blue`.
        size: Length of an edge [m].
        pose: Pose of its centre.
    """

    name: str
    color: str
    size: float
    pose: Pose


@dataclass(frozen=True)
class Bin:
    """An open box, fixed to the table.

    Attributes:
        pose: Pose of the centre of the space inside, its z axis up.
        size: Shape (3,), m: inner lengths along its own axes; the last is the walls' height.
    """

    pose: Pose
    size: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, 'size', readonly(self.size, (3,)))

    @property
    def floor(self) -> float:
        """Height of the floor's upper face [m]."""
        return float(self.pose.position[2] - self.size[2] / 2)

    @property
    def rim(self) -> float:
        """Height of the walls' upper edge [m]."""
        return float(self.pose.position[2] + self.size[2] / 2)

    def holds(self, point: Array) -> bool:
        """Whether a point, shape (3,) m, lies in the space inside."""
        local = self.pose.rotation.T @ (point - self.pose.position)
        return bool((abs(local) <= self.size / 2).all())


@dataclass(frozen=True)
class Scene:
    """Everything that matters for the tasks at one time.

    Attributes:
        stamp_ns: Time of the scene [ns].
        blocks: All blocks.
        bin: The bin.
        tcp_pose: Where the TCP really is.
        gripper_opening: How far the fingers really are open, 0 closed .. 1 open.
        reset_count: Resets of the simulator since its start.
    """

    stamp_ns: int
    blocks: tuple[Block, ...]
    bin: Bin
    tcp_pose: Pose
    gripper_opening: float
    reset_count: int = 0

    def block(self, color: str) -> Block:
        """The block of that colour.

        Raises:
            UnknownNameError: There is none.
        """
        for block in self.blocks:
            if block.color == color:
                return block
        known = (block.color for block in self.blocks)
        raise UnknownNameError(kind='block colour', given=color, known=known)
