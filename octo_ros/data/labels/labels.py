# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One way to make actions per source, all asked in the same way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from octo_ros.data.labels.achieved_pose import AchievedPoseLabels
from octo_ros.data.labels.command_delta import CommandDeltaLabels
from octo_ros.data.labels.command_pose import CommandPoseLabels
from octo_ros.data.labels.command_velocity import CommandVelocityLabels
from octo_ros.data.labels.executed import ExecutedLabels
from octo_ros.data.labels.joint import JointLabels
from octo_ros.data.labels.joint_delta import JointDeltaLabels

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from typing_extensions import Self

    from octo_ros.data.bags.bag import Bag, BagMessage
    from octo_ros.data.conversion.request import Topics
    from octo_ros.data.labels.source import ActionSource
    from octo_ros.data.labels.states import LabelStates
    from octo_ros.embodiment import Embodiment


class ActionLabels(Protocol):
    """Makes the actions of one recording: `check`, then `add` messages, then `actions`.

    An object that has been checked can be pickled, so that a bag is checked once and its episodes
    are labelled by other processes, each with a copy of its own, made by `since`.
    """

    @property
    def names(self) -> tuple[str, ...]:
        """Name of each of the A numbers of an action."""
        ...

    @property
    def normalised(self) -> tuple[bool, ...]:
        """Octo's `action_normalization_mask`, shape (A,): all but the gripper."""
        ...

    @property
    def topics(self) -> tuple[str, ...]:
        """Topics to read besides the observation's; known once `check` was called."""
        ...

    @property
    def lead_ns(self) -> int:
        """How long before the first observation messages matter [ns]."""
        ...

    @property
    def remarks(self) -> Counter[str]:
        """What was odd or assumed, as sentences, to how many steps or messages it concerns."""
        ...

    @property
    def warnings(self) -> Counter[str]:
        """What makes the actions doubtful, as sentences, likewise."""
        ...

    def check(self, bag: Bag) -> None:
        """Check that a bag has what is needed, and find out how to read it.

        Raises:
            BagError: A topic is missing, has the wrong type, or cannot be understood.
        """
        ...

    def since(self, start_ns: int) -> Self:
        """The same labels for an episode that begins at an arrival [ns].

        What was commanded before, however long ago, and still holds goes with them, so that only
        messages of the last `lead_ns` need to be added. They share the rest with this object:
        copy them deeply before messages are added.
        """
        ...

    def add(self, message: BagMessage) -> None:
        """Take a message of `topics`, in any order; its `stamp_ns` tells when it was.

        Raises:
            BagError: It is given in another frame than the base frame.
        """
        ...

    def actions(self, stamps_ns: Sequence[int], states: LabelStates) -> NDArray[np.float32]:
        """The actions at n consecutive observations; may be asked for one part after another.

        Args:
            stamps_ns: Times of the observations [ns].
            states: The robot at these times.

        Returns:
            float32, shape (n, A).

        Raises:
            BagError: The states lack the joints.
        """
        ...


def labels_for(source: ActionSource, embodiment: Embodiment, topics: Topics) -> ActionLabels:
    """The way to make actions from a source.

    Args:
        source: One of `ACTION_SOURCES`.
        embodiment: Joints, gripper and frames of the robot.
        topics: Where commands are.
    """
    kinds: dict[ActionSource, Callable[[Embodiment, Topics], ActionLabels]] = {
        'achieved_pose': AchievedPoseLabels,
        'command_delta': CommandDeltaLabels,
        'command_velocity': CommandVelocityLabels,
        'command_pose': CommandPoseLabels,
        'executed': ExecutedLabels,
        'joint': JointLabels,
        'joint_delta': JointDeltaLabels,
    }
    return kinds[source](embodiment, topics)
