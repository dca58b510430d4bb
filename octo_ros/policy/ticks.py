# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Control ticks on a fixed grid, so that a late timer never repeats a displacement."""

from __future__ import annotations


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

    def after(self, now_ns: int) -> int:
        """The first tick after `now_ns` [ns]."""
        index = (now_ns - self._origin_ns) // self._period_ns + 1
        return self._origin_ns + max(index, 0) * self._period_ns

    def take(self, now_ns: int) -> int | None:
        """The tick nearest to `now_ns` [ns], once: None when it has been taken already."""
        index = round((now_ns - self._origin_ns) / self._period_ns)
        if index <= self._taken:
            return None
        self._taken = index
        return self._origin_ns + index * self._period_ns
