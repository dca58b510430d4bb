# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether the clock goes on as the ticks do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from octo_ros.limits import Timing


LATE = 2
"""Periods after the tick before that make a tick late."""


class ClockCheck:
    """Finds jumps of the clock, after which neither stamps nor ages mean anything.

    A tick that is late looks like a small jump forwards, so some is allowed; backwards, one period
    is, which a clock that is being slewed may take.

    Args:
        period_ns: Control period [ns].
        max_jump_ns: Largest step forwards [ns].

    Attributes:
        late: Whether this tick came late: more than `LATE` periods after the one before.
    """

    late: bool

    def __init__(self, period_ns: int, max_jump_ns: int) -> None:
        self._period_ns = period_ns
        self._max_jump_ns = max_jump_ns
        self._last_ns: int | None = None
        self._last_steady_ns: int | None = None
        self.late = False

    @classmethod
    def for_timing(cls, timing: Timing) -> ClockCheck:
        """The check that a robot's timing asks for."""
        return cls(round(1e9 / timing.control_rate), round(1e9 * timing.max_clock_jump))

    def problem(self, now_ns: int, steady_ns: int | None = None) -> str | None:
        """How far the clock jumped since the tick before, as a sentence; None if it did not.

        Args:
            now_ns: Time of this tick [ns]; call once per tick.
            steady_ns: The same on a clock that never jumps [ns], which tells a jump from a filter
                that did not run; None if there is none.
        """
        last_ns, self._last_ns = self._last_ns, now_ns
        last_steady_ns, self._last_steady_ns = self._last_steady_ns, steady_ns
        self.late = last_ns is not None and now_ns - last_ns > LATE * self._period_ns
        if last_ns is None or -self._period_ns <= now_ns - last_ns <= self._max_jump_ns:
            return None
        if steady_ns is not None and last_steady_ns is not None:
            stood_ns = steady_ns - last_steady_ns
            if abs(now_ns - last_ns - stood_ns) <= self._period_ns:
                return (
                    f'The filter itself stood still for {1e-9 * stood_ns:.3f} s: its process was'
                    f' held up; allowed are {1e-9 * self._max_jump_ns:g} s.'
                )
        return (
            f'The clock jumped by {1e-9 * (now_ns - last_ns):+.3f} s from one tick to the next;'
            f' allowed are {-1e-9 * self._period_ns:g} to {1e-9 * self._max_jump_ns:g} s.'
        )
