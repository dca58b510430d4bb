# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""When commands were given: by their stamps, but for single ones that would put them elsewhere.

An observation refuses what is too old; a command with a wrong stamp would act in another step.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.data.timing.clock import FAR_NS, Clock

if TYPE_CHECKING:
    from octo_ros.data.bags.bag import BagMessage

DEFAULT = Clock('header', 'nothing else is known')
FAR = 'command stamped 1 s or more off its arrival: the arrival is used'
STRAY = 'command stamped out of order by more than their usual distance: the arrival is used'


def stamp_commands(
    messages: Iterable[BagMessage], clocks: Mapping[str, Clock]
) -> tuple[list[BagMessage], Counter[str]]:
    """Give commands the time of their topic's clock, or of their arrival where that is astray.

    Stamps are taken to ascend, as far as most of them do: those that do not fit between their
    neighbours are astray, unless they miss them by no more than the median distance between
    commands, as swapped messages do. A transport that holds up commands and then delivers them
    all at once is no reason to doubt their stamps.

    Args:
        messages: In the order of arrival.
        clocks: Topic to how its messages are stamped; others by their header, else by arrival.

    Returns:
        The messages with their `stamp_ns`, and sentences to how many messages they concern.
    """
    commands = list(messages)
    remarks: Counter[str] = Counter()
    by_topic: dict[str, list[int]] = {}
    for number, message in enumerate(commands):
        clock = clocks.get(message.topic, DEFAULT)
        commands[number] = replace(message, stamp_ns=clock.stamp_ns(message))
        if clock.source == 'header':
            by_topic.setdefault(message.topic, []).append(number)
    for topic, numbers in by_topic.items():
        latency_ns = clocks.get(topic, DEFAULT).latency_ns
        far = [n for n in numbers if _is_far(commands[n], latency_ns)]
        near = [n for n in numbers if not _is_far(commands[n], latency_ns)]
        stray = [near[place] for place in _strays([commands[n].stamp_ns for n in near])]
        for sentence, wrong in ((FAR, far), (STRAY, stray)):
            if wrong:
                remarks[f'{topic}: {sentence}'] += len(wrong)
        for n in (*far, *stray):
            arrival_ns = commands[n].received_ns - latency_ns
            commands[n] = replace(commands[n], stamp_ns=arrival_ns)
    return commands, remarks


def _is_far(message: BagMessage, latency_ns: int) -> bool:
    return abs(message.received_ns - latency_ns - message.stamp_ns) >= FAR_NS


def _strays(stamps_ns: Sequence[int]) -> list[int]:
    """Places of the stamps that are astray."""
    kept = _longest_ascent(stamps_ns)
    if len(kept) == len(stamps_ns):
        return []
    times = np.asarray(stamps_ns, dtype=np.int64)
    usual = float(np.median(np.diff(times[kept]))) if len(kept) > 1 else 0.0
    others = np.setdiff1d(np.arange(len(times)), kept)
    after = np.searchsorted(kept, others)
    bounds = np.concatenate([times[kept[:1]], times[kept], times[kept[-1:]]])
    low, high = bounds[after], bounds[after + 1]
    off = np.maximum(low - times[others], times[others] - high)
    astray: list[int] = others[off > usual].tolist()
    return astray


def _longest_ascent(stamps_ns: Sequence[int]) -> list[int]:
    """Places of a longest sequence of stamps that never goes back."""
    ends: list[int] = []  # smallest last stamp of an ascent of each length
    places: list[int] = []  # where that is
    before: list[int] = []
    for place, stamp_ns in enumerate(stamps_ns):
        length = bisect_right(ends, stamp_ns)
        before.append(places[length - 1] if length else -1)
        ends[length : length + 1] = [stamp_ns]
        places[length : length + 1] = [place]
    found = []
    place = places[-1] if places else -1
    while place >= 0:
        found.append(place)
        place = before[place]
    return found[::-1]
