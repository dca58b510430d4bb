# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether an arm that was measured elsewhere really rests there."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from octo_ros.geometry import Array

SPREAD = 0.01
"""Positions this near to each other are those of an arm at rest [rad]."""

LASTING = 0.2
"""Time for which they have to be [s]."""

UNSEEN = 0.1
"""An arm that was not measured for longer may have been anywhere in between [s]."""

FASTEST = 6.3
"""No arm moves faster than this [rad/s]: twice the speed of the fastest joint here."""

GLITCH = 0.05
"""Noise and jitter of stamps beside that [rad]."""


class Standstill:
    """Believes in a place only after the arm came there as an arm can, and stayed.

    A joint state that is wrong for a moment, or a sensor that lost its zero, shows the arm where
    it cannot have got to in the time. From then on nothing is believed, until a reset begins anew.

    Args:
        stamp_ns: Of the joint state at the start [ns].
        positions: Measured then, shape (n,), rad.
    """

    def __init__(self, stamp_ns: int, positions: Array) -> None:
        self._last_ns, self._last = stamp_ns, positions.tolist()
        self._since_ns, self._anchor = stamp_ns, self._last
        self._believed = True

    def look(self, stamp_ns: int, positions: Array) -> None:
        """A new joint state: its stamp [ns], later than the one before, and positions [rad]."""
        measured = positions.tolist()
        reach = FASTEST * 1e-9 * (stamp_ns - self._last_ns) + GLITCH
        if not _within(measured, self._last, reach):
            self._believed = False
        unseen = stamp_ns - self._last_ns > UNSEEN * 1e9
        if unseen or not _within(measured, self._anchor, SPREAD):
            self._since_ns, self._anchor = stamp_ns, measured
        self._last_ns, self._last = stamp_ns, measured

    @property
    def rests(self) -> bool:
        """Whether the arm is known to rest where it was measured last."""
        return self._believed and self._last_ns - self._since_ns >= LASTING * 1e9


def _within(these: list[float], those: list[float], distance: float) -> bool:
    return all(abs(a - b) <= distance for a, b in zip(these, those, strict=True))
