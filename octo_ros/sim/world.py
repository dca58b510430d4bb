# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Table, cubes, bin, cameras and light around the arm, and the whole compiled MuJoCo model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.geometry import Pose
from octo_ros.robots.model import load_robot_model
from octo_ros.sim.engine import mujoco
from octo_ros.sim.gripper_frame import GripperFrame
from octo_ros.sim.mjcf import ARM_GROUP, STIFF_CONTACT, WORLD_GROUP, add_arm, quaternion

if TYPE_CHECKING:
    from octo_ros.embodiment import Embodiment
    from octo_ros.sim.layout import BinLayout, BlockLayout, CameraView, Layout, TableLayout

TIMESTEP = 0.002  # s
MAX_IMAGE_SIZE = (960, 1280)  # height, width [px] of the offscreen buffer
BLOCK_COLORS = {
    'red': (0.85, 0.10, 0.10),
    'green': (0.12, 0.62, 0.18),
    'blue': (0.10, 0.25, 0.85),
}

_TABLE_THICKNESS = 0.04  # m
_FLOOR_HEIGHT = -0.75  # m below the table's top
_BLOCK_FRICTION = (0.8, 0.005, 0.0005)
_TOUCHES_ALL = {'contype': WORLD_GROUP, 'conaffinity': WORLD_GROUP | ARM_GROUP}


def build_model(embodiment: Embodiment, layout: Layout) -> mujoco.MjModel:
    """Compile one arm and its surroundings.

    Bodies are named as the links and the blocks (`red block`), cameras by their observation keys.
    """
    robot = load_robot_model(embodiment)
    spec = mujoco.MjSpec()
    spec.option.timestep = TIMESTEP
    spec.option.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
    spec.option.cone = mujoco.mjtCone.mjCONE_ELLIPTIC
    spec.option.impratio = 10.0
    add_arm(spec, robot, layout.arm_colors)
    _add_light(spec)
    _add_table(spec, layout.table)
    _add_bin(spec, layout.bin)
    for color in layout.blocks.colors:
        _add_block(spec, layout.blocks, color)
    hand = spec.body(robot.segments[-1].link)
    tcp_in_hand = Pose.from_xyz_rpy(robot.tcp_xyz, robot.tcp_rpy)
    gripper = tcp_in_hand @ Pose(np.zeros(3), GripperFrame.of(robot).rotation)
    for key, view in layout.cameras.items():
        if view.frame == 'gripper':
            _add_camera(hand, key, view, gripper)
        else:
            _add_camera(spec.worldbody, key, view, Pose.from_xyz_rpy())
    return spec.compile()


def _add_light(spec: mujoco.MjSpec) -> None:
    visual = spec.visual
    visual.global_.offheight, visual.global_.offwidth = MAX_IMAGE_SIZE
    visual.map.znear, visual.map.zfar = 0.005, 30.0
    visual.headlight.ambient = [0.42] * 3
    visual.headlight.diffuse = [0.25] * 3
    visual.headlight.specular = [0.0] * 3
    spec.stat.extent = 1.0
    spec.worldbody.add_light(
        pos=[0.2, -0.8, 2.0],
        dir=[0.1, 0.35, -1.0],
        diffuse=[0.55, 0.55, 0.52],
        specular=[0.15] * 3,
        castshadow=False,  # shadows cost ten times as much as the rest of the picture
        type=mujoco.mjtLightType.mjLIGHT_DIRECTIONAL,
    )
    spec.add_texture(
        name='sky',
        type=mujoco.mjtTexture.mjTEXTURE_SKYBOX,
        builtin=mujoco.mjtBuiltin.mjBUILTIN_GRADIENT,
        rgb1=[0.80, 0.86, 0.92],
        rgb2=[0.55, 0.60, 0.68],
        width=64,
        height=64,
    )
    spec.worldbody.add_geom(
        name='floor',
        type=mujoco.mjtGeom.mjGEOM_PLANE,
        pos=[0, 0, _FLOOR_HEIGHT],
        size=[5, 5, 0.1],
        rgba=[0.62, 0.63, 0.64, 1],
        **_TOUCHES_ALL,
    )


def _add_table(spec: mujoco.MjSpec, table: TableLayout) -> None:
    texture = spec.add_texture(name='wood', type=mujoco.mjtTexture.mjTEXTURE_2D)
    pixels = wood_texture()
    texture.height, texture.width, texture.nchannel = pixels.shape
    texture.data = pixels.tobytes()
    material = spec.add_material(name='wood', texuniform=True, texrepeat=[2.0, 2.0])
    material.textures[mujoco.mjtTextureRole.mjTEXROLE_RGB] = 'wood'
    spec.worldbody.add_geom(
        name='table',
        type=mujoco.mjtGeom.mjGEOM_BOX,
        pos=[*table.center, -_TABLE_THICKNESS / 2],
        size=[table.size[0] / 2, table.size[1] / 2, _TABLE_THICKNESS / 2],
        material='wood',
        solref=STIFF_CONTACT,
        **_TOUCHES_ALL,
    )


def wood_texture(size: int = 256, planks: int = 4) -> np.ndarray:
    """Planks of light wood, always the same: RGB uint8, shape (size, size, 3)."""
    rng = np.random.default_rng(7)
    rows = np.arange(size) / size
    grain = np.zeros((size, size))
    for waves, strength in ((9, 0.5), (23, 0.35), (61, 0.25)):
        bend = 0.15 * np.sin(2 * np.pi * (rows + rng.random()))[None, :]
        grain += strength * np.sin(2 * np.pi * (waves * rows[:, None] + bend + rng.random()))
    plank = np.repeat(rng.uniform(-1, 1, planks), size // planks)[:, None]
    seam = np.where(np.arange(size) % (size // planks) < 2, -0.10, 0.0)[:, None]
    brightness = 1.0 + 0.035 * grain + 0.05 * plank + seam
    color = np.array([200, 165, 120]) * brightness[..., None]
    return np.clip(color, 0, 255).astype(np.uint8)


def _add_bin(spec: mujoco.MjSpec, layout: BinLayout) -> None:
    length, width, height = layout.size
    wall = layout.wall
    outer = np.array([length / 2 + wall, width / 2 + wall])
    middle = wall + height / 2
    x, y = (length + wall) / 2, (width + wall) / 2
    across, along = [wall / 2, outer[1], height / 2], [length / 2, wall / 2, height / 2]
    parts = [
        ([0, 0, wall / 2], [*outer, wall / 2]),
        *(([side * x, 0, middle], across) for side in (-1, 1)),
        *(([0, side * y, middle], along) for side in (-1, 1)),
    ]
    body = spec.worldbody.add_body(name='bin', pos=[*layout.center, 0])
    for position, half in parts:
        body.add_geom(
            type=mujoco.mjtGeom.mjGEOM_BOX,
            pos=position,
            size=half,
            rgba=[0.72, 0.72, 0.70, 1],
            solref=STIFF_CONTACT,
            **_TOUCHES_ALL,
        )


def _add_block(spec: mujoco.MjSpec, layout: BlockLayout, color: str) -> None:
    body = spec.worldbody.add_body(name=block_name(color))
    body.add_freejoint(name=block_name(color))
    body.add_geom(
        type=mujoco.mjtGeom.mjGEOM_BOX,
        size=[layout.size / 2] * 3,
        mass=layout.mass,
        rgba=[*BLOCK_COLORS[color], 1],
        condim=4,
        friction=_BLOCK_FRICTION,
        solref=STIFF_CONTACT,
        **_TOUCHES_ALL,
    )


def block_name(color: str) -> str:
    """Name of a block's body and joint."""
    return f'{color} block'


def _add_camera(body: mujoco.MjsBody, key: str, view: CameraView, frame: Pose) -> None:
    """Place a camera; MuJoCo's cameras look along -z with x to the right and y up."""
    backward = np.subtract(view.eye, view.target)
    backward /= np.linalg.norm(backward)
    right = np.cross(view.up, backward)
    right /= np.linalg.norm(right)
    local = Pose(np.array(view.eye), np.column_stack([right, np.cross(backward, right), backward]))
    pose = frame @ local
    body.add_camera(
        name=key,
        pos=pose.position,
        quat=quaternion(pose.rotation),
        fovy=view.field_of_view,
    )
