# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The data that flows between the rooms: frozen, with read-only arrays and integer nanoseconds.

Every stamp is nanoseconds of the clock that the caller lives by (ROS time in nodes, receive time
in bags); nothing in here reads a clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from octo_ros.geometry import readonly

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.geometry import Array
    from octo_ros.safety_codes import SafetyCode, SafetyState

T = TypeVar('T')


def _frozen_array(array: object, dtype: type[np.generic]) -> NDArray[np.generic]:
    result = np.array(array, dtype=dtype)
    result.setflags(write=False)
    return result


def _frozen_images(
    images: Mapping[str, NDArray[np.uint8]], ndim: int
) -> Mapping[str, NDArray[np.uint8]]:
    for name, image in images.items():
        if image.dtype != np.uint8 or image.ndim != ndim or image.shape[-1] != 3:
            msg = (
                f'Image {name!r} has shape {image.shape} of {image.dtype};'
                f' expected {ndim} axes of uint8, RGB last.'
            )
            raise ValueError(msg)
        image.setflags(write=False)
    return MappingProxyType(dict(images))


def _frozen_depths(
    depths: Mapping[str, NDArray[np.float32]],
) -> Mapping[str, NDArray[np.float32]]:
    for name, depth in depths.items():
        if depth.dtype != np.float32 or depth.ndim != 3 or depth.shape[-1] != 1:
            msg = (
                f'Depth {name!r} has shape {depth.shape} of {depth.dtype};'
                ' expected float32 of shape (H, W, 1).'
            )
            raise ValueError(msg)
        depth.setflags(write=False)
    return MappingProxyType(dict(depths))


@dataclass(frozen=True)
class Sample(Generic[T]):
    """One message as the synchroniser sees it.

    Attributes:
        stamp_ns: When the thing was measured (header stamp, ns).
        received_ns: When the message arrived (ns, same clock).
        value: The content; for cameras the undecoded message, so that only chosen frames are
            decoded.
    """

    stamp_ns: int
    received_ns: int
    value: T


@dataclass(frozen=True)
class JointState:
    """Joint positions at one time, in the order of the embodiment's `joints`.

    Attributes:
        stamp_ns: Measurement time [ns].
        positions: Shape (n,), rad.
        velocities: Shape (n,), rad/s.
        gripper: Opening, 0 closed .. 1 open.
    """

    stamp_ns: int
    positions: Array
    velocities: Array
    gripper: float

    def __post_init__(self) -> None:
        object.__setattr__(self, 'positions', readonly(self.positions))
        object.__setattr__(self, 'velocities', readonly(self.velocities))


@dataclass(frozen=True)
class Observation:
    """What the policy sees at one time; made by the same code live and from bags.

    Attributes:
        stamp_ns: Stamp of the primary frame, which is the observation's time [ns].
        images: Camera key (`image_primary`, `image_wrist`) to RGB uint8, shape (H, W, 3), resized
            as for training.
        proprio: TCP pose in the base frame as xyz [m], extrinsic rpy [rad] relative to the
            embodiment's `proprio_rotation`, and gripper 0..1; float32, shape (7,).
        skew_ns: Source name to its sample's stamp minus `stamp_ns` [ns]: how far it is from the
            observation's time.
        depths: Depth key (`depth_primary`) to depth along the optical axis [m], float32, shape
            (H, W, 1); 0 where it is not known.
        low_dim: Key to the numbers of another source, float32, shape (D,).
    """

    stamp_ns: int
    images: Mapping[str, NDArray[np.uint8]]
    proprio: NDArray[np.float32]
    skew_ns: Mapping[str, int] = field(default_factory=dict)
    depths: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    low_dim: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, 'images', _frozen_images(self.images, 3))
        object.__setattr__(self, 'proprio', _frozen_array(self.proprio, np.float32))
        object.__setattr__(self, 'skew_ns', MappingProxyType(dict(self.skew_ns)))
        object.__setattr__(self, 'depths', _frozen_depths(self.depths))
        vectors = {key: _frozen_array(v, np.float32) for key, v in self.low_dim.items()}
        object.__setattr__(self, 'low_dim', MappingProxyType(vectors))


@dataclass(frozen=True)
class ObservationWindow:
    """The last `window_size` observations, oldest first, one `action_dt` apart; T = window_size.

    Attributes:
        images: Camera key to uint8, shape (T, H, W, 3).
        proprio: float32, shape (T, 7).
        timestep_pad_mask: bool, shape (T,); False marks a padded slot, a copy of the oldest real
            observation.
        stamps_ns: int64, shape (T,): stamps of the slots [ns].
    """

    images: Mapping[str, NDArray[np.uint8]]
    proprio: NDArray[np.float32]
    timestep_pad_mask: NDArray[np.bool_]
    stamps_ns: NDArray[np.int64]

    def __post_init__(self) -> None:
        object.__setattr__(self, 'images', _frozen_images(self.images, 4))
        object.__setattr__(self, 'proprio', _frozen_array(self.proprio, np.float32))
        object.__setattr__(
            self, 'timestep_pad_mask', _frozen_array(self.timestep_pad_mask, np.bool_)
        )
        object.__setattr__(self, 'stamps_ns', _frozen_array(self.stamps_ns, np.int64))

    @property
    def stamp_ns(self) -> int:
        """Stamp of the newest observation [ns]."""
        return int(self.stamps_ns[-1])


@dataclass(frozen=True)
class Task:
    """What the robot is asked to do: language, goal images, or both.

    Attributes:
        task_id: Counts the tasks of a run; a new id is a new task even if the words are the same.
        language_instruction: The words, or None when only goal images are given.
        goal_images: Camera key to RGB uint8, shape (H, W, 3), sized like the observation's.
    """

    task_id: int
    language_instruction: str | None = None
    goal_images: Mapping[str, NDArray[np.uint8]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.goal_images and not (self.language_instruction or '').strip():
            msg = 'A task needs a language instruction, goal images, or both.'
            raise ValueError(msg)
        object.__setattr__(self, 'goal_images', _frozen_images(self.goal_images, 3))


@dataclass(frozen=True)
class ActionSpec:
    """What the numbers of an action mean.

    Attributes:
        names: One name per action dimension: x, y, z, roll, pitch, yaw, gripper.
        frame_id: Frame in whose axes the displacement is expressed (the arm's base).
        action_dt: Seconds for which the model was trained to apply one action.
        action_horizon: Actions per chunk.
    """

    names: tuple[str, ...]
    frame_id: str
    action_dt: float
    action_horizon: int


@dataclass(frozen=True)
class ActionChunk:
    """The actions that a policy predicts from one window, in robot units.

    Attributes:
        actions: float64, shape (action_horizon, 7): translation [m], extrinsic rpy [rad], gripper
            0..1 (1 = open).
        spec: Meaning of the numbers.
        observation_stamp_ns: Stamp of the newest observation used [ns].
        start_ns: Time at which the first action begins [ns].
        chunk_id: Counts the chunks of a run.
        finished: The policy considers the task done (only policies that can know, like the
            scripted expert).
    """

    actions: Array
    spec: ActionSpec
    observation_stamp_ns: int
    start_ns: int
    chunk_id: int
    finished: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(
            self,
            'actions',
            readonly(self.actions, (self.spec.action_horizon, len(self.spec.names))),
        )


@dataclass(frozen=True)
class Command:
    """One end-effector displacement, as the policy asks for it; nothing in it is trusted.

    Attributes:
        stamp_ns: Time from which the displacement is to be made [ns].
        seq: Counts the commands of one policy run.
        frame_id: Frame of the displacement; must be the embodiment's base frame.
        translation: Shape (3,), m, base axes.
        rotation: Shape (3,), rad, extrinsic x-y-z, base axes, about the TCP, pre-multiplied.
        gripper: Absolute opening, 0 closed .. 1 open.
        duration: Seconds over which the displacement is to be made.
        observation_stamp_ns: Stamp of the observation it was computed from [ns].
        chunk_id: Chunk it belongs to.
        chunk_index: Row of the chunk.
    """

    stamp_ns: int
    seq: int
    frame_id: str
    translation: Array
    rotation: Array
    gripper: float
    duration: float
    observation_stamp_ns: int = 0
    chunk_id: int = 0
    chunk_index: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, 'translation', readonly(self.translation, (3,)))
        object.__setattr__(self, 'rotation', readonly(self.rotation, (3,)))


@dataclass(frozen=True)
class JointCommand:
    """Joint positions, as a policy with a joint action space asks for; nothing in it is trusted.

    Attributes:
        stamp_ns: Time from which the motion is to be made [ns].
        seq: Counts the commands of one policy run.
        joint_names: Shape (m,); must be the embodiment's joints, in any order.
        positions: Shape (m,), rad, to be reached after `duration`.
        gripper: Absolute opening, 0 closed .. 1 open.
        duration: Seconds over which the motion is to be made.
        observation_stamp_ns: Stamp of the observation it was computed from [ns].
    """

    stamp_ns: int
    seq: int
    joint_names: tuple[str, ...]
    positions: Array
    gripper: float
    duration: float
    observation_stamp_ns: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, 'positions', readonly(self.positions, (len(self.joint_names),)))


@dataclass(frozen=True)
class Locks:
    """What outside of the filter keeps the arm from moving, in one tick.

    Attributes:
        latched: Names of the locked or silent locks that need a reset, like `emergency_stop`.
        held: Names of those that only have to be released, like a dead man's switch.
        robot_fault: What the robot says is wrong with it; empty if nothing.
        cause: A cause to stop that the caller found, one of the STOP_* codes.
        cause_text: What is to be said about it; empty for the code's own sentence.
    """

    latched: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    robot_fault: str = ''
    cause: SafetyCode | None = None
    cause_text: str = ''


@dataclass(frozen=True)
class SafeCommand:
    """What really goes to the robot; only `octo_ros.safety` makes it, adapters take nothing else.

    Attributes:
        stamp_ns: Control tick it is for [ns].
        joint_names: The embodiment's `joints`.
        positions: Shape (n,), rad: reference to reach at the end of this tick.
        velocities: Shape (n,), rad/s.
        gripper: Opening to hold, 0 closed .. 1 open.
        state: State of the filter.
        code: The most restrictive reason.
        reasons: All codes that acted in this tick, most restrictive first.
        executed_translation: Shape (3,), m: displacement of the TCP reference made in this tick.
        executed_rotation: Shape (3,), rad, extrinsic rpy, made in this tick.
    """

    stamp_ns: int
    joint_names: tuple[str, ...]
    positions: Array
    velocities: Array
    gripper: float
    state: SafetyState
    code: SafetyCode
    reasons: tuple[SafetyCode, ...]
    executed_translation: Array
    executed_rotation: Array

    def __post_init__(self) -> None:
        n = len(self.joint_names)
        object.__setattr__(self, 'positions', readonly(self.positions, (n,)))
        object.__setattr__(self, 'velocities', readonly(self.velocities, (n,)))
        object.__setattr__(self, 'executed_translation', readonly(self.executed_translation, (3,)))
        object.__setattr__(self, 'executed_rotation', readonly(self.executed_rotation, (3,)))


class EpisodeEventKind(IntEnum):
    """What `EpisodeEvent.msg` says; the numbers are those of the message."""

    START = 0
    STOP = 1
    SUCCESS = 2
    FAILURE = 3
    DISCARD = 4
