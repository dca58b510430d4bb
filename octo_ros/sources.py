# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Optional sources of an observation: depth cameras and vectors of numbers.

Parts of `octo_ros.embodiment.Embodiment`. SI units throughout: m, rad, s, and their quotients.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Literal, get_args

from pydantic import Field, model_validator

from octo_ros.config import config_dataclass
from octo_ros.limits import Seconds

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

Latency = Annotated[float, Field(ge=0, le=1)]
LowDimKind = Literal[
    'joint_position',
    'joint_velocity',
    'joint_effort',
    'wrench',
    'twist',
    'imu',
    'float32_array',
    'float64_array',
]
LOW_DIM_KINDS: tuple[LowDimKind, ...] = get_args(LowDimKind)
WRENCH = ('force_x', 'force_y', 'force_z', 'torque_x', 'torque_y', 'torque_z')  # N, N·m
TWIST = ('linear_x', 'linear_y', 'linear_z', 'angular_x', 'angular_y', 'angular_z')  # m/s, rad/s
IMU = ('gyro_x', 'gyro_y', 'gyro_z', 'acceleration_x', 'acceleration_y', 'acceleration_z')
FIXED = {'wrench': WRENCH, 'twist': TWIST, 'imu': IMU}
KEY = re.compile('[a-z][a-z0-9_]*')
# Keys of a step's observation that mean something else, to the converter or to Octo.
RESERVED = ('state', 'proprio', 'timestep', 'pad_mask_dict', 'timestep_pad_mask', 'task_completed')
# What the observation's other sources are called where it is told what is missing or off in time.
SOURCES = ('joint_states', 'tcp_pose')


@config_dataclass
class DepthCamera:
    """One depth topic and the depth image that is stored of it.

    Attributes:
        topic: Name of its topic.
        transport: `raw` for a sensor_msgs Image (16UC1 in mm, 32FC1 in m), `compressedDepth` for
            a CompressedImage as image_transport's compressedDepth sends it (PNG).
        height: Pixels after the resize.
        width: Pixels after the resize.
        max_age: Oldest frame that may be used, receive time to use [s].
        max_skew: Largest distance between this frame and the primary frame [s].
        latency: Time between exposure and header stamp, subtracted from the stamp [s].
        max_repeat: How long one and the same picture may come with new stamps [s]; null for ever.
        reliable: Subscribe reliably.
    """

    topic: str
    transport: Literal['raw', 'compressedDepth'] = 'raw'
    height: Annotated[int, Field(ge=16, le=1024)]
    width: Annotated[int, Field(ge=16, le=1024)]
    max_age: Seconds
    max_skew: Seconds
    latency: Latency = 0.0
    max_repeat: Seconds | None = 0.5
    reliable: bool = True


@config_dataclass
class LowDimSource:
    """A topic of numbers that becomes one vector of the observation.

    Attributes:
        topic: Topic name.
        kind: What its messages are, and what is taken of them: `joint_position`, `joint_velocity`,
            `joint_effort` (sensor_msgs JointState, by `names`); `wrench` (geometry_msgs
            WrenchStamped: force [N], torque [N·m]); `twist` (TwistStamped: linear [m/s], angular
            [rad/s]); `imu` (sensor_msgs Imu: angular velocity [rad/s], linear acceleration [m/s²];
            not its orientation, which is no vector and cannot be interpolated like one);
            `float32_array`, `float64_array` (std_msgs MultiArray of `size` numbers).
        names: Joint names in the order of the vector, for the joint kinds; for an array, what its
            numbers are called, or nothing.
        size: How many numbers an array has; for the other kinds it follows and is left out.
        max_age: Oldest message that may be used [s].
        latency: Time between measurement and stamp, subtracted from the stamp [s].
    """

    topic: str
    kind: LowDimKind
    names: tuple[str, ...] = ()
    size: Annotated[int, Field(ge=1, le=1024)] | None = None
    max_age: Seconds
    latency: Latency = 0.0

    @model_validator(mode='after')
    def _has_a_size(self) -> LowDimSource:
        problem = None
        if len(set(self.names)) != len(self.names):
            problem = f'names holds a name twice: {", ".join(self.names)}'
        elif self.kind.startswith('joint_') and not self.names:
            problem = f'kind {self.kind} needs names: the joints, in the order of the vector'
        elif self.kind in FIXED and self.names:
            problem = f'kind {self.kind} has the numbers {", ".join(FIXED[self.kind])}; no names'
        elif self.kind.endswith('_array'):
            if self.size is None:
                problem = f'kind {self.kind} needs size: how many numbers each message has'
            elif self.names and len(self.names) != self.size:
                problem = f'names has {len(self.names)} entries for size {self.size}'
        elif self.size is not None:
            problem = f'size is for arrays; kind {self.kind} has {len(self.labels)} numbers'
        if problem is not None:
            raise ValueError(problem)
        return self

    @property
    def labels(self) -> tuple[str, ...]:
        """What each number of the vector is; its length is that of the vector."""
        if self.kind in FIXED:
            return FIXED[self.kind]
        return self.names or tuple(str(i) for i in range(self.size or 0))


def key_problems(
    cameras: Collection[str], depth_cameras: Collection[str], low_dim: Collection[str]
) -> Iterator[str]:
    """What is wrong with the names of observation keys, a clause each."""
    for key in depth_cameras:
        if not (KEY.fullmatch(key) and key.startswith('depth_')):
            yield f'depth_cameras.{key}: keys look like depth_primary (Octo finds depth by it)'
    for key in low_dim:
        if not KEY.fullmatch(key):
            yield f'low_dim.{key}: keys are lower-case letters, digits and "_"'
        elif key in RESERVED + SOURCES or key.startswith(('image_', 'depth_')) or key in cameras:
            taken = ', '.join(RESERVED + SOURCES)
            yield f'low_dim.{key}: the key is taken (also {taken}, image_* and depth_*)'
    for key in set(cameras) & set(depth_cameras):
        yield f'depth_cameras.{key}: there is a camera with this key'
