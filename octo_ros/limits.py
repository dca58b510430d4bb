# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a robot may do, as its contract says it, and what its vendor allows at most.

Parts of `octo_ros.embodiment.Embodiment`. SI units throughout: m, rad, s, and their quotients.
Every limit is required: there is no default that means "off".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field, model_validator

from octo_ros.config import config_dataclass, load_yaml, parse
from octo_ros.errors import ConfigError, UnknownNameError
from octo_ros.resources import share_directory

if TYPE_CHECKING:
    from collections.abc import Iterator

Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Seconds = Annotated[float, Field(gt=0, le=10)]
Vector3 = tuple[float, float, float]

LONGEST_STOP = 1.0
"""No contract may make a stop take longer than this [s]."""

HARD_LIMITS = 'config/robots/models/hard_limits.yaml'


@config_dataclass
class Plane:
    """A half-space that the TCP stays in: normal·p >= offset.

    Attributes:
        normal: Unit vector into the allowed side, base axes.
        offset: In m.
    """

    normal: Vector3
    offset: float

    @model_validator(mode='after')
    def _has_a_unit_normal(self) -> Plane:
        length = sum(x * x for x in self.normal) ** 0.5
        if abs(length - 1.0) > 1e-3:
            msg = f'normal must have length 1, not {length:g}'
            raise ValueError(msg)
        return self


@config_dataclass
class TiltCone:
    """How far the approach axis of the gripper may lean.

    Attributes:
        axis: Unit vector around which the cone lies, base axes.
        half_angle: Largest angle between it and the gripper's approach axis [rad].
    """

    axis: Vector3
    half_angle: Annotated[float, Field(gt=0, lt=3.14)]

    @model_validator(mode='after')
    def _has_a_unit_axis(self) -> TiltCone:
        length = sum(x * x for x in self.axis) ** 0.5
        if abs(length - 1.0) > 1e-3:
            msg = f'axis must have length 1, not {length:g}'
            raise ValueError(msg)
        return self


@config_dataclass
class SingularityLimit:
    """Smallest singular values of the Jacobian whose rotations are weighed by `length`.

    Attributes:
        length: Turning by 1 rad weighs as much as moving by this many metres.
        slow: Below it the motion is damped [m/rad].
        stop: Not approached any further below it [m/rad]; leaving is always allowed.
    """

    length: Positive
    slow: Positive
    stop: Positive

    @model_validator(mode='after')
    def _slows_before_it_stops(self) -> SingularityLimit:
        if self.stop >= self.slow:
            msg = f'stop must lie below slow, not {self.stop:g} >= {self.slow:g}'
            raise ValueError(msg)
        return self


@config_dataclass
class Limits:
    """What the arm may do.

    Attributes:
        position_min: Hard lower joint limits [rad], one per joint.
        position_max: Hard upper joint limits [rad].
        position_margin: Distance kept from both [rad].
        velocity: Joint speed limits [rad/s].
        acceleration: Joint acceleration while tracking [rad/s²].
        braking: Joint deceleration of a stop [rad/s²], at least `acceleration`.
        jerk: How fast a joint's acceleration may change [rad/s³], in a stop too.
        linear_speed: TCP speed [m/s]; a command's translation may not exceed linear_speed × its
            duration.
        angular_speed: TCP rotation speed [rad/s]; likewise for its rotation.
        outlier_factor: A command longer than this many times its cap is refused instead of
            shortened.
        workspace_min: Lower corner of the box that the TCP stays in, base frame [m].
        workspace_max: Upper corner [m].
        planes: Further half-spaces that the TCP stays in; [] for none.
        tilt_cone: How far the gripper may lean; null for any way.
        singularity: How near to a singularity the arm may come.
    """

    position_min: tuple[float, ...]
    position_max: tuple[float, ...]
    position_margin: Annotated[float, Field(ge=0.001)]
    velocity: tuple[Positive, ...]
    acceleration: tuple[Positive, ...]
    braking: tuple[Positive, ...]
    jerk: tuple[Positive, ...]
    linear_speed: Annotated[float, Field(ge=0.01, le=0.5)]
    angular_speed: Annotated[float, Field(ge=0.05, le=1.5)]
    outlier_factor: Annotated[float, Field(gt=1, le=10)]
    workspace_min: Vector3
    workspace_max: Vector3
    planes: tuple[Plane, ...]
    tilt_cone: TiltCone | None
    singularity: SingularityLimit

    @model_validator(mode='after')
    def _stops_in_time(self) -> Limits:
        """A stop from full speed takes v/b + b/j, and nobody may have to wait for it for long."""
        for i, (v, b, j) in enumerate(zip(self.velocity, self.braking, self.jerk, strict=False)):
            if v / b + b / j > LONGEST_STOP:
                msg = (
                    f'joint {i} would need {v / b + b / j:.2f} s to stop from {v:g} rad/s;'
                    f' at most {LONGEST_STOP:g} s are allowed'
                )
                raise ValueError(msg)
        return self

    @model_validator(mode='after')
    def _is_consistent(self) -> Limits:
        for axis, low, high in zip('xyz', self.workspace_min, self.workspace_max, strict=True):
            if low >= high:
                msg = f'workspace_min must lie below workspace_max on every axis, not so on {axis}'
                raise ValueError(msg)
        for i, (track, brake) in enumerate(zip(self.acceleration, self.braking, strict=False)):
            if track > brake:
                msg = f'braking of joint {i} must be at least its acceleration, {track:g} rad/s²'
                raise ValueError(msg)
        return self


@config_dataclass
class Obstacle:
    """A box that the arm keeps away from.

    Attributes:
        name: Unique among the robot's obstacles.
        size: Full lengths along its own axes [m].
        xyz: Centre, base frame [m].
        rpy: Orientation, extrinsic x-y-z [rad].
    """

    name: Annotated[str, Field(min_length=1)]
    size: tuple[Positive, Positive, Positive]
    xyz: Vector3
    rpy: Vector3 = (0.0, 0.0, 0.0)


@config_dataclass
class CollisionLimits:
    """What the arm keeps away from, and how far.

    Attributes:
        self_clearance: Between links of the arm [m].
        clearance: Of the links from table and obstacles [m].
        finger_clearance: Of the fingers from table and obstacles [m]; they work there.
        slow_distance: The approach is slowed from here on [m], beyond the clearance.
        table_height: Top of the table, a plane below the whole arm [m]; null for no table.
        obstacles: Boxes; [] for none.
    """

    self_clearance: Annotated[float, Field(ge=0.001)]
    clearance: Annotated[float, Field(ge=0.001)]
    finger_clearance: NotNegative
    slow_distance: Annotated[float, Field(ge=0.02)]
    table_height: float | None
    obstacles: tuple[Obstacle, ...]

    @model_validator(mode='after')
    def _has_unique_names(self) -> CollisionLimits:
        names = [obstacle.name for obstacle in self.obstacles]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            msg = f'obstacles must have unique names, not twice {", ".join(sorted(twice))}'
            raise ValueError(msg)
        return self


@config_dataclass
class Timing:
    """Rates and time-outs.

    Attributes:
        control_rate: Ticks of the safety filter [Hz].
        command_timeout: Silence after which the arm is stopped [s].
        resume_within: Silence in the middle of a motion after which it does not go on by itself
            any more [s]; longer than `command_timeout`.
        command_max_age: Oldest command stamp that is accepted [s].
        command_max_future: How far a command stamp may lie in the future [s].
        max_command_rate: Commands that are accepted per second [Hz].
        state_patience: Silence of the joint states, beyond their max_age, that ends in a latch
            [s].
        max_clock_jump: Largest step of the clock from one tick to the next [s].
    """

    control_rate: Annotated[float, Field(ge=20, le=1000)]
    command_timeout: Annotated[float, Field(gt=0, le=1)]
    resume_within: Seconds
    command_max_age: Annotated[float, Field(gt=0, le=1)]
    command_max_future: Annotated[float, Field(gt=0, le=0.2)]
    max_command_rate: Annotated[float, Field(gt=0, le=100)]
    state_patience: Annotated[float, Field(gt=0, le=1)]
    max_clock_jump: Annotated[float, Field(gt=0, le=2)]

    @model_validator(mode='after')
    def _is_consistent(self) -> Timing:
        if self.resume_within <= self.command_timeout:
            msg = (
                f'resume_within must be longer than command_timeout, {self.command_timeout:g} s,'
                f' not {self.resume_within:g} s'
            )
            raise ValueError(msg)
        return self


@config_dataclass
class Tracking:
    """How far the arm may be from its reference.

    Attributes:
        max_joint_error: Of one joint [rad].
        max_tcp_error: Of the TCP [m].
        patience: How long it may be farther before the filter latches [s].
    """

    max_joint_error: Annotated[float, Field(gt=0, le=0.5)]
    max_tcp_error: Annotated[float, Field(gt=0, le=0.2)]
    patience: Annotated[float, Field(gt=0, le=1)]


@config_dataclass
class GripperRules:
    """When the gripper opens and closes. It only ever does the one or the other.

    Attributes:
        close_below: A requested opening below it is a vote to close.
        open_above: One above it is a vote to open; between the two nothing changes.
        votes: Equal votes in a row that make it flip.
        min_interval: Shortest time between two flips [s].
        timeout: Votes older than this do not count [s].
    """

    close_below: Annotated[float, Field(gt=0, lt=1)]
    open_above: Annotated[float, Field(gt=0, lt=1)]
    votes: Annotated[int, Field(ge=1, le=10)]
    min_interval: Seconds
    timeout: Seconds

    @model_validator(mode='after')
    def _has_a_band(self) -> GripperRules:
        if self.close_below >= self.open_above:
            msg = f'close_below must lie below open_above, {self.open_above:g}'
            raise ValueError(msg)
        return self


@config_dataclass
class LockSource:
    """A topic of std_msgs/Bool that can keep the arm from moving: true means locked.

    Attributes:
        topic: Topic name.
        lease: Silence after which it counts as locked [s].
        required: It counts as locked before it was first heard of; otherwise only from then on.
        latching: Locking it needs a reset (an emergency stop); otherwise the arm may go on when it
            is released (a heartbeat, a dead man's switch).
    """

    topic: str
    lease: Seconds
    required: bool
    latching: bool


@config_dataclass
class HardLimits:
    """What the vendor allows at most; no contract may ask for more.

    Attributes:
        position_min: Joint ranges [rad].
        position_max: Likewise.
        velocity: Joint speeds [rad/s].
        acceleration: Joint accelerations [rad/s²], of tracking and of a stop.
        jerk: Joint jerks [rad/s³].
        linear_speed: TCP speed [m/s].
        angular_speed: TCP rotation speed [rad/s].
    """

    position_min: tuple[float, ...]
    position_max: tuple[float, ...]
    velocity: tuple[Positive, ...]
    acceleration: tuple[Positive, ...]
    jerk: tuple[Positive, ...]
    linear_speed: Positive
    angular_speed: Positive

    def problem(self, limits: Limits, joints: tuple[str, ...]) -> str | None:
        """What `limits` ask for beyond the hard limits, with both numbers; None if nothing."""
        if len(joints) != len(self.velocity):
            return f'the robot has {len(joints)} joints, its hard limits {len(self.velocity)}'
        for what, unit, asked, hard in self._pairs(limits, joints):
            if asked > hard:
                return f'{what} asks for {asked:g} {unit}; the robot allows {hard:g} {unit}'
        return None

    def _pairs(
        self, limits: Limits, joints: tuple[str, ...]
    ) -> Iterator[tuple[str, str, float, float]]:
        yield 'linear_speed', 'm/s', limits.linear_speed, self.linear_speed
        yield 'angular_speed', 'rad/s', limits.angular_speed, self.angular_speed
        for name, unit, asked, hard in (
            ('velocity', 'rad/s', limits.velocity, self.velocity),
            ('acceleration', 'rad/s²', limits.acceleration, self.acceleration),
            ('braking', 'rad/s²', limits.braking, self.acceleration),
            ('jerk', 'rad/s³', limits.jerk, self.jerk),
            ('position_max', 'rad', limits.position_max, self.position_max),
        ):
            for joint, a, h in zip(joints, asked, hard, strict=True):
                yield f'{name} of {joint}', unit, a, h
        for joint, a, h in zip(joints, limits.position_min, self.position_min, strict=True):
            if a < h:
                yield f'position_min of {joint}', 'rad below zero', -a, -h


def load_hard_limits(name: str) -> HardLimits:
    """Read what a vendor allows, from `config/robots/models/hard_limits.yaml`.

    Raises:
        UnknownNameError: No such entry; the message lists those that exist.
        ConfigError: The file breaks its form.
    """
    path = share_directory() / HARD_LIMITS
    values = load_yaml(path)
    if name not in values:
        raise UnknownNameError(kind='hard limits', given=name, known=tuple(sorted(values)))
    if not isinstance(values[name], dict):
        msg = f'{path} must hold a mapping under {name}.'
        raise ConfigError(msg)
    return parse(HardLimits, values[name], f'{path} ({name})')
