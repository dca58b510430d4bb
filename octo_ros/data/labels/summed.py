# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What sources whose commands are displacements have in common: they are added up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from octo_ros.data.labels.commanded import CommandedRecipe, finite_vectors
from octo_ros.data.labels.displacements import Displacement, sums
from octo_ros.data.labels.gripper_labels import GripperLabels

if TYPE_CHECKING:
    from octo_ros.data.bags.bag import BagMessage
    from octo_ros.data.conversion.request import Topics
    from octo_ros.data.labels.states import LabelStates
    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array


class SummedRecipe(CommandedRecipe):
    """Adds up displacements from each observation to the next."""

    def __init__(self, embodiment: Embodiment, topics: Topics) -> None:
        super().__init__(embodiment, topics)
        self._displacements: list[Displacement] = []

    def _gripper_labels(self, embodiment: Embodiment, topics: Topics) -> GripperLabels:
        return GripperLabels(embodiment, topics.gripper, self._topic, holds=True)

    def take(self, message: BagMessage) -> bool:
        """Keep a displacement; False if its numbers are not finite."""
        vectors = finite_vectors(*self._parts(message))
        if vectors is not None:
            self._displacements.append(Displacement(message.stamp_ns, *vectors))
        return vectors is not None

    def _parts(self, message: BagMessage) -> tuple[object, object]:
        """Translation [m] and extrinsic x-y-z rotation [rad] of a command, as Vector3."""
        return message.value.translation, message.value.rotation

    def motion(self, stamps_ns: Sequence[int], states: LabelStates) -> Array:
        """Sums, shape (n, 6): m and rad, base axes; 0 where nothing was commanded, and last."""
        del states  # only commands count
        return sums(stamps_ns, self._displacements)
