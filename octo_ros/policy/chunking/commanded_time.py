# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The times in which the arm was told to move."""

from __future__ import annotations

from collections import deque

MEMORY_NS = 60_000_000_000


class CommandedTime:
    """Remembers for a minute which spans of time were covered by commands, and which were not."""

    def __init__(self) -> None:
        self._spans: deque[tuple[int, int]] = deque()
        self._forgotten_ns: int | None = None

    def add(self, begin_ns: int, end_ns: int) -> None:
        """Note that [begin_ns, end_ns) was commanded; spans come in order of time."""
        if self._spans and self._spans[-1][1] == begin_ns:
            begin_ns = self._spans.pop()[0]
        self._spans.append((begin_ns, end_ns))
        # The newest span stays whole, however long: a steady stream of commands is one span.
        while len(self._spans) > 1 and self._spans[0][1] < end_ns - MEMORY_NS:
            self._forgotten_ns = self._spans.popleft()[1]

    def knows(self, begin_ns: int) -> bool:
        """Whether all that was commanded since `begin_ns` is still remembered."""
        return self._forgotten_ns is None or begin_ns >= self._forgotten_ns

    def since(self, begin_ns: int) -> int:
        """How much of the time since `begin_ns` was commanded [ns]."""
        total = 0
        for begin, end in reversed(self._spans):
            if end <= begin_ns:
                break
            total += end - max(begin, begin_ns)
        return total

    def clear(self) -> None:
        """Forget everything, as if nothing had ever been commanded."""
        self._spans.clear()
        self._forgotten_ns = None
