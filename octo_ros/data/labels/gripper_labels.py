# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The gripper's number of every action: what was commanded, else what was measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any

import numpy as np

from octo_ros.data.labels.gripper import settle
from octo_ros.data.labels.gripper_scale import GripperScale, gripper_scale
from octo_ros.data.labels.setpoints import Setpoints

if TYPE_CHECKING:
    from octo_ros.data.bags.bag import Bag, BagMessage
    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array

NUMBER_TYPES = ('std_msgs/msg/Float64', 'std_msgs/msg/Float32')
JOINT_TYPE = 'sensor_msgs/msg/JointState'
COMMAND_TYPE = 'control_msgs/msg/GripperCommand'
STREAM_TYPES = ('octo_ros_msgs/msg/EndEffectorDelta', 'octo_ros_msgs/msg/ExecutedAction')
GRIPPER_TYPES = (*NUMBER_TYPES, JOINT_TYPE, COMMAND_TYPE, *STREAM_TYPES)
LEAD_NS = 2_000_000_000
# A gripper is often told only once, and holds that; a stream of commands that ends says no more.
STREAM_HOLD_NS = 500_000_000


class GripperLabels:
    """Openings, 0 closed .. 1 open.

    Of commands the last one before the next observation counts, as it was given. Without one the
    measured opening counts, settled to 0 or 1 (`octo_ros.data.labels.gripper`). A command on a
    topic that was named holds until the next one, however long that takes; commands that come
    along with the motion hold for half a second, or for ever where the motion is taken from them
    as well.

    Args:
        embodiment: The gripper's joint and its range.
        topic: The gripper's command topic; None: `stream`.
        stream: Topic whose messages may carry a gripper command besides a motion.
        holds: A command of the stream holds until the next one.
        needed: The stream was named for the gripper alone, so it must have its commands.

    Attributes:
        topics: What to read; known once `check` was called.
        lead_ns: How long before the first observation messages matter [ns].
        remarks: What was odd or assumed, and how often.
        warnings: What makes the openings doubtful, and how often.
    """

    def __init__(
        self,
        embodiment: Embodiment,
        topic: str | None,
        stream: str,
        *,
        holds: bool = False,
        needed: bool = False,
    ) -> None:
        self._gripper = embodiment.gripper
        self._named = topic
        self._stream = stream
        self._needed = needed
        self._max_hold_ns = None if topic or holds else STREAM_HOLD_NS
        self._kind = ''
        self._scale: GripperScale = 'opening'
        self._commands: dict[int, float] = {}
        self._setpoints = Setpoints()
        self._before = np.nan  # what was commanded before the messages that are added
        self.topics: tuple[str, ...] = ()
        self.lead_ns = LEAD_NS
        self.remarks: Counter[str] = Counter()
        self.warnings: Counter[str] = Counter()

    def check(self, bag: Bag) -> None:
        """Find the commands and what their numbers mean.

        Raises:
            BagError: A named topic is missing, has the wrong type, or cannot be understood.
        """
        if self._named is None:
            if self._needed:
                bag.require(self._stream, STREAM_TYPES, 'gripper commands beside a motion')
            found = bag.topics.get(self._stream, '')
            self._kind = found if found in STREAM_TYPES else ''
            self.topics = (self._stream,) if self._kind else ()
            return
        bag.require(self._named, GRIPPER_TYPES, 'gripper commands')
        self.topics = (self._named,)
        self._kind = bag.topics[self._named]
        messages = bag.messages([self._named])
        self._setpoints = Setpoints.of((m.received_ns, self._number(m.value)) for m in messages)
        if self._kind in (*NUMBER_TYPES, COMMAND_TYPE) and len(self._setpoints.numbers):
            numbers = self._setpoints.numbers.tolist()
            self._scale = gripper_scale(numbers, self._gripper, self._named)

    def since(self, start_ns: int) -> GripperLabels:
        """The same labels for what arrives from a time [ns] on; they know the last command."""
        later = copy(self)
        later._before = self._opening(self._setpoints.before(start_ns))
        later._setpoints = Setpoints()
        return later

    def add(self, message: BagMessage) -> None:
        """Take a message; of other topics than its own nothing happens."""
        if message.topic not in self.topics:
            return
        number = self._number(message.value)
        if not np.isfinite(number):
            self.remarks[f'{message.topic}: messages without a finite gripper command'] += 1
            return
        self._commands[message.stamp_ns] = self._opening(number)

    def column(self, stamps_ns: Sequence[int], measured: Array) -> Array:
        """The gripper's number of n consecutive actions.

        Args:
            stamps_ns: Times of the observations [ns].
            measured: Shape (n,): opening at these times.

        Returns:
            Shape (n,). The last one holds what was commanded, or seen, by then.
        """
        settled = settle(measured)
        seen = np.append(settled.opening[1:], settled.opening[-1])
        commanded = self._commanded(np.asarray(stamps_ns, dtype=np.int64))
        is_command = np.isfinite(commanded)
        self._remark(int(is_command.sum()), f'gripper from the commands on {self._source}')
        if not is_command.all():
            count = int((~is_command).sum())
            measured_instead = 'gripper from the measured opening, settled to open or closed'
            if self._named is None:
                self._remark(count, measured_instead)
            else:
                early = f'nothing was commanded on {self._named} so far: {measured_instead}'
                self.warnings[early] += count
            held, guessed = settled.held, settled.guessed
            self._remark(
                held, 'gripper stood still between open and closed: taken for closed if it closed'
            )
            self._remark(guessed, 'gripper never open nor closed: its meaning was guessed')
        return np.where(is_command, commanded, seen)

    @property
    def _source(self) -> str:
        return self._named or self._stream

    def _commanded(self, stamps_ns: Array) -> Array:
        """What was commanded before the next observation; NaN where nothing was."""
        if not self._commands:
            return np.full(len(stamps_ns), self._before)
        times = np.array(sorted(self._commands), dtype=np.int64)
        values = np.array([self._commands[int(time)] for time in times])
        ends_ns = np.append(stamps_ns[1:], stamps_ns[-1])
        index = np.searchsorted(times, ends_ns, side='left') - 1
        is_known = index >= 0
        if self._max_hold_ns is not None:
            is_known &= stamps_ns - times[index] <= self._max_hold_ns
        return np.where(is_known, values[index], self._before)

    def _opening(self, number: float) -> float:
        """What a number of a command means; NaN stays."""
        is_joint = self._kind == JOINT_TYPE or (
            self._kind not in STREAM_TYPES and self._scale == 'joint'
        )
        if np.isnan(number):
            return number
        return self._gripper.opening(number) if is_joint else min(max(number, 0.0), 1.0)

    def _number(self, value: Any) -> float:  # noqa: ANN401 - one of GRIPPER_TYPES
        if self._kind in NUMBER_TYPES:
            return float(value.data)
        if self._kind == COMMAND_TYPE:
            return float(value.position)
        if self._kind == JOINT_TYPE:
            return _joint_value(value.name, value.position, self._gripper.joint)
        return float(value.gripper)

    def _remark(self, count: int, sentence: str) -> None:
        if count:
            self.remarks[sentence] += count


def _joint_value(names: Iterable[str], positions: Sequence[float], joint: str) -> float:
    """NaN if the message says nothing about the joint."""
    found = dict(zip(names, positions, strict=False))
    return float(found.get(joint, np.nan))
