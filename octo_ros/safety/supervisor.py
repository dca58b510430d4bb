# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The states of the filter and the ways between them."""

from __future__ import annotations

from octo_ros.safety.cause import Cause
from octo_ros.safety_codes import SafetyCode, SafetyState

IDLE = Cause.of(SafetyCode.IDLE)


class Supervisor:
    """INACTIVE –start→ HOLD –run→ RUN –stop→ STOPPING –rest→ HOLD or LATCHED.

    The cause of the stop decides where it ends. A cause that latches takes the filter from HOLD to
    LATCHED at once. One that comes up while it stops takes the place of one that does not latch;
    otherwise the first cause stays, for what follows from it is no news. Only `start` leaves
    LATCHED.

    Attributes:
        state: Where the filter stands.
        cause: Why it does not run; the last one while it runs.
        kept: Why it was LATCHED, or about to be, when it was deactivated; None if it was not.
    """

    state: SafetyState
    cause: Cause
    kept: Cause | None

    def __init__(self) -> None:
        self.state = SafetyState.INACTIVE
        self.cause = IDLE
        self.kept = None

    @property
    def latch(self) -> str | None:
        """The sentence of the cause while LATCHED; None otherwise."""
        return self.cause.text if self.state is SafetyState.LATCHED else None

    def start(self) -> None:
        """The conditions of a start are met: hold."""
        self.state, self.cause, self.kept = SafetyState.HOLD, IDLE, None

    def deactivate(self) -> None:
        """Be INACTIVE, whatever was."""
        stopped = self.state in (SafetyState.STOPPING, SafetyState.LATCHED)
        if stopped and self.cause.latching:
            self.kept = self.cause
        self.state = SafetyState.INACTIVE

    def run(self) -> None:
        """A command was accepted; only while the filter holds or runs."""
        if self.state in (SafetyState.HOLD, SafetyState.RUN):
            self.state = SafetyState.RUN

    def stop(self, cause: Cause) -> None:
        """There is a cause to stop, or to stay where one is."""
        if self.state is SafetyState.RUN:
            self.cause, self.state = cause, SafetyState.STOPPING
        elif self.state is SafetyState.STOPPING:
            if cause.latching and not self.cause.latching:
                self.cause = cause
        elif self.state is SafetyState.HOLD:
            self.cause = cause
            if cause.latching:
                self.state = SafetyState.LATCHED

    def rest(self) -> None:
        """The arm came to rest: the stop, if there was one, is over."""
        if self.state is SafetyState.STOPPING:
            self.state = SafetyState.LATCHED if self.cause.latching else SafetyState.HOLD
