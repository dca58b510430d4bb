# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What outside of the filter keeps the arm from moving: emergency stop, dead man's switch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from octo_ros.errors import SafetyError
from octo_ros.safety.cause import STOPS, Cause
from octo_ros.safety.freshness import Freshness
from octo_ros.safety_codes import SafetyCode
from octo_ros.types import Locks

if TYPE_CHECKING:
    from octo_ros.embodiment import Embodiment
    from octo_ros.limits import LockSource


class _Lock:
    """One lock: what it said last, when, and whether it was set since it was last looked at."""

    def __init__(self, source: LockSource, period_ns: int, now_ns: int) -> None:
        self.source = source
        self.known = source.required
        self._lease = Freshness(round(1e9 * source.lease), period_ns, now_ns)
        self._locked = source.required
        self._was_set = False

    def heard(self, now_ns: int, locked: bool) -> None:
        self.known = True
        self._locked = locked
        self._was_set = self._was_set or locked
        self._lease.renew(now_ns)

    def set_at(self, now_ns: int) -> bool:
        self._lease.tick()
        was_set, self._was_set = self._was_set, False
        return self.known and (self._locked or was_set or self._lease.expired(now_ns))


class LockMonitor:
    """Listens to the locks of a robot; whatever is not known to be released is locked.

    A lock is set when its last message says so, or when none came for as long as its lease, by the
    clock or by the count of ticks. One that is required is set before its first message, too; any
    other counts from its first message on. A lock that was set and released between two ticks is
    set for one tick: a short push on an emergency stop is not lost.

    Args:
        embodiment: Its `locks`.
        now_ns: Time of the start [ns].
    """

    def __init__(self, embodiment: Embodiment, now_ns: int) -> None:
        period_ns = round(1e9 / embodiment.timing.control_rate)
        self._locks = {
            name: _Lock(source, period_ns, now_ns) for name, source in embodiment.locks.items()
        }

    def heard(self, name: str, now_ns: int, locked: bool) -> None:
        """A message of one lock came.

        Args:
            name: Key of the contract's `locks`.
            now_ns: Time of its arrival [ns].
            locked: What it says.

        Raises:
            SafetyError: The contract has no such lock.
        """
        if name not in self._locks:
            known = ', '.join(sorted(self._locks)) or 'none'
            msg = f'The contract has no lock {name!r}; it has {known}.'
            raise SafetyError(msg)
        self._locks[name].heard(now_ns, locked)

    def locks(self, now_ns: int) -> Locks:
        """What is set at `now_ns` [ns]. Call it once per tick; a reset takes the last answer."""
        names = [name for name, lock in self._locks.items() if lock.set_at(now_ns)]
        return Locks(
            latched=tuple(name for name in names if self._locks[name].source.latching),
            held=tuple(name for name in names if not self._locks[name].source.latching),
        )


def causes_of(locks: Locks | None, required: tuple[str, ...]) -> list[Cause]:
    """What the locks give as causes to stop, the gravest first.

    Args:
        locks: Of this tick; None when the caller knows nothing.
        required: Names of the contract's required locks; they are held when `locks` is None.

    Raises:
        SafetyError: `locks.cause` is no STOP_* code.
    """
    if locks is None:
        text = f'{", ".join(required)} must be known to be released, and is not.'
        return [Cause.of(SafetyCode.STOP_LOCKED, text)] if required else []
    causes = []
    if locks.latched:
        text = f'{", ".join(locks.latched)} is set, or silent; release it and reset.'
        causes.append(Cause.of(SafetyCode.STOP_EMERGENCY, text))
    if locks.robot_fault:
        text = f'The robot reports: {locks.robot_fault}'
        causes.append(Cause.of(SafetyCode.STOP_ROBOT_FAULT, text))
    if locks.cause is not None:
        if locks.cause not in STOPS:
            msg = f'{locks.cause} is no cause to stop; give one of the STOP_* codes, or None.'
            raise SafetyError(msg)
        causes.append(Cause.of(locks.cause, locks.cause_text))
    if locks.held:
        text = f'{", ".join(locks.held)} is set, or silent; release it to go on.'
        causes.append(Cause.of(SafetyCode.STOP_LOCKED, text))
    return causes
