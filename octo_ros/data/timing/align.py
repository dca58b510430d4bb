# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the live node would have observed at the ticks of an episode."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from octo_ros.data.timing.grid import choose_phase, tick_times
from octo_ros.observation.missing import Missing
from octo_ros.types import JointState, Observation

if TYPE_CHECKING:
    from octo_ros.data.bags.bag import BagMessage
    from octo_ros.data.timing.feed import Feed

__all__ = ['Tick', 'align', 'choose_phase', 'tick_times']


@dataclass(frozen=True)
class Tick:
    """One point of the grid.

    Attributes:
        time_ns: The moment at which the observation was asked for [ns].
        observation: What was seen then, from nothing that arrived later; or what was missing.
        frames: Camera key to the message behind its image; empty if something was missing.
        joints: The joints at the time of the observation; None if something was missing.
    """

    time_ns: int
    observation: Observation | Missing
    frames: Mapping[str, Any]
    joints: JointState | None = None


def align(messages: Iterable[BagMessage], feed: Feed, ticks: Iterable[int]) -> Iterator[Tick]:
    """Observe at every tick.

    Args:
        messages: In the order of arrival.
        feed: Takes the messages and holds the builder.
        ticks: Ascending times [ns].

    Yields:
        One `Tick` per time.
    """
    stream = iter(messages)
    waiting = next(stream, None)
    for time_ns in ticks:
        while waiting is not None and waiting.received_ns <= time_ns:
            feed.add(waiting)
            waiting = next(stream, None)
        selection = feed.builder.select(time_ns)
        if isinstance(selection, Missing):
            yield Tick(time_ns, selection, {})
        else:
            frames = {key: sample.value for key, sample in selection.frames.items()}
            seen = feed.builder.build(selection)
            yield Tick(time_ns, seen, frames, selection.joints)
