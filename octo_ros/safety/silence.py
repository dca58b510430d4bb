# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the silence of the commands leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from octo_ros.safety.cause import Cause
from octo_ros.safety.freshness import Freshness
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from octo_ros.limits import Timing


class CommandSilence:
    """Counts the time since the last accepted command.

    After `command_timeout` the arm is stopped. A stream that ended at rest ended as it should, and
    may go on at any time. One that broke off in the middle of a motion goes on by itself for
    `resume_within`, counted from the last accepted command; after that nobody knows any more
    whether what the policy wanted then still makes sense, and a reset is needed.

    It ended at rest if its last accepted command asked for no displacement and its time was over
    when the silence had lasted too long. So a sender that stops on purpose sends commands for no
    displacement last.

    Args:
        timing: Of the robot.
        now_ns: Time of the start [ns].
    """

    def __init__(self, timing: Timing, now_ns: int) -> None:
        period_ns = round(1e9 / timing.control_rate)
        self._timing = timing
        self._timeout = Freshness(round(1e9 * timing.command_timeout), period_ns, now_ns)
        self._hope = Freshness(round(1e9 * timing.resume_within), period_ns, now_ns)
        self._broke_off = False

    def tick(self) -> None:
        """One control period has begun."""
        self._timeout.tick()
        self._hope.tick()

    def heard(self, now_ns: int) -> None:
        """A command was accepted at `now_ns` [ns]."""
        self._timeout.renew(now_ns)
        self._hope.renew(now_ns)
        self._broke_off = False

    def timed_out(self, now_ns: int) -> Cause | None:
        """Why to stop an arm that runs at `now_ns` [ns]; None while commands come."""
        if not self._timeout.expired(now_ns):
            return None
        text = f'No command was accepted for {self._timing.command_timeout:g} s.'
        return Cause.of(SafetyCode.STOP_COMMAND_TIMEOUT, text)

    def broke_off(self) -> None:
        """The time was out in the middle of a motion."""
        self._broke_off = True

    def lost(self, now_ns: int) -> Cause | None:
        """Why a stream that broke off may not go on at `now_ns` [ns]; None if it may."""
        if not self._broke_off or not self._hope.expired(now_ns):
            return None
        text = (
            f'No command was accepted for {self._timing.resume_within:g} s'
            ' in the middle of a motion.'
        )
        return Cause.of(SafetyCode.STOP_LOST, text)
