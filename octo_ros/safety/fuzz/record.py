# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What was sent in one episode, row by row; all that the judge sees."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from octo_ros.safety_codes import SafetyState
from octo_ros.types import Command

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array
    from octo_ros.limits import Obstacle
    from octo_ros.types import JointCommand, SafeCommand

NEVER = 1_000_000
"""Ticks since something that has not happened yet."""


_ROUNDING = 1e-6
"""An opening this far outside 0..1 is one of 0 or 1 that went through float32."""


@dataclass(frozen=True)
class Record:
    """Rows of an episode as arrays; N rows, the first of them a start.

    Attributes:
        start: A row that no tick made: the arm rests there, by a reset, or because a latched
            filter put its reference to where the arm was known to rest. Bool, shape (N,).
        tick: Input that made the row; of a start, the one that it came before. Shape (N,).
        positions: Shape (N, n), rad.
        velocities: As reported, shape (N, n), rad/s.
        translations: As reported, shape (N, 3), m.
        rotations: As reported, extrinsic rpy, shape (N, 3), rad.
        gripper: Shape (N,).
        state: Numbers of `SafetyState`, shape (N,).
        accepted: A command was accepted in this tick. Bool, shape (N,).
        fit: It was one that may be accepted (True where none was accepted). Bool, shape (N,).
        stamps: Its stamp, else the last one accepted [ns], int, shape (N,).
        silence: Ticks since the last accepted command, int, shape (N,).
        locked: Ticks since a lock was set, or a fault; -1 while none is. Int, shape (N,).
        still: Since the arm last rested, all accepted commands were for no displacement.
        obstacles: Obstacles, each with its first and its last row (excluded).
        malformed: Rows, or ticks without one, whose output broke its form: tick → what.
        resets: For each reset that had to be refused, its tick and whether it was.
    """

    start: NDArray[np.bool_]
    tick: NDArray[np.int64]
    positions: Array
    velocities: Array
    translations: Array
    rotations: Array
    gripper: Array
    state: NDArray[np.int64]
    accepted: NDArray[np.bool_]
    fit: NDArray[np.bool_]
    stamps: NDArray[np.int64]
    silence: NDArray[np.int64]
    locked: NDArray[np.int64]
    still: NDArray[np.bool_]
    obstacles: tuple[tuple[Obstacle, int, int], ...] = ()
    malformed: dict[int, str] = field(default_factory=dict)
    resets: tuple[tuple[int, bool], ...] = ()

    def __len__(self) -> int:
        return len(self.tick)


_COLUMNS: dict[str, type] = {
    'start': np.bool_,
    'tick': np.int64,
    'positions': np.float64,
    'velocities': np.float64,
    'translations': np.float64,
    'rotations': np.float64,
    'gripper': np.float64,
    'state': np.int64,
    'accepted': np.bool_,
    'fit': np.bool_,
    'stamps': np.int64,
    'silence': np.int64,
    'locked': np.int64,
    'still': np.bool_,
}
"""What a row of the recorder holds, in its order."""


@dataclass
class Recorder:
    """Collects the rows of one episode.

    Args:
        embodiment: The robot's contract.
    """

    embodiment: Embodiment
    _rows: list[tuple[object, ...]] = field(default_factory=list)
    _obstacles: list[tuple[Obstacle, int, int]] = field(default_factory=list)
    _malformed: dict[int, str] = field(default_factory=dict)
    _resets: list[tuple[int, bool]] = field(default_factory=list)
    _stamp: int = 0
    _silence: int = NEVER
    _locked: int = -1
    _still: bool = True
    _gripper: float = 0.0
    _decided: float = np.nan

    def begin(self, tick: int, now_ns: int, positions: Array, gripper: float) -> None:
        """The filter was reset at `positions`, with `gripper` as it was measured.

        It may go on with the opening that it decided before, or with the measured one.
        """
        self._stamp, self._silence, self._still = now_ns, NEVER, True
        self._start(tick, positions, gripper, SafetyState.HOLD)

    def relocate(self, tick: int, positions: Array) -> None:
        """A latched filter put its reference to where the arm was known to rest."""
        self._start(tick, positions, self._gripper, SafetyState.LATCHED)

    def lock(self, locked: bool) -> None:
        """One tick, with a lock or a fault set, or without."""
        self._locked = self._locked + 1 if locked else -1

    def sent(
        self, tick: int, sent: SafeCommand, accepted: Command | JointCommand | None, now_ns: int
    ) -> None:
        """One row; `accepted` is the command that the filter took in this tick."""
        fit = True
        self._silence += 1
        if accepted is not None:
            fit = self._fit(accepted, now_ns)
            self._stamp, self._silence = accepted.stamp_ns, 0
            self._still = self._still and _asks_for_nothing(accepted)
        elif sent.state is SafetyState.HOLD and not sent.velocities.any():
            self._still = True
        if self._rows[-1][0] and sent.gripper == self._decided:
            self._rows[-1] = (*self._rows[-1][:6], self._decided, *self._rows[-1][7:])
        self._gripper = self._decided = sent.gripper
        self._rows.append(
            (
                False,
                tick,
                sent.positions,
                sent.velocities,
                sent.executed_translation,
                sent.executed_rotation,
                sent.gripper,
                int(sent.state),
                accepted is not None,
                fit,
                self._stamp,
                self._silence,
                self._locked,
                self._still,
            )
        )

    def malformed(self, tick: int, what: str) -> None:
        """A tick whose output broke its form, or that failed."""
        self._malformed.setdefault(tick, what)

    def reset_to_refuse(self, tick: int, refused: bool) -> None:
        """A reset that had to be refused."""
        self._resets.append((tick, refused))

    def put_up(self, obstacle: Obstacle) -> None:
        """From the last row on an obstacle stands there."""
        self._obstacles.append((obstacle, len(self._rows) - 1, -1))

    def take_away(self, name: str) -> None:
        """The obstacle of this name is gone."""
        self._obstacles = [
            (o, first, len(self._rows) if o.name == name and last < 0 else last)
            for o, first, last in self._obstacles
        ]

    def record(self) -> Record:
        """All rows so far."""
        columns = tuple(zip(*self._rows, strict=True))
        count = len(self._rows)
        obstacles = tuple((o, a, b if b >= 0 else count) for o, a, b in self._obstacles)
        arrays: dict[str, Any] = {
            name: np.array(column, dtype=kind)
            for (name, kind), column in zip(_COLUMNS.items(), columns, strict=True)
        }
        return Record(
            **arrays,
            obstacles=obstacles,
            malformed=dict(self._malformed),
            resets=tuple(self._resets),
        )

    def _start(self, tick: int, positions: Array, gripper: float, state: SafetyState) -> None:
        zero, none = np.zeros(len(positions)), np.zeros(3)
        self._gripper = gripper
        row = (True, tick, positions, zero, none, none, gripper, int(state), False, True)
        self._rows.append((*row, self._stamp, self._silence, self._locked, self._still))

    def _fit(self, command: Command | JointCommand, now_ns: int) -> bool:
        """Whether a command may be accepted at all, by its form and age."""
        timing, period = self.embodiment.timing, 1.0 / self.embodiment.timing.control_rate
        age = (now_ns - command.stamp_ns) * 1e-9
        if isinstance(command, Command):
            named = command.frame_id == self.embodiment.base_frame
            values = [*command.translation, *command.rotation]
        else:
            named = sorted(command.joint_names) == sorted(self.embodiment.joints)
            values = list(command.positions)
        return bool(
            named
            and np.isfinite([*values, command.gripper, command.duration]).all()
            and -_ROUNDING <= command.gripper <= 1.0 + _ROUNDING
            and period <= command.duration <= timing.command_timeout
            and -timing.command_max_future <= age <= timing.command_max_age
            and command.stamp_ns > self._stamp
        )


def _asks_for_nothing(command: Command | JointCommand) -> bool:
    return isinstance(command, Command) and not (
        command.translation.any() or command.rotation.any()
    )
