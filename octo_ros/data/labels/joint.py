# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Actions from where the joints really went."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.data.labels.recipe import Recipe
from octo_ros.errors import BagError

if TYPE_CHECKING:
    from octo_ros.data.conversion.request import Topics
    from octo_ros.data.labels.states import LabelStates
    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array


class JointLabels(Recipe):
    """Absolute positions of the joints at the next observation."""

    def __init__(self, embodiment: Embodiment, topics: Topics) -> None:
        super().__init__(embodiment, topics)
        self.names = (*embodiment.joints, 'gripper')

    def motion(self, stamps_ns: Sequence[int], states: LabelStates) -> Array:
        """Positions, shape (n, J), rad; the last row stays where the joints are.

        Raises:
            BagError: The states lack the joints.
        """
        del stamps_ns  # the states are of these times already
        joints = self._joints(states)
        return np.concatenate([joints[1:], joints[-1:]])

    def _joints(self, states: LabelStates) -> Array:
        wanted = self._embodiment.joints
        if states.joints.shape[1] != len(wanted):
            msg = (
                f'The observations tell {states.joints.shape[1]} joint positions; joint actions '
                f'need those of {", ".join(wanted)}. Leave --pose-topic out, so that all joints '
                'are read, or choose --action achieved_pose.'
            )
            raise BagError(msg)
        return states.joints
