# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Messages of numbers → the vector that an observation holds of them."""

from __future__ import annotations

from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

import numpy as np

from octo_ros.errors import ObservationError
from octo_ros.sources import LowDimKind, LowDimSource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from octo_ros.geometry import Array
    from octo_ros.observation.messages import JointStates, Numbers

JOINT_STATE = 'sensor_msgs/msg/JointState'
LOW_DIM_TYPES: MappingProxyType[LowDimKind, str] = MappingProxyType(
    {
        'joint_position': JOINT_STATE,
        'joint_velocity': JOINT_STATE,
        'joint_effort': JOINT_STATE,
        'wrench': 'geometry_msgs/msg/WrenchStamped',
        'twist': 'geometry_msgs/msg/TwistStamped',
        'imu': 'sensor_msgs/msg/Imu',
        'float32_array': 'std_msgs/msg/Float32MultiArray',
        'float64_array': 'std_msgs/msg/Float64MultiArray',
    }
)
"""Kind of a `LowDimSource` to the one message type that it reads."""


VECTORS = {
    'wrench': ('wrench.force', 'wrench.torque'),
    'twist': ('twist.linear', 'twist.angular'),
    'imu': ('angular_velocity', 'linear_acceleration'),
}
FIELDS = {
    kind: attrgetter(*(f'{vector}.{axis}' for vector in vectors for axis in 'xyz'))
    for kind, vectors in VECTORS.items()
}


def decode_low_dim(message: object, source: LowDimSource) -> Array:
    """Pick a source's numbers out of its message.

    Args:
        message: Of rclpy or rosbags, of the type that `LOW_DIM_TYPES` has for the kind.
        source: What is wanted.

    Returns:
        float64, shape (D,), in the order of `source.labels`.

    Raises:
        ObservationError: The message has other numbers than wanted, or one that is not finite.
    """
    found: Sequence[float]
    if source.kind in FIELDS:
        found = FIELDS[source.kind](message)
    elif source.kind.startswith('joint_'):
        found = _joint_values(cast('JointStates', message), source)
    else:
        found = _array(cast('Numbers', message), source)
    values = np.array(found, dtype=np.float64)
    if not np.isfinite(values).all():
        named = dict(zip(source.labels, values.tolist(), strict=True))
        msg = f'A message on {source.topic} holds numbers that are not finite: {named}.'
        raise ObservationError(msg, 'a message holds numbers that are not finite')
    return values


def _array(message: Numbers, source: LowDimSource) -> Sequence[float]:
    if len(message.data) != source.size:
        msg = (
            f'A message on {source.topic} has {len(message.data)} numbers; size says '
            f'{source.size}. Correct size in the embodiment.'
        )
        raise ObservationError(msg, f'a message has not {source.size} numbers')
    return message.data


def _joint_values(message: JointStates, source: LowDimSource) -> Sequence[float]:
    field = source.kind.removeprefix('joint_')
    values: Sequence[float] = getattr(message, field)
    index = {name: i for i, name in enumerate(message.name)}
    missing = [name for name in source.names if name not in index]
    if missing or len(values) != len(message.name):
        what = ', '.join(missing) or f'{field} values'
        reason = f'a joint state lacks {what}'
        msg = (
            f'A joint state on {source.topic} lacks {what}; it holds {len(values)} {field} '
            f'values for {", ".join(message.name) or "no names"}.'
        )
        raise ObservationError(msg, reason)
    return [values[index[name]] for name in source.names]
