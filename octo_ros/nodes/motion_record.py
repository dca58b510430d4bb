# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What was seen of an arm on the wire, and how long it took to come to rest."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from octo_ros.geometry import Array

STANDING = 1e-6  # rad per control period
STANDING_TICKS = 15
RESTING_TICKS = 2  # a policy that comes back in time is followed at once
SILENCE = 0.2  # s
AT_REST = 0.02  # rad/s
RESTING_STATES = 5


@dataclass(frozen=True)
class Stop:
    """How the arm came to rest.

    Attributes:
        ticks: Control periods until the reference stood.
        reference: The same by the clock [s].
        arm: Until the last joint state that still moved [s]; None where none could be read.
        late: What the control periods took in excess of their length [s]; it is never made up.
        lost: What the driver took in excess of its period where it left a joint state out [s].
    """

    ticks: int
    reference: float
    arm: float | None
    late: float
    lost: float


@dataclass
class MotionRecord:
    """References, joint states and commands with the time of their arrival [s].

    Attributes:
        references: Joint references, shape (n,), rad, as the driver was sent them.
        states: Largest joint speed [rad/s].
        sent: When each command arrived, by its number.
        accepted: Numbers of the commands that were executed, in order.
        refused: Numbers of those that were not.
    """

    references: list[tuple[float, Array]] = field(default_factory=list)
    states: list[tuple[float, float]] = field(default_factory=list)
    sent: dict[int, float] = field(default_factory=dict)
    accepted: list[int] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)

    def forget(self) -> None:
        """Begin anew."""
        for kept in (self.references, self.states, self.sent, self.accepted, self.refused):
            kept.clear()

    @property
    def speed(self) -> float:
        """Largest joint speed [rad/s] of the newest joint state; 0 before the first."""
        return self.states[-1][1] if self.states else 0.0

    @property
    def standing(self) -> bool:
        """Whether the newest references are one and the same."""
        newest = np.array([q for _, q in self.references[-STANDING_TICKS:]])
        return len(newest) == STANDING_TICKS and bool(np.ptp(newest, axis=0).max() <= STANDING)

    def rested(self, since: float) -> float | None:
        """When the reference first stood after `since` [s].

        Returns:
            Arrival of the reference that stayed; None if none did.
        """
        stamps = np.array([t for t, _ in self.references])
        last = self._resting_index(since)
        return None if last is None else float(stamps[last])

    def arm_rested(self, since: float) -> bool:
        """Whether enough joint states have rested, one after another, after `since` [s]."""
        return self._arm_at_rest(since) is not None

    def last_accepted(self, until: float) -> float | None:
        """When the last command that was executed had arrived, of those not after `until` [s]."""
        times = [self.sent[number] for number in self.accepted if number in self.sent]
        return max((t for t in times if t <= until), default=None)

    def stop(self, since: float, counted_from: float, periods: tuple[float, float]) -> Stop | None:
        """The first rest after one time, with everything counted from another one.

        Args:
            since: The rest is looked for after this [s].
            counted_from: Ticks and seconds count from here [s].
            periods: Control period, and period of the joint states [s].

        Returns:
            None if the reference was not seen to rest.
        """
        last = self._resting_index(since)
        if last is None:
            return None
        period, state_period = periods
        stamps = np.array([t for t, _ in self.references])
        ticks = int((stamps[: last + 1] > counted_from).sum())
        reference = max(0.0, float(stamps[last]) - counted_from)
        rest = self._arm_at_rest(since)
        arm = None if rest is None else max(0.0, rest - counted_from)
        until = max(reference, arm or 0.0) + counted_from + 2 * state_period
        gaps = np.diff([t for t, _ in self.states if counted_from <= t <= until])
        lost = float((gaps - state_period)[gaps > 2 * state_period].sum())
        return Stop(ticks, reference, arm, max(0.0, reference - ticks * period), lost)

    def _resting_index(self, since: float) -> int | None:
        """Of the reference with which the first rest begins."""
        if not self.references:
            return None
        stamps = np.array([t for t, _ in self.references])
        positions = np.array([q for _, q in self.references])
        steps = np.abs(np.diff(positions, axis=0)).max(axis=1) > STANDING
        first = int(np.searchsorted(stamps, since, side='right'))
        moved = np.flatnonzero(steps) + 1
        # A driver that is sent nothing holds what it was sent last.
        silent = bool(self.states) and self.states[-1][0] - stamps[-1] > SILENCE
        # The reference before is where the arm would rest if none after it moved.
        for last in (max(first - 1, 0), *moved[moved >= first]):
            following = moved[moved > last]
            end = int(following[0]) if len(following) else len(stamps)
            left = silent and end == len(stamps)
            if left or end - 1 - last >= RESTING_TICKS:
                return int(last)
        return None

    def _arm_at_rest(self, since: float) -> float | None:
        """Time of the last joint state that moved before enough of them rested."""
        times = [t for t, _ in self.states if t > since]
        moving = [speed > AT_REST for t, speed in self.states if t > since]
        last = since
        for i, (time, moves) in enumerate(zip(times, moving, strict=True)):
            if moves:
                last = time
            elif len(moving[i:]) >= RESTING_STATES and not any(moving[i : i + RESTING_STATES]):
                return last
        return None
