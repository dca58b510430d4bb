# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What all sources of commanded actions have in common: a topic of commands in the base frame."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from octo_ros.data.fields import vector
from octo_ros.data.frames import check_frame
from octo_ros.data.labels.gripper_labels import GripperLabels
from octo_ros.data.labels.recipe import Recipe
from octo_ros.data.labels.source import ActionSource, command_topic

if TYPE_CHECKING:
    from octo_ros.data.bags.bag import Bag, BagMessage
    from octo_ros.data.conversion.request import Topics
    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array

HOLD_NS = 500_000_000  # a command older than this asks for nothing any more
LEAD_NS = 2_000_000_000  # more than a command lasts


class CommandedRecipe(Recipe):
    """Reads commands, and checks their frame and that they are finite."""

    source: ClassVar[ActionSource]
    types: ClassVar[tuple[str, ...]]

    def __init__(self, embodiment: Embodiment, topics: Topics) -> None:
        self._topic = command_topic(self.source, topics)
        super().__init__(embodiment, topics)
        self._type = ''

    def _gripper_labels(self, embodiment: Embodiment, topics: Topics) -> GripperLabels:
        return GripperLabels(embodiment, topics.gripper, self._topic)

    @property
    def topics(self) -> tuple[str, ...]:
        """Topics to read besides the observation's; known once `check` was called."""
        return tuple(dict.fromkeys([self._topic, *super().topics]))

    @property
    def lead_ns(self) -> int:
        """How long before the first observation messages matter [ns]."""
        return max(LEAD_NS, super().lead_ns)

    def check(self, bag: Bag) -> None:
        """Check that a bag has the commands.

        Raises:
            BagError: A topic is missing, has the wrong type, or cannot be understood.
        """
        bag.require(self._topic, self.types, 'commanded actions')
        self._type = bag.topics[self._topic]
        super().check(bag)

    def add(self, message: BagMessage) -> None:
        """Take a message; one that is not finite is counted in `remarks`.

        Raises:
            BagError: It is given in another frame than the base frame.
        """
        super().add(message)
        if message.topic != self._topic:
            return
        header = getattr(message.value, 'header', None)
        frame_id = header.frame_id if header is not None else ''
        if not check_frame(self._topic, frame_id, self._embodiment.base_frame):
            self._remarks[f'{self._topic}: commands name no frame; the base frame is assumed'] += 1
        if not self.take(message):
            self._remarks[f'{self._topic}: commands that are not finite were left out'] += 1

    @abstractmethod
    def take(self, message: BagMessage) -> bool:
        """Keep a command; False if its numbers are not finite."""


def finite_vectors(*values: Any) -> tuple[Array, ...] | None:  # noqa: ANN401 - Vector3 or Point
    """The numbers of vectors, each of shape (3,); None unless all are finite."""
    arrays = tuple(vector(value) for value in values)
    return arrays if all(np.isfinite(array).all() for array in arrays) else None
