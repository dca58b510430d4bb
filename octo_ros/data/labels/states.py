# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the observations of an episode tell about the robot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from octo_ros.geometry import Array


@dataclass(frozen=True)
class LabelStates:
    """The robot at n consecutive observations, n at least 1.

    Attributes:
        proprio: float32, shape (n, 7): xyz [m], extrinsic rpy [rad] of R·R0ᵀ, gripper opening.
        joints: Shape (n, J), rad, in the embodiment's order; J is 0 where they are not known.
        gripper: Shape (n,): opening, 0 closed .. 1 open.
    """

    proprio: NDArray[np.float32]
    joints: Array
    gripper: Array
