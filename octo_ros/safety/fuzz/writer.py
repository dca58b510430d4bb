# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Writes the good commands that the manners then use, misuse or spoil."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.types import Command, JointCommand

if TYPE_CHECKING:
    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array

PERIOD = 10
"""Ticks between two commands of a well-behaved stream."""


@dataclass(frozen=True)
class Moment:
    """What a manner knows of the tick that it makes a command for.

    Attributes:
        now_ns: Time [ns].
        tick: Since the manner began.
        positions: Sent last, shape (n,), rad.
    """

    now_ns: int
    tick: int
    positions: Array


class Writer:
    """Numbers and stamps commands as a policy would.

    Args:
        embodiment: The robot's contract.
        random: Source of chance.

    Attributes:
        embodiment: The contract.
        seq: Number of the last command.
        gripper: Opening that is asked for.
    """

    def __init__(self, embodiment: Embodiment, random: np.random.Generator) -> None:
        self.embodiment = embodiment
        self._random = random
        self.seq = 0
        self.gripper = 1.0
        limits = embodiment.limits
        self._linear, self._angular = limits.linear_speed, limits.angular_speed
        self._duration = PERIOD / embodiment.timing.control_rate

    def command(
        self, now_ns: int, linear: Array, angular: Array, duration: float | None = None
    ) -> Command:
        """A displacement of the TCP.

        Args:
            now_ns: Its stamp [ns].
            linear: Speed, as a share of the limit, shape (3,).
            angular: Rate of turn, likewise.
            duration: In s; that of a 10 Hz stream when None.
        """
        duration = self._duration if duration is None else duration
        return Command(
            stamp_ns=now_ns,
            seq=self._next(),
            frame_id=self.embodiment.base_frame,
            translation=linear * (self._linear * duration),
            rotation=angular * (self._angular * duration),
            gripper=self.gripper,
            duration=duration,
        )

    def joints(self, now_ns: int, positions: Array) -> JointCommand:
        """Joint positions [rad], shape (n,), to be reached after the usual duration."""
        return JointCommand(
            stamp_ns=now_ns,
            seq=self._next(),
            joint_names=self.embodiment.joints,
            positions=positions,
            gripper=self.gripper,
            duration=self._duration,
        )

    def _next(self) -> int:
        self.seq += 1
        if self._random.random() < 0.05:
            self.gripper = float(self._random.choice([0.0, 1.0, self._random.random()]))
        return self.seq
