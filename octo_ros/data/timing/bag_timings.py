# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The timing of a bag's topics, and where its recorder's clock was set."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from octo_ros.data.timing.clock import Clock, choose_clock
from octo_ros.data.timing.tf_pose import TF_TYPES
from octo_ros.data.timing.topic_timing import TopicTiming

if TYPE_CHECKING:
    from octo_ros.data.bags.bag import Bag
    from octo_ros.data.bags.stamps import TopicStamps

BREAK_NS = 1_000_000_000  # a larger step of the recorder's clock is never bridged


def bag_timings(bag: Bag, topics: Collection[str]) -> dict[str, TopicTiming]:
    """Measure topics of a bag and choose the clock of each.

    Args:
        bag: An open bag.
        topics: Those wanted; what the bag lacks is left out.

    Raises:
        BagError: The bag is damaged.
    """
    types = bag.topics
    wanted = [topic for topic in dict.fromkeys(topics) if topic in types]
    return timings_of(types, bag.stamps_of(wanted))


def timings_of(
    types: Mapping[str, str], stamps: Mapping[str, TopicStamps]
) -> dict[str, TopicTiming]:
    """The same from stamps that were read already.

    Args:
        types: Topic to type.
        stamps: Topic to the stamps of its messages, at least one each.
    """
    timings = {}
    for topic, own in stamps.items():
        is_tf = types[topic] in TF_TYPES
        clock = Clock('header', 'each transform has a stamp of its own') if is_tf else None
        timings[topic] = TopicTiming.of(topic, types[topic], own, clock or choose_clock(own))
    return timings


def recorded_twice(timings: Mapping[str, TopicTiming]) -> tuple[tuple[int, int], ...]:
    """The spans that two stretches of real time share because the recorder's clock went back.

    Messages of both are mixed there, so nothing inside can be used.

    Args:
        timings: Of all topics that were recorded together.

    Returns:
        First and last arrival of every span [ns], ascending and apart.
    """
    spans: list[tuple[int, int]] = []
    for start_ns, end_ns in sorted(
        (jump.time_ns, jump.time_ns - round(jump.seconds * 1e9))
        for timing in timings.values()
        for jump in timing.jumps
        if jump.clock == 'receive' and jump.seconds * 1e9 < -BREAK_NS
    ):
        if spans and start_ns <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end_ns, spans[-1][1]))
        else:
            spans.append((start_ns, end_ns))
    return tuple(spans)


def clock_breaks(timings: Mapping[str, TopicTiming]) -> tuple[int, ...]:
    """Where no episode may go across: steps of more than a second of the recorder's clock.

    Args:
        timings: Of all topics that were recorded together.

    Returns:
        Ascending arrivals [ns], each the first after a break: an episode ends before it or begins
        with it. A clock that went back gives two, around the span that was recorded twice.
    """
    forward = sorted(
        jump.time_ns
        for timing in timings.values()
        for jump in timing.jumps
        if jump.clock == 'receive' and jump.seconds * 1e9 > BREAK_NS
    )
    # Each topic sees the same step at its own next message; the first of them ends the pause.
    breaks = {
        time_ns
        for i, time_ns in enumerate(forward)
        if i == 0 or time_ns - forward[i - 1] > BREAK_NS
    }
    for start_ns, end_ns in recorded_twice(timings):
        breaks |= {start_ns, end_ns + 1}
    return tuple(sorted(breaks))


def usable_spans(
    start_ns: int, end_ns: int, timings: Mapping[str, TopicTiming]
) -> tuple[tuple[int, int], ...]:
    """Cut a span at the clock breaks and leave out what was recorded twice.

    Args:
        start_ns: First arrival wanted [ns].
        end_ns: Last arrival wanted [ns].
        timings: Of all topics that were recorded together.

    Returns:
        First and last arrival of the spans that are left [ns]; the whole one if the clock was not
        set.
    """
    starts = [start_ns, *(t for t in clock_breaks(timings) if start_ns < t <= end_ns)]
    ends = [*(t - 1 for t in starts[1:]), end_ns]
    twice = recorded_twice(timings)
    return tuple(
        (a, b)
        for a, b in zip(starts, ends, strict=True)
        if not any(first <= a and b <= last for first, last in twice)
    )


def readable_span(
    start_ns: int, end_ns: int, timings: Mapping[str, TopicTiming]
) -> tuple[int | None, int | None]:
    """How far around a usable span messages may be read, such as those before its first tick.

    Args:
        start_ns: First arrival of a span that `usable_spans` gave [ns].
        end_ns: Its last arrival [ns].
        timings: Of all topics that were recorded together.

    Returns:
        First and last arrival between the clock breaks on either side [ns]; None where there is
        no break.
    """
    breaks = clock_breaks(timings)
    before = [time_ns for time_ns in breaks if time_ns <= start_ns]
    after = [time_ns - 1 for time_ns in breaks if time_ns > end_ns]
    return (before[-1] if before else None), (after[0] if after else None)
