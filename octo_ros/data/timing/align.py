# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A grid of ticks over an episode, and what the live node would have observed at each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from octo_ros.observation.missing import Missing
from octo_ros.types import Observation

if TYPE_CHECKING:
    from octo_ros.data.bags.bag import BagMessage
    from octo_ros.data.timing.feed import Feed


@dataclass(frozen=True)
class Tick:
    """One point of the grid.

    Attributes:
        time_ns: The moment at which the observation was asked for [ns].
        observation: What was seen then, from nothing that arrived later; or what was missing.
        frames: Camera key to the message behind its image; empty if something was missing.
    """

    time_ns: int
    observation: Observation | Missing
    frames: Mapping[str, Any]


def choose_phase(
    arrivals_ns: Sequence[int], start_ns: int, period_ns: int, max_delay_ns: int
) -> int:
    """Where in the period to tick, so that no frame arrives near a tick.

    Ticks lie in the middle of the largest gap between arrivals, folded to one period: a camera
    that runs at about the tick rate then gives every tick its own frame, whatever its jitter up to
    half that gap.

    Args:
        arrivals_ns: Arrivals of the primary camera's frames during the episode [ns].
        start_ns: Start of the grid [ns].
        period_ns: Distance of the ticks [ns].
        max_delay_ns: Largest distance from the arrivals before the gap [ns], so that frames are
            used fresh.

    Returns:
        Offset of the first tick from `start_ns`, in [0, period_ns).
    """
    if len(arrivals_ns) == 0:
        return 0
    folded = np.unique((np.asarray(arrivals_ns, dtype=np.int64) - start_ns) % period_ns)
    gaps = np.diff(folded, append=folded[0] + period_ns)
    widest = int(np.argmax(gaps))
    delay_ns = min(int(gaps[widest]) // 2, max_delay_ns)
    return (int(folded[widest]) + delay_ns) % period_ns


def tick_times(start_ns: int, end_ns: int, period_ns: int, phase_ns: int) -> range:
    """One tick per grid point start, start + period, … end, each `phase_ns` after it [ns]."""
    return range(start_ns + phase_ns, end_ns + phase_ns + 1, period_ns)


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
            yield Tick(time_ns, feed.builder.build(selection), frames)
