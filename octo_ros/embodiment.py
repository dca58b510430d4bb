# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The contract between a robot, its data and its policies, read from `config/robots/<name>.yaml`.

The live node, the converter and the checkpoint all read the same `Embodiment`; nothing about a
robot is said twice. SI units throughout: m, rad, s, and their quotients.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from octo_ros.config import config_dataclass, load_yaml, parse
from octo_ros.drivers import Driver
from octo_ros.errors import ConfigError, UnknownNameError
from octo_ros.limits import (
    CollisionLimits,
    GripperRules,
    Limits,
    LockSource,
    Seconds,
    Timing,
    Tracking,
    Vector3,
    load_hard_limits,
)
from octo_ros.resources import share_directory
from octo_ros.sources import DepthCamera, LowDimSource, key_problems
from octo_ros.types import ActionSpec

JOINT_LIMITS = ('position_min', 'position_max', 'velocity', 'acceleration', 'braking', 'jerk')
ACTION_NAMES = ('x', 'y', 'z', 'roll', 'pitch', 'yaw', 'gripper')


@config_dataclass
class ModelSource:
    """Where the arm's geometry comes from.

    Attributes:
        file: Path below `config/robots/`, read by `octo_ros.robots.model`.
        prefix: Put before every joint and link name of that file.
        hard_limits: Entry of `config/robots/models/hard_limits.yaml`; limits stay below it.
    """

    file: str
    prefix: str = ''
    hard_limits: str


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
        latency: Time between measurement and header stamp, subtracted from the stamp [s].
    """

    topic: str
    max_age: Seconds
    latency: Annotated[float, Field(ge=0, le=1)] = 0.0


@config_dataclass
class Latencies:
    """Time between a moment and its stamp, subtracted from the stamp, of recorded topics [s].

    Those of cameras and joint states stand beside their topics.

    Attributes:
        pose: Of the TCP's pose, or of transforms: from its measurement to the stamp.
        command: Of commanded motion: from when the arm was to follow it to the stamp.
        gripper: Of gripper commands on a topic of their own, likewise.
    """

    pose: Annotated[float, Field(ge=0, le=1)] = 0.0
    command: Annotated[float, Field(ge=0, le=1)] = 0.0
    gripper: Annotated[float, Field(ge=0, le=1)] = 0.0


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
        return min(max((position - self.closed_position) / span, 0.0), 1.0)

    def position(self, opening: float) -> float:
        """Opening 0..1 → joint value."""
        return self.closed_position + opening * (self.open_position - self.closed_position)


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
        depth_cameras: Observation key (`depth_primary`) to depth camera; {} for none.
        low_dim: Observation key to a topic of numbers, as of a force sensor; {} for none.
        joint_states: Source of the joint state.
        latencies: Of topics that only recordings are made of.
        gripper: Gripper joint.
        action_dt: Seconds per action in this robot's training data (Bridge 0.2).
        proprio_rotation: R0 as extrinsic rpy [rad]; the rpy of proprio is that of R·R0ᵀ. Bridge
            removes its gripper-down rotation so, which keeps rpy away from the pole.
        limits: What the arm may do.
        collision: What it keeps away from.
        timing: Rates and time-outs.
        tracking: How far the arm may be from its reference.
        gripper_rules: When the gripper flips.
        locks: Name to topic of what can keep the arm from moving; {} for none.
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
    depth_cameras: dict[str, DepthCamera] = Field(default_factory=dict)
    low_dim: dict[str, LowDimSource] = Field(default_factory=dict)
    joint_states: JointStateSource
    latencies: Latencies = Field(default_factory=Latencies)
    gripper: Gripper
    action_dt: Seconds
    proprio_rotation: Vector3 = (0.0, 0.0, 0.0)
    limits: Limits
    collision: CollisionLimits
    timing: Timing
    tracking: Tracking
    gripper_rules: GripperRules
    locks: dict[str, LockSource]
    drivers: dict[Literal['real', 'sim'], Driver]

    @model_validator(mode='after')
    def _is_consistent(self) -> Embodiment:
        if 'image_primary' not in self.cameras:
            msg = 'cameras must hold image_primary'
            raise ValueError(msg)
        for problem in key_problems(self.cameras, self.depth_cameras, self.low_dim):
            raise ValueError(problem)
        n = len(self.joints)
        lists = {
            'home': self.home,
            **{f'limits.{name}': getattr(self.limits, name) for name in JOINT_LIMITS},
        }
        for name, values in lists.items():
            if len(values) != n:
                msg = f'{name} has {len(values)} values for {n} joints'
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
        """The same robot, its cameras read through `octo_camera_relay`; depth is not relayed."""
        cameras = {key: camera.relayed() for key, camera in self.cameras.items()}
        return replace(self, cameras=cameras)

    def action_spec(self, action_horizon: int, action_dt: float | None = None) -> ActionSpec:
        """The meaning of an action for this robot; `action_dt` [s] defaults to the robot's own."""
        return ActionSpec(
            ACTION_NAMES, self.base_frame, action_dt or self.action_dt, action_horizon
        )


def _merged(values: dict[str, Any], overrides: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(values)
    for key, value in overrides.items():
        below = merged.get(key)
        if isinstance(value, Mapping) and isinstance(below, dict):
            merged[key] = _merged(below, value)
        else:
            merged[key] = value
    return merged


def robot_names() -> tuple[str, ...]:
    """Names of the robots that have a contract in `config/robots/`."""
    return tuple(
        sorted(path.stem for path in (share_directory() / 'config/robots').glob('*.yaml'))
    )


def load_embodiment(name_or_path: str, overrides: Mapping[str, Any] | None = None) -> Embodiment:
    """Read a robot's contract.

    Args:
        name_or_path: `widowx`, `franka`, `fr3`, `ur5`, `ur5e`, or the path of a YAML file of the
            same form.
        overrides: Values that replace those of the file, nested like it:
            `{'limits': {'linear_speed': 0.1}}`.

    Raises:
        UnknownNameError: No such robot; the message lists those that exist.
        ConfigError: The file is unreadable, breaks the contract's form, or asks for more than the
            robot's hard limits.
    """
    path = Path(name_or_path)
    if path.suffix not in ('.yaml', '.yml'):
        path = share_directory() / 'config/robots' / f'{name_or_path}.yaml'
        if not path.is_file():
            raise UnknownNameError(kind='robot', given=name_or_path, known=robot_names())
    embodiment = parse(Embodiment, _merged(load_yaml(path), overrides or {}), str(path))
    problem = load_hard_limits(embodiment.model.hard_limits).problem(
        embodiment.limits, embodiment.joints
    )
    if problem is not None:
        msg = f'{path}: {problem}. Ask for less.'
        raise ConfigError(msg)
    if embodiment.name != path.stem:
        msg = f'{path} says name: {embodiment.name}; the name and the file name must agree.'
        raise ConfigError(msg)
    return embodiment
