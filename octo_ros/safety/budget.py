# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How many commands per second may be accepted."""

from __future__ import annotations

BURST = 3.0
"""Commands that may come at once after a pause: jitter shifts commands, it does not add any."""


class CommandBudget:
    """A token bucket: it fills at the allowed rate, up to `BURST`, and each command takes one.

    Args:
        rate: Commands per second [Hz].
        now_ns: Time of the start, when it is full [ns].
    """

    def __init__(self, rate: float, now_ns: int) -> None:
        self._per_ns = 1e-9 * rate
        self._filled_ns = now_ns
        self._left = BURST

    def left(self, now_ns: int) -> float:
        """Commands that may be accepted at `now_ns` [ns]; a clock set back adds none."""
        passed_ns = max(0, now_ns - self._filled_ns)
        self._filled_ns = now_ns
        self._left = min(BURST, self._left + passed_ns * self._per_ns)
        return self._left

    def spend(self) -> None:
        """One command was accepted."""
        self._left -= 1.0
