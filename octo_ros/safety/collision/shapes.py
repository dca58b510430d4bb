# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Shapes for coal, which measures distances."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from octo_ros.errors import KinematicsError

if TYPE_CHECKING:
    from collections.abc import Sequence


def coal_shape(kind: str, size: Sequence[float]) -> Any:  # noqa: ANN401 - coal has no types
    """A shape around its own origin.

    Args:
        kind: `capsule` along z (radius, length of the cylinder), `box` (full lengths) or `plane`
            (height: the half-space below it).
        size: In m.

    Raises:
        KinematicsError: coal is not installed.
    """
    try:
        import coal
    except ImportError as error:
        msg = (
            f'Collision checks need coal, which cannot be imported ({error}).'
            ' Install it with `pip install coal` or, beside ROS, `apt install'
            ' ros-$ROS_DISTRO-coal`.'
        )
        raise KinematicsError(msg) from None
    if kind == 'plane':
        return coal.Halfspace(np.array([0.0, 0.0, 1.0]), *size)
    return {'capsule': coal.Capsule, 'box': coal.Box}[kind](*size)
