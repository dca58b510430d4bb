# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which of its two times tells when a message was measured: its header's or its arrival's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from octo_ros.data.timing.clock_jump import find_jumps, mostly_equal
from octo_ros.data.timing.distinct import distinct
from octo_ros.observation.durations import in_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.data.bags.bag import BagMessage
    from octo_ros.data.bags.stamps import TopicStamps

FAR_NS = 1_000_000_000  # a stamp so far from the arrival is of another clock
STRAYS = 0.05  # share of messages that may be off without the whole topic losing its stamps
SIMULATED_NS = 100_000_000 * 1_000_000_000  # no wall clock has shown so little since March 1973


@dataclass(frozen=True)
class Clock:
    """How the messages of one topic are stamped.

    Attributes:
        source: `header`, or `receive` for the time of arrival.
        reason: Why, in one sentence for the report.
        latency_ns: Time between the measurement and the stamp [ns], subtracted by `stamp_ns`. 0
            for whatever goes into an `ObservationBuilder`, which subtracts the latencies of the
            embodiment itself.
    """

    source: Literal['header', 'receive']
    reason: str
    latency_ns: int = 0

    def stamp_ns(self, message: BagMessage) -> int:
        """When a message was measured [ns]; its arrival stands in for a stamp of 0."""
        by_header = self.source == 'header'
        return (message.stamp_ns if by_header else message.received_ns) - self.latency_ns

    def known_ns(self, stamps: TopicStamps) -> NDArray[np.int64]:
        """When messages may be used from, shape (n,) [ns]: not before arrival nor stamp.

        Stamps that are not used count as their arrival.
        """
        if self.source == 'receive' or stamps.header_ns is None:
            return stamps.received_ns
        near = np.abs(stamps.received_ns - stamps.header_ns) < FAR_NS
        return np.where(near, np.maximum(stamps.received_ns, stamps.header_ns), stamps.received_ns)


def choose_clock(stamps: TopicStamps) -> Clock:
    """Take the header's stamps where they can be believed, else the times of arrival.

    Believed are stamps that are set, lie within a second of the arrival, do not go backward and do
    not jump against the arrivals. A few messages (at most STRAYS of a topic, or one) may break a
    rule: one without a stamp takes its arrival, as in the live node, one that lies seconds off is
    refused by the age limits of the observation, and one that comes out of order is put in order.
    The reason counts them. Where more are off, no message of the topic is stamped by its header,
    for times of two clocks must not be mixed.

    Args:
        stamps: All messages of the topic.
    """
    doubt = next(_doubts(stamps), None)
    if doubt is not None:
        return Clock('receive', doubt)
    measured = _Headers.of(stamps)
    parts = [f'the header stamps lie {in_words(measured.latency_ns)} before the arrival (median)']
    strays = (
        (measured.unstamped, 'not stamped (0): arrival instead'),
        (measured.far, f'stamped {in_words(FAR_NS)} or more off their arrival: not used'),
        (measured.backward, 'out of order: put in order'),
    )
    parts += [f'{count} of {measured.total} are {what}' for count, what in strays if count]
    return Clock('header', '; '.join(parts))


@dataclass(frozen=True)
class _Headers:
    """What is wrong with the headers of a topic, as counts of messages."""

    total: int
    unstamped: int
    far: int
    backward: int
    latency_ns: int

    @classmethod
    def of(cls, stamps: TopicStamps) -> _Headers:
        assert stamps.header_ns is not None
        stamped = stamps.header_ns != 0
        header_ns = stamps.header_ns[stamped]
        latency_ns = stamps.received_ns[stamped] - header_ns
        return cls(
            total=len(stamped),
            unstamped=int(np.sum(~stamped)),
            far=int(np.sum(np.abs(latency_ns) >= FAR_NS)),
            backward=int(np.sum(np.diff(header_ns) < 0)),
            latency_ns=int(np.median(latency_ns)) if len(latency_ns) else 0,
        )


def _doubts(stamps: TopicStamps) -> Iterator[str]:
    """Why the headers cannot be believed, the plainest reason first."""
    if stamps.header_ns is None:
        yield 'the type has no header'
        return
    found = _Headers.of(stamps)
    total, allowed = found.total, max(1.0, STRAYS * found.total)
    if found.unstamped == total:
        yield 'no header is stamped (all 0)'
        return
    if found.unstamped > allowed:
        yield f'{found.unstamped} of {total} headers are not stamped (0)'
    if abs(found.latency_ns) >= FAR_NS:
        yield _another_clock(stamps.header_ns, stamps.received_ns, found.latency_ns)
    if found.far > allowed:
        yield f'{found.far} of {total} headers are {in_words(FAR_NS)} or more off their arrival'
    if found.backward > allowed:
        yield f'{found.backward} of {total} header stamps go backward'
    stamped = stamps.header_ns != 0
    header_ns = stamps.header_ns[stamped]
    if mostly_equal(header_ns):
        yield f'{total} headers have only {len(distinct(header_ns))} different stamps'
    for jump in find_jumps(stamps.received_ns[stamped], header_ns):
        if jump.clock == 'header':
            yield f'the header stamps jump by {jump.seconds:+.1f} s against the arrivals'


def _another_clock(
    header_ns: NDArray[np.int64], received_ns: NDArray[np.int64], median_ns: int
) -> str:
    """Why headers are not believed whose median latency is a second or more."""
    if np.median(header_ns) < SIMULATED_NS <= np.median(received_ns):
        return 'the headers show simulated time, the recording wall time'
    side = 'behind' if median_ns > 0 else 'ahead of'
    text = f'the header stamps are {in_words(abs(median_ns))} {side} the arrivals (median)'
    return f'{text}: another clock'
