# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How long something has been silent."""

from __future__ import annotations


class Freshness:
    """Expires when nothing was heard for `timeout_ns`, by the clock or by the count of ticks.

    The count makes a clock that is set back or stands still harmless; the clock makes late ticks
    count in full.

    Args:
        timeout_ns: Silence after which it expires [ns].
        period_ns: Control period [ns].
        now_ns: Time at which it was last heard of [ns].
    """

    def __init__(self, timeout_ns: int, period_ns: int, now_ns: int) -> None:
        self._timeout_ns = timeout_ns
        self._period_ns = period_ns
        self.renew(now_ns)

    def renew(self, now_ns: int) -> None:
        """It was heard of at `now_ns`."""
        self._heard_ns = now_ns
        self._ticks = 0

    def tick(self) -> None:
        """One control period has begun."""
        self._ticks += 1

    def expired(self, now_ns: int) -> bool:
        """Whether the silence is too long at `now_ns`."""
        silence = max(now_ns - self._heard_ns, self._ticks * self._period_ns)
        return silence >= self._timeout_ns
