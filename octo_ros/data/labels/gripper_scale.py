# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the numbers of a gripper topic mean: joint values of the gripper, or openings 0..1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

from octo_ros.data.labels.gripper import CLOSED, OPEN
from octo_ros.errors import BagError

if TYPE_CHECKING:
    from octo_ros.embodiment import Gripper
    from octo_ros.geometry import Array

GripperScale = Literal['joint', 'opening']
SLACK = 0.05  # of the whole range; commands go a little past the stops
ALIKE = 0.02
OPENS = 0.5  # a gripper that never opens by its commands has commands in another unit


def gripper_scale(values: Sequence[float], gripper: Gripper, topic: str) -> GripperScale:
    """Find out what the numbers on a topic mean, or refuse to guess.

    They mean joint values, or openings, if only that makes sense of every one of them. If both do,
    they mean that by which the gripper opens and closes fully, where by the other it does not;
    else joint values, where as openings they would never open it and not quite close it either.

    Args:
        values: All numbers of a recording, at least one, finite.
        gripper: The gripper's joint and its range.
        topic: Where they come from; part of the message.

    Raises:
        BagError: They may mean either and it matters, or fit neither.
    """
    numbers = np.asarray(values, dtype=np.float64)
    span = gripper.open_position - gripper.closed_position
    as_joint = (numbers - gripper.closed_position) / span
    fits_joint, fits_opening = _fits(as_joint), _fits(numbers)
    as_joint, numbers = np.clip(as_joint, 0, 1), np.clip(numbers, 0, 1)
    if fits_joint and np.abs(as_joint - numbers).max() <= ALIKE:
        return 'joint'
    if fits_joint and fits_opening:
        by_joint, by_opening = _is_full(as_joint), _is_full(numbers)
        if by_joint != by_opening:
            return 'joint' if by_joint else 'opening'
        if ALIKE < numbers.max() < OPENS:
            return 'joint'
    elif fits_joint:
        return 'joint'
    elif fits_opening and numbers.max() >= OPENS:
        return 'opening'
    msg = (
        f'{topic} holds gripper commands of {min(values):g} .. {max(values):g}. It cannot be told '
        f'whether these are values of {gripper.joint} (open {gripper.open_position:g}, closed '
        f'{gripper.closed_position:g}) or openings (open 1, closed 0). Record a '
        'sensor_msgs/JointState that names the joint, or leave --gripper-topic out, so that the '
        'measured opening is used.'
    )
    raise BagError(msg)


def _fits(openings: Array) -> bool:
    return bool(openings.min() >= -SLACK and openings.max() <= 1 + SLACK)


def _is_full(openings: Array) -> bool:
    return bool(openings.min() <= CLOSED and openings.max() >= OPEN)
