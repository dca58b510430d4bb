# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Actions from how far the joints really went."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.data.labels.joint import JointLabels

if TYPE_CHECKING:
    from octo_ros.data.labels.states import LabelStates
    from octo_ros.geometry import Array


class JointDeltaLabels(JointLabels):
    """Differences of the joint positions from each observation to the next: Octo's JOINT_POS."""

    def motion(self, stamps_ns: Sequence[int], states: LabelStates) -> Array:
        """Differences, shape (n, J), rad; the last row is 0.

        Raises:
            BagError: The states lack the joints.
        """
        del stamps_ns  # the states are of these times already
        joints = self._joints(states)
        return np.concatenate([np.diff(joints, axis=0), np.zeros_like(joints[-1:])])
