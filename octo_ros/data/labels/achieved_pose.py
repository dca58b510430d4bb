# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Actions from where the end effector really went."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from octo_ros.data.labels.displacements import achieved
from octo_ros.data.labels.recipe import Recipe

if TYPE_CHECKING:
    from octo_ros.data.labels.states import LabelStates
    from octo_ros.geometry import Array


class AchievedPoseLabels(Recipe):
    """Displacement from each observed pose to the next."""

    def motion(self, stamps_ns: Sequence[int], states: LabelStates) -> Array:
        """Displacements, shape (n, 6): m and rad, base axes; the last one is 0."""
        del stamps_ns  # the states are of these times already
        return achieved(states.proprio)
