# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Clocks that were set while a topic was recorded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from octo_ros.data.timing.distinct import distinct

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_NS = 100_000_000  # smaller steps are taken for jitter
BESIDE = 30  # messages before and after a step that must agree on it; even, see `find_jumps`
FEWEST = 3  # messages on either side without which nothing is said
MOST_DUPLICATES = 0.75  # more come from stamps of whole seconds, or from one that is never renewed


@dataclass(frozen=True)
class ClockJump:
    """A step of one clock.

    Attributes:
        time_ns: Arrival of the first message after it [ns].
        seconds: How far the clock went beyond what really passed [s]; negative: backward.
        clock: `receive`, the recorder's, or `header`, that of whoever stamped the messages. A
            stall of the transport after which many messages stay late looks like the former.
    """

    time_ns: int
    seconds: float
    clock: Literal['header', 'receive']


def find_jumps(
    received_ns: NDArray[np.int64], header_ns: NDArray[np.int64] | None = None
) -> tuple[ClockJump, ...]:
    """Find the steps of a topic's clocks.

    The recorder's clock stepped backward where an arrival is earlier than the one before it. Any
    other step changes the latency (arrival less stamp) at once and lastingly: the medians of
    BESIDE latencies before and after it differ by twice the scatter among them (10th to 90th
    percentile) or more. The clock whose own step differs most from the usual period is the one
    that was set. Late messages, and publishers with different clocks that take turns, make no such
    step; an even number of messages sees both of two publishers equally.

    Where both clocks are one and it goes forward, nothing can be told from a pause; stamps that
    are mostly equal tell nothing of their clock.

    Args:
        received_ns: Arrivals in the order of recording, shape (n,) [ns].
        header_ns: Stamps, all set, shape (n,) [ns]; None without.

    Returns:
        Jumps of more than LEAST_NS, in the order of recording.
    """
    step_ns = np.diff(received_ns)
    if len(step_ns) == 0:
        return ()
    period_ns = int(np.median(step_ns))
    found = {
        int(i) + 1: ClockJump(
            int(received_ns[i + 1]), _seconds(int(step_ns[i]) - period_ns), 'receive'
        )
        for i in np.flatnonzero(step_ns < -LEAST_NS)
    }
    if header_ns is not None and not mostly_equal(header_ns):
        for i, by_ns in _latency_steps(received_ns - header_ns):
            if i in found:
                continue
            odd_receive = abs(int(step_ns[i - 1]) - period_ns)
            odd_header = abs(int(header_ns[i] - header_ns[i - 1]) - period_ns)
            time_ns = int(received_ns[i])
            if odd_receive > odd_header:
                found[i] = ClockJump(time_ns, _seconds(by_ns), 'receive')
            else:
                found[i] = ClockJump(time_ns, _seconds(-by_ns), 'header')
    return tuple(found[i] for i in sorted(found))


def mostly_equal(stamps_ns: NDArray[np.int64]) -> bool:
    """Whether more than MOST_DUPLICATES of the stamps are there already, shape (n,) [ns]."""
    return len(distinct(stamps_ns)) < (1 - MOST_DUPLICATES) * len(stamps_ns)


def _latency_steps(latency_ns: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Index of the first message after a lasting step of the latency, and its size [ns]."""
    count = len(latency_ns)
    candidates = np.flatnonzero(np.abs(np.diff(latency_ns)) > LEAST_NS // 2) + 1
    candidates = candidates[(candidates >= FEWEST) & (candidates <= count - FEWEST)]
    if len(candidates) == 0:
        return []
    beside = np.arange(BESIDE)
    before = latency_ns[np.clip(candidates[:, None] - 1 - beside, 0, None)]
    after = latency_ns[np.clip(candidates[:, None] + beside, None, count - 1)]
    low, middle, high = np.quantile(np.stack([before, after]), (0.1, 0.5, 0.9), axis=2)
    by = middle[1] - middle[0]
    scatter = (high - low).max(axis=0)
    lasting = (np.abs(by) > LEAST_NS) & (2 * scatter < np.abs(by))
    return [(int(i), int(b)) for i, b in zip(candidates[lasting], by[lasting], strict=True)]


def _seconds(duration_ns: int) -> float:
    return round(duration_ns / 1e9, 3)
