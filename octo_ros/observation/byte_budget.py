# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How many bytes a stream may send, so that no second carries more than was agreed."""

from __future__ import annotations

from collections import deque

SECOND_NS = 1_000_000_000
JITTER_NS = 50_000_000  # a message that comes so late does not delay those after it


class ByteBudget:
    """Keeps every second below a limit and the messages evenly spread.

    Where n messages of a size fit into a second, their turns come 1 / n seconds apart; without
    that, several would go at once, and then none for most of a second.

    Args:
        bytes_per_second: Most bytes in any second.
    """

    def __init__(self, bytes_per_second: int) -> None:
        self._limit = bytes_per_second
        self._sent: deque[tuple[int, int]] = deque()
        self._sum = 0
        self._turn_ns: int | None = None

    def opens_for(self, size: int, now_ns: int) -> bool:
        """Whether to begin to make a message of about `size` bytes.

        An expected size above the limit is taken for the limit, so that after one message that was
        too large the next is tried again within a second.

        Args:
            size: Expected bytes.
            now_ns: Of a clock that never goes back [ns].
        """
        if self._turn_ns is not None and now_ns < self._turn_ns:
            return False
        return self._spent(now_ns) + min(size, self._limit) <= self._limit

    def spend(self, size: int, now_ns: int) -> bool:
        """Send a message of exactly `size` bytes now, if it fits; False and nothing spent if not.

        Args:
            size: Its bytes, at least 1.
            now_ns: Of a clock that never goes back [ns].
        """
        if self._spent(now_ns) + size > self._limit:
            return False
        self._sent.append((now_ns, size))
        self._sum += size
        turn = now_ns - JITTER_NS if self._turn_ns is None else self._turn_ns
        self._turn_ns = max(turn, now_ns - JITTER_NS) + SECOND_NS // (self._limit // size)
        return True

    def _spent(self, now_ns: int) -> int:
        """Bytes sent in the second that ends now."""
        while self._sent and self._sent[0][0] <= now_ns - SECOND_NS:
            self._sum -= self._sent.popleft()[1]
        return self._sum
