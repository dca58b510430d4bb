# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The order in which messages arrived, found again from stamps and places in a file."""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import heappop, heappush
from typing import Any, TypeVar

STEP_NS = 1_000_000_000
# More steps than a clock makes in one recording: then the file is simply not in order.
MOST_STEPS = 8

Place = tuple[int, int]
Item = TypeVar('Item')


class ClockSteps:
    """Finds where the recorder's clock was set back, in a file's messages in stored order.

    A topic whose arrivals go back by more than a second shows a step. Smaller disorder is how
    recorders write, and topics stored one after another are no step: both are put in order by
    time. So is a file that goes back again and again.
    """

    def __init__(self) -> None:
        self._newest: dict[int, int] = {}
        self._steps: list[Place] = []
        self.disordered = False

    def add(self, topic: int, received_ns: int, place: Place) -> None:
        """Take the next message; places must ascend."""
        newest = self._newest.get(topic, received_ns)
        if received_ns < newest - STEP_NS:
            self._steps.append(place)
            self._newest.clear()
            self.disordered = self.disordered or len(self._steps) > MOST_STEPS
        self._newest[topic] = max(self._newest.get(topic, received_ns), received_ns)

    @property
    def places(self) -> tuple[Place, ...]:
        """Place of the first message after every step back."""
        return () if self.disordered else tuple(self._steps)


def stretch_of(place: Place, steps: Sequence[Place]) -> int:
    """How many steps lie before a place or at it."""
    return bisect_right(steps, place) if steps else 0


def merge(
    sources: Iterable[tuple[Any, Callable[[], Iterator[Item]]]], key: Callable[[Item], Any]
) -> Iterator[Item]:
    """Merge sorted sources; each is opened only when its first item is due.

    Args:
        sources: Lower bound of the keys, and what opens the source.
        key: Sort key of an item.
    """
    closed = deque(sorted(sources, key=lambda source: source[0]))
    opened: list[tuple[Any, int, Item, Iterator[Item]]] = []
    number = 0
    while closed or opened:
        if closed and (not opened or closed[0][0] <= opened[0][0]):
            items = closed.popleft()[1]()
            number += 1
            order = number
        else:
            _, order, item, items = heappop(opened)
            yield item
        following = next(items, None)
        if following is not None:
            heappush(opened, (key(following), order, following, items))
