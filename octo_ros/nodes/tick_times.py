# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""When control ticks come and how long they take; a late one is never made up for."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

HISTORY_SECONDS = 10.0
NS = 1e-9


@dataclass(frozen=True)
class TickFigures:
    """Computing time of the ticks of the last 10 s.

    Attributes:
        p50: Median [ms].
        p99: 99th percentile [ms].
        max: Longest [ms].
    """

    p50: float
    p99: float
    max: float


class TickTimes:
    """Tells which calls of a timer are to be ticks, and keeps count of what was lost.

    A timer of rclpy that was late keeps to its grid: it skips what it missed, but its next call
    may follow after a moment. That call is no tick, or two periods of motion would be sent within
    a fraction of one.

    Args:
        period_ns: Control period [ns].

    Attributes:
        late: Ticks that came more than one period late.
        late_time: Motion that was lost by ticks that did not come in time [s].
    """

    def __init__(self, period_ns: int) -> None:
        self._period_ns = period_ns
        self._last_ns: int | None = None
        self._milliseconds = deque[float](maxlen=round(HISTORY_SECONDS / (period_ns * NS)))
        self.late = 0
        self.late_time = 0.0

    def restart(self) -> None:
        """The next call is a tick, however long ago the last one was."""
        self._last_ns = None

    def due(self, now_ns: int) -> bool:
        """Whether this call of the timer is a tick: none is within half a period of another.

        Args:
            now_ns: Time on the timer's own clock [ns].
        """
        if self._last_ns is not None:
            passed_ns = now_ns - self._last_ns
            if 2 * passed_ns < self._period_ns:
                return False
            self.late += passed_ns > 2 * self._period_ns
            self.late_time += (round(passed_ns / self._period_ns) - 1) * self._period_ns * NS
        self._last_ns = now_ns
        return True

    def took(self, seconds: float) -> None:
        """Note how long a tick was computed [s]."""
        self._milliseconds.append(1e3 * seconds)

    def figures(self) -> TickFigures:
        """Computing times; zeros before the first tick."""
        times = np.array(self._milliseconds or [0.0])
        median, high = np.percentile(times, (50, 99))
        return TickFigures(float(median), float(high), float(times.max()))
