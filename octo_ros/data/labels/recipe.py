# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What all ways to make actions have in common: a motion, and a gripper beside it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Sequence
from copy import copy
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.data.labels.gripper_labels import GripperLabels
from octo_ros.data.labels.source import POLICY_TOPIC
from octo_ros.embodiment import ACTION_NAMES

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from typing_extensions import Self

    from octo_ros.data.bags.bag import Bag, BagMessage
    from octo_ros.data.conversion.request import Topics
    from octo_ros.data.labels.states import LabelStates
    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array


class Recipe(ABC):
    """An action source whose gripper is that of the policy's commands, else the measured one.

    Args:
        embodiment: Joints, gripper and frames of the robot.
        topics: Where commands are.

    Attributes:
        names: Name of each of the A numbers of an action.
    """

    names: tuple[str, ...] = ACTION_NAMES

    def __init__(self, embodiment: Embodiment, topics: Topics) -> None:
        self._embodiment = embodiment
        self._gripper = self._gripper_labels(embodiment, topics)
        self._remarks: Counter[str] = Counter()
        self._warnings: Counter[str] = Counter()

    def _gripper_labels(self, embodiment: Embodiment, topics: Topics) -> GripperLabels:
        stream = topics.commands or topics.own(POLICY_TOPIC)
        return GripperLabels(embodiment, topics.gripper, stream, needed=bool(topics.commands))

    @property
    def normalised(self) -> tuple[bool, ...]:
        """Octo's `action_normalization_mask`: all but the gripper."""
        return (*(True for _ in self.names[:-1]), False)

    @property
    def topics(self) -> tuple[str, ...]:
        """Topics to read besides the observation's; known once `check` was called."""
        return self._gripper.topics

    @property
    def lead_ns(self) -> int:
        """How long before the first observation messages matter [ns]."""
        return self._gripper.lead_ns

    @property
    def remarks(self) -> Counter[str]:
        """What was odd or assumed, as sentences, to how many steps or messages it concerns."""
        return self._remarks + self._gripper.remarks

    @property
    def warnings(self) -> Counter[str]:
        """What makes the actions doubtful, likewise."""
        return self._warnings + self._gripper.warnings

    def check(self, bag: Bag) -> None:
        """Check that a bag has what is needed.

        Raises:
            BagError: A topic is missing, has the wrong type, or cannot be understood.
        """
        self._gripper.check(bag)

    def since(self, start_ns: int) -> Self:
        """The same labels for what arrives from a time [ns] on; see `ActionLabels`."""
        later = copy(self)
        later._gripper = self._gripper.since(start_ns)
        return later

    def add(self, message: BagMessage) -> None:
        """Take a message; its `stamp_ns` tells when it was."""
        self._gripper.add(message)

    def actions(self, stamps_ns: Sequence[int], states: LabelStates) -> NDArray[np.float32]:
        """The actions at n consecutive observations: float32, shape (n, A)."""
        motion = self.motion(stamps_ns, states)
        gripper = self._gripper.column(stamps_ns, states.gripper)
        return np.column_stack([motion, gripper]).astype(np.float32)

    @abstractmethod
    def motion(self, stamps_ns: Sequence[int], states: LabelStates) -> Array:
        """All numbers of the actions but the gripper's: float64, shape (n, A - 1)."""
