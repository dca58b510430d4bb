# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What one tick gives to the filter, as data that can be kept, cut down and played again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.types import JointState, Locks

if TYPE_CHECKING:
    from octo_ros.geometry import Array
    from octo_ros.limits import Obstacle
    from octo_ros.types import Command, JointCommand

UNLOCKED = Locks()


@dataclass(frozen=True, eq=False)
class Measured:
    """A joint state, told relative to what was sent last.

    Played again after other inputs were left out, it still is the state of an arm that follows, or
    does not, in the same way.

    Attributes:
        offset: Measured less sent positions, shape (n,), rad; None for an arm that follows.
        age_ns: How old the stamp is [ns]; negative lies in the future.
        missing: How many joints are left out, from the last.
        speed: Measured speed of all joints [rad/s].
        gripper: Opening.
    """

    offset: Array | None = None
    age_ns: int = 0
    missing: int = 0
    speed: float = 0.0
    gripper: float = 0.5

    def state(self, now_ns: int, sent: Array) -> JointState:
        """The state as it comes at `now_ns` when `sent` [rad], shape (n,), was sent last."""
        positions = sent if self.offset is None else sent + self.offset
        if self.missing:
            positions = positions[: -self.missing]
        speeds = np.full(len(positions), self.speed)
        return JointState(now_ns - self.age_ns, positions, speeds, self.gripper)


FOLLOWING = Measured()


@dataclass(frozen=True)
class Deactivate:
    """The filter is deactivated before the tick."""


@dataclass(frozen=True)
class Reset:
    """A reset before the tick, from any state.

    Attributes:
        measured: The state it is given.
        locks: The locks it is given.
    """

    measured: Measured = FOLLOWING
    locks: Locks = UNLOCKED


@dataclass(frozen=True)
class AddObstacle:
    """An obstacle is put up before the tick."""

    obstacle: Obstacle


@dataclass(frozen=True)
class RemoveObstacle:
    """The obstacle of this name is taken away before the tick."""

    name: str


Action = Deactivate | Reset | AddObstacle | RemoveObstacle


@dataclass(frozen=True)
class TickInput:
    """All that happens in one tick.

    Attributes:
        step_ns: How far the clock goes before it [ns]; negative when it jumps back.
        command: What arrives.
        measured: Joint state that arrives; None for none.
        locks: As the caller has them.
        actions: Before the tick, in this order.
        manner: Who made the command, for people.
    """

    step_ns: int
    command: Command | JointCommand | None = None
    measured: Measured | None = FOLLOWING
    locks: Locks = UNLOCKED
    actions: tuple[Action, ...] = ()
    manner: str = ''


@dataclass
class Episode:
    """A start at rest and all ticks from it.

    Attributes:
        start_ns: Time of the start [ns].
        positions: Where the arm stands, shape (n,), rad.
        gripper: Its opening.
        inputs: The ticks.
    """

    start_ns: int
    positions: Array
    gripper: float
    inputs: list[TickInput] = field(default_factory=list)
