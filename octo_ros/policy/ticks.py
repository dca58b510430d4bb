# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Control ticks on a fixed grid, so that a late timer never repeats a displacement."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tick:
    """One tick.

    Attributes:
        time_ns: When it is [ns].
        skipped: Ticks since the last one that nobody took.
    """

    time_ns: int
    skipped: int


class TickGrid:
    """Ticks at `origin_ns + k · period_ns`.

    Args:
        origin_ns: Time of the first tick [ns].
        period_ns: Distance of ticks [ns].
    """

    def __init__(self, origin_ns: int, period_ns: int) -> None:
        self._origin_ns = origin_ns
        self._period_ns = period_ns
        self._taken = -1

    def from_now(self, now_ns: int, lead_ns: int) -> int:
        """The tick nearest to `now_ns + lead_ns` [ns] among those after `now_ns`."""
        after = (now_ns - self._origin_ns) // self._period_ns + 1
        return self._time(max(after, self._index(now_ns + lead_ns), 0))

    def set_back_ns(self, now_ns: int) -> int:
        """How far the clock was set back since the last tick was taken, 0 if it was not [ns].

        Without noticing, the grid would give no tick until the old time is reached again.
        """
        behind = self._time(self._taken) - now_ns
        return behind if self._taken >= 0 and behind > self._period_ns else 0

    def take(self, now_ns: int) -> Tick | None:
        """The tick nearest to `now_ns` [ns], once: None when it has been taken already."""
        index = self._index(now_ns)
        if index <= self._taken:
            return None
        skipped = index - self._taken - 1 if self._taken >= 0 else 0
        self._taken = index
        return Tick(self._time(index), skipped)

    def _index(self, time_ns: int) -> int:
        return round((time_ns - self._origin_ns) / self._period_ns)

    def _time(self, index: int) -> int:
        return self._origin_ns + index * self._period_ns
