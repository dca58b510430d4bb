# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which frames of a camera are kept when it sends more than are wanted, by their stamps alone."""

from __future__ import annotations

SET_BACK_NS = 1_000_000_000  # stamps this far behind mean that the clock was set back


class FrameThinner:
    """Keeps at most so many frames per second, evenly spread.

    Frames are due at whole multiples of the period, the same for all cameras, so what is kept of
    two cameras lies at most one of their own periods apart. A frame may come three quarters of a
    period before it is due: of a camera of just the wanted rate, jitter loses nothing.

    Args:
        rate: Most frames per second [Hz].
    """

    def __init__(self, rate: float) -> None:
        self._period_ns = round(1e9 / rate)
        self._early_ns = self._period_ns * 3 // 4
        self._due_ns = 0
        self._last_ns: int | None = None

    def wants(self, stamp_ns: int) -> bool:
        """Whether the frame stamped `stamp_ns` is to be kept; `take` says that it was."""
        last = self._last_ns
        if last is None or stamp_ns < last - SET_BACK_NS:
            return True
        return stamp_ns > last and stamp_ns >= self._due_ns - self._early_ns

    def take(self, stamp_ns: int) -> None:
        """The frame is kept: the next is due one period later."""
        due = self._due_ns
        if self._last_ns is None or not due - self._early_ns <= stamp_ns < due + self._period_ns:
            # The first frame, or one after a gap.
            due = (stamp_ns + self._period_ns // 2) // self._period_ns * self._period_ns
        self._due_ns = due + self._period_ns
        self._last_ns = stamp_ns
