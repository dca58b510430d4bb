# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""SceneState ↔ Scene."""

from __future__ import annotations

from geometry_msgs.msg import Vector3

from octo_ros.nodes.conversions import (
    array_from_vector,
    nanoseconds,
    pose_from_message,
    pose_message,
    time_message,
    vector_message,
)
from octo_ros.sim.scene import Bin, Block, Scene
from octo_ros_msgs.msg import SceneObject, SceneState


def scene_message(scene: Scene, frame_id: str) -> SceneState:
    """Scene → message in the base frame `frame_id`."""
    blocks = [
        SceneObject(
            name=block.name,
            color=block.color,
            pose=pose_message(block.pose),
            size=Vector3(x=block.size, y=block.size, z=block.size),
        )
        for block in scene.blocks
    ]
    message = SceneState(
        blocks=blocks,
        bin=SceneObject(
            name='bin', pose=pose_message(scene.bin.pose), size=vector_message(scene.bin.size)
        ),
        tcp=pose_message(scene.tcp_pose),
        gripper=float(scene.gripper_opening),
        reset_count=scene.reset_count,
    )
    message.header.stamp = time_message(scene.stamp_ns)
    message.header.frame_id = frame_id
    return message


def scene_from_message(message: SceneState) -> Scene:
    """Message → Scene."""
    return Scene(
        stamp_ns=nanoseconds(message.header.stamp),
        blocks=tuple(
            Block(item.name, item.color, float(item.size.x), pose_from_message(item.pose))
            for item in message.blocks
        ),
        bin=Bin(pose_from_message(message.bin.pose), array_from_vector(message.bin.size)),
        tcp_pose=pose_from_message(message.tcp),
        gripper_opening=float(message.gripper),
        reset_count=int(message.reset_count),
    )
