# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether the safety filter still ticks, as its heartbeat tells another process."""

from __future__ import annotations

from enum import IntEnum


class WatchState(IntEnum):
    """Where the watch stands."""

    WAITING = 0
    WATCHING = 1
    TRIPPED = 2


class Watchdog:
    """Trips when the count of ticks stops increasing; only `reset` takes that back.

    The heartbeat is the number of ticks that the filter has done, 0 while it is inactive. It must
    increase: a filter that hangs while its middleware still talks is as good as dead. It is not
    watched before its first tick, nor after it has said itself, by a 0, that it sends nothing.

    All times are of one clock that is never set, as the caller reads it.

    Args:
        timeout_ns: Longest time without a tick [ns].
        period_ns: Between two calls of `check` [ns]. When one comes much later than that, it was
            the watchdog that was held up, and heartbeats wait unread: one more period is given to
            hear them, once per silence.

    Attributes:
        state: Where the watch stands.
        reason: Why it tripped, as a sentence; empty before that.
    """

    def __init__(self, timeout_ns: int, period_ns: int) -> None:
        self._timeout_ns = timeout_ns
        self._period_ns = period_ns
        self._checked_ns: int | None = None
        self.reset()

    def reset(self) -> None:
        """Wait for the filter's next tick."""
        self.state = WatchState.WAITING
        self.reason = ''
        self._sender = 0
        self._count = 0
        self._ticked_ns = 0
        self._waited = False

    def heard(self, now_ns: int, sender: int, count: int) -> None:
        """Take in a heartbeat; once one filter is watched, those of others mean nothing.

        Args:
            now_ns: When it was read [ns].
            sender: Which process of the filter sent it; another number after each start.
            count: Its ticks since its start; 0 when it is inactive.
        """
        if self.state is WatchState.TRIPPED:
            return
        if self.state is WatchState.WATCHING and sender != self._sender:
            return
        if count == 0:
            self.reset()
        elif count > self._count:
            self.state = WatchState.WATCHING
            self._sender = sender
            self._count = count
            self._ticked_ns = now_ns
            self._waited = False

    def check(self, now_ns: int) -> WatchState:
        """Once per period: trip where the filter has been silent for too long.

        Args:
            now_ns: Now [ns].
        """
        late = self._checked_ns is not None and now_ns - self._checked_ns > 2 * self._period_ns
        self._checked_ns = now_ns
        silence_ns = now_ns - self._ticked_ns
        if self.state is WatchState.WATCHING and silence_ns >= self._timeout_ns:
            if late and not self._waited:
                self._waited = True
            else:
                self.state = WatchState.TRIPPED
                self.reason = f'The safety filter has not ticked for {silence_ns * 1e-9:.2f} s.'
        return self.state
