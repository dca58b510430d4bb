# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The contract between a robot, its data and its policies, read from `config/robots/<name>.yaml`.

The live node, the converter and the checkpoint all read the same `Embodiment`; nothing about a
robot is said twice. SI units throughout: m, rad, s, and their quotients.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from octo_ros.config import config_dataclass, load_yaml, parse
from octo_ros.errors import ConfigError, UnknownNameError
from octo_ros.resources import share_directory
from octo_ros.types import ActionSpec

Positive = Annotated[float, Field(gt=0)]
Seconds = Annotated[float, Field(gt=0, le=10)]
Vector3 = tuple[float, float, float]

ACTION_NAMES = ('x', 'y', 'z', 'roll', 'pitch', 'yaw', 'gripper')


@config_dataclass
class ModelSource:
    """Where the arm's geometry comes from.

    Attributes:
        file: Path below `config/robots/`, read by `octo_ros.robots.model`.
        prefix: Put before every joint and link name of that file.
    """

    file: str
    prefix: str = ''


@config_dataclass
class Camera:
    """One camera topic and the image that the policy gets from it.

    Attributes:
        topic: Name of a sensor_msgs Image or CompressedImage topic.
        transport: Which of the two.
        height: Pixels after the resize.
        width: Pixels after the resize.
        max_age: Oldest frame that may be used, receive time to use [s].
        max_skew: Largest distance between this frame and the primary frame [s].
        latency: Time between exposure and header stamp, subtracted from the stamp [s].
        max_repeat: How long one and the same picture, byte for byte, may come with new stamps [s]
            before the camera counts as frozen. null for pictures without noise, which may repeat:
            most simulators, and video streams that leave out what does not change.
        reliable: Subscribe reliably; best effort loses images above 0.5 MB on default Fast DDS.
    """

    topic: str
    transport: Literal['raw', 'compressed'] = 'raw'
    height: Annotated[int, Field(ge=16, le=1024)]
    width: Annotated[int, Field(ge=16, le=1024)]
    max_age: Seconds
    max_skew: Seconds
    latency: Annotated[float, Field(ge=0, le=1)] = 0.0
    max_repeat: Seconds | None = 0.5
    reliable: bool = True

    def relayed(self) -> Camera:
        """This camera as `octo_camera_relay` sends it: compressed, resized, reliably."""
        return replace(
            self, topic=f'{self.topic}/octo/compressed', transport='compressed', reliable=True
        )


@config_dataclass
class JointStateSource:
    """The sensor_msgs JointState topic of arm and gripper.

    Attributes:
        topic: Topic name.
        max_age: Oldest message that may be used [s].
    """

    topic: str
    max_age: Seconds


@config_dataclass
class Gripper:
    """How the gripper's joint maps to an opening of 0 closed .. 1 open.

    Attributes:
        joint: Name in the joint states.
        open_position: Joint value when open.
        closed_position: Joint value when closed.
    """

    joint: str
    open_position: float
    closed_position: float

    @model_validator(mode='after')
    def _has_a_range(self) -> Gripper:
        if self.open_position == self.closed_position:
            msg = 'open_position and closed_position must differ'
            raise ValueError(msg)
        return self

    def opening(self, position: float) -> float:
        """Joint value → opening, 0 closed .. 1 open, clipped to that range."""
        span = self.open_position - self.closed_position
        return float(np.clip((position - self.closed_position) / span, 0.0, 1.0))

    def position(self, opening: float) -> float:
        """Opening 0..1 → joint value."""
        return self.closed_position + opening * (self.open_position - self.closed_position)


@config_dataclass
class Limits:
    """What the arm may do. Every limit is required: there is no default that means "off".

    Attributes:
        position_min: Hard lower joint limits [rad], one per joint.
        position_max: Hard upper joint limits [rad].
        position_margin: Distance kept from both [rad].
        velocity: Joint speed limits [rad/s].
        acceleration: Joint acceleration while tracking [rad/s²].
        braking: Joint deceleration of a stop [rad/s²].
        linear_speed: TCP speed [m/s]; a command's translation may not exceed linear_speed × its
            duration.
        angular_speed: TCP rotation speed [rad/s]; likewise for its rotation.
        outlier_factor: A command longer than this many times its cap is refused instead of
            shortened.
        workspace_min: Lower corner of the box that the TCP stays in, base frame [m].
        workspace_max: Upper corner [m].
    """

    position_min: tuple[float, ...]
    position_max: tuple[float, ...]
    position_margin: Positive
    velocity: tuple[Positive, ...]
    acceleration: tuple[Positive, ...]
    braking: tuple[Positive, ...]
    linear_speed: Annotated[float, Field(gt=0, le=0.5)]
    angular_speed: Annotated[float, Field(gt=0, le=1.5)]
    outlier_factor: Annotated[float, Field(gt=1, le=10)]
    workspace_min: Vector3
    workspace_max: Vector3


@config_dataclass
class Timing:
    """Rates and time-outs.

    Attributes:
        control_rate: Ticks of the safety filter [Hz].
        command_timeout: Silence after which the arm is stopped [s].
        command_max_age: Oldest command stamp that is accepted [s].
        command_max_future: How far a command stamp may lie in the future [s].
        max_tracking_error: Largest difference between commanded and measured joint position [rad].
    """

    control_rate: Annotated[float, Field(ge=20, le=1000)]
    command_timeout: Seconds
    command_max_age: Seconds
    command_max_future: Seconds
    max_tracking_error: Positive


@config_dataclass
class ArmDriver:
    """Where joint references go.

    Attributes:
        kind: `joint_trajectory` (trajectory_msgs/JointTrajectory, one point), `position_array`
            (std_msgs/Float64MultiArray in the order of `joints`) or `interbotix_group`.
        topic: Command topic of the driver.
    """

    kind: Literal['joint_trajectory', 'position_array', 'interbotix_group']
    topic: str


@config_dataclass
class GripperDriver:
    """Where gripper commands go.

    Attributes:
        kind: `position` (std_msgs/Float64, joint value), `gripper_command`
            (control_msgs/GripperCommand action) or `interbotix_single`.
        topic: Topic or action name.
        max_effort: Effort limit of the action [N]; only for `gripper_command`.
    """

    kind: Literal['position', 'gripper_command', 'interbotix_single']
    topic: str
    max_effort: Positive | None = None


@config_dataclass
class Driver:
    """The robot's own interface: one for the real arm, one for the simulator."""

    arm: ArmDriver
    gripper: GripperDriver


@config_dataclass
class Embodiment:
    """One robot's contract.

    Attributes:
        name: widowx, franka, fr3, ur5 or ur5e; the file's name.
        title: Name for people.
        model: Geometry.
        base_frame: Frame of commands, of the workspace and of proprio.
        tcp_frame: Frame that the deltas move.
        joints: Arm joints in the order of every array in this package.
        home: Start configuration [rad].
        cameras: Observation key (`image_primary`, `image_wrist`) to camera; `image_primary` is
            required.
        joint_states: Source of the joint state.
        gripper: Gripper joint.
        action_dt: Seconds per action in this robot's training data (Bridge 0.2).
        proprio_rotation: R0 as extrinsic rpy [rad]; the rpy of proprio is that of R·R0ᵀ. Bridge
            removes its gripper-down rotation so, which keeps rpy away from the pole.
        limits: What the arm may do.
        timing: Rates and time-outs.
        drivers: `real` and `sim`.
    """

    name: str
    title: str
    model: ModelSource
    base_frame: str
    tcp_frame: str
    joints: tuple[str, ...]
    home: tuple[float, ...]
    cameras: dict[str, Camera]
    joint_states: JointStateSource
    gripper: Gripper
    action_dt: Seconds
    proprio_rotation: Vector3 = (0.0, 0.0, 0.0)
    limits: Limits
    timing: Timing
    drivers: dict[Literal['real', 'sim'], Driver]

    @model_validator(mode='after')
    def _is_consistent(self) -> Embodiment:
        if 'image_primary' not in self.cameras:
            msg = 'cameras must hold image_primary'
            raise ValueError(msg)
        n = len(self.joints)
        lists = {
            'home': self.home,
            **{
                f'limits.{name}': getattr(self.limits, name)
                for name in ('position_min', 'position_max', 'velocity', 'acceleration', 'braking')
            },
        }
        for name, values in lists.items():
            if len(values) != n:
                msg = f'{name} has {len(values)} values for {n} joints'
                raise ValueError(msg)
        if not all(
            a < b
            for a, b in zip(self.limits.workspace_min, self.limits.workspace_max, strict=True)
        ):
            msg = 'limits.workspace_min must lie below workspace_max on every axis'
            raise ValueError(msg)
        margin = self.limits.position_margin
        for joint, q, low, high in zip(
            self.joints,
            self.home,
            self.limits.position_min,
            self.limits.position_max,
            strict=True,
        ):
            if not low + margin <= q <= high - margin:
                msg = (
                    f'home of {joint} is {q}; with the margin it must lie in'
                    f' [{low + margin}, {high - margin}]'
                )
                raise ValueError(msg)
        return self

    def relayed(self) -> Embodiment:
        """The same robot, its cameras read through `octo_camera_relay`."""
        cameras = {key: camera.relayed() for key, camera in self.cameras.items()}
        return replace(self, cameras=cameras)

    def action_spec(self, action_horizon: int, action_dt: float | None = None) -> ActionSpec:
        """The meaning of an action for this robot; `action_dt` [s] defaults to the robot's own."""
        return ActionSpec(
            ACTION_NAMES, self.base_frame, action_dt or self.action_dt, action_horizon
        )


def robot_names() -> tuple[str, ...]:
    """Names of the robots that have a contract in `config/robots/`."""
    return tuple(
        sorted(path.stem for path in (share_directory() / 'config/robots').glob('*.yaml'))
    )


def load_embodiment(name_or_path: str) -> Embodiment:
    """Read a robot's contract.

    Args:
        name_or_path: `widowx`, `franka`, `fr3`, `ur5`, `ur5e`, or the path of a YAML file of the
            same form.

    Raises:
        UnknownNameError: No such robot; the message lists those that exist.
        ConfigError: The file is unreadable or breaks the contract's form.
    """
    path = Path(name_or_path)
    if path.suffix not in ('.yaml', '.yml'):
        path = share_directory() / 'config/robots' / f'{name_or_path}.yaml'
        if not path.is_file():
            raise UnknownNameError(kind='robot', given=name_or_path, known=robot_names())
    embodiment = parse(Embodiment, load_yaml(path), str(path))
    if embodiment.name != path.stem:
        msg = f'{path} says name: {embodiment.name}; the name and the file name must agree.'
        raise ConfigError(msg)
    return embodiment
