# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How regularly a topic came, and how far its stamps are from its arrivals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.data.timing.clock import FAR_NS, Clock
from octo_ros.data.timing.clock_jump import ClockJump, find_jumps, mostly_equal
from octo_ros.data.timing.distinct import distinct
from octo_ros.data.timing.drift import drift_ms_per_min

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.data.bags.stamps import TopicStamps

GAP = 3  # median periods; a longer one is a gap


@dataclass(frozen=True)
class TopicTiming:
    """The timing of one topic of one bag; `dataclasses.asdict` of it can be stored as JSON.

    Attributes:
        topic: Its name.
        type: Its type.
        messages: How many.
        duration_s: From the first arrival to the last, steps of the recorder's clock taken out.
        rate_hz: Messages per second over the duration; 0 where there is none.
        period_median_ms: Between successive stamps of the clock, duplicates and stamps that are
            not used left out; 0 for fewer than two, as are the next two.
        period_p95_ms: 95th percentile of the same.
        period_max_ms: Longest.
        gaps: Periods of more than GAP medians.
        latency_median_ms: Arrival less header stamp, of the messages that are stamped; None
            without any, as are the next three.
        latency_p95_ms: 95th percentile of the same.
        latency_max_ms: Largest.
        drift_ms_per_min: Slope of the latency; also None where it cannot be told from 0.
        duplicates: Messages whose header stamp an earlier one has (without header: arrival).
        out_of_order: Messages whose stamp is earlier than that of the message before.
        jumps: Steps of either clock.
        clock: Which time is used, and why.
        unstamped: Messages whose header's stamp is 0.
        far_off: Messages whose header's stamp is a second or more off the arrival.
    """

    topic: str
    type: str
    messages: int
    duration_s: float
    rate_hz: float
    period_median_ms: float
    period_p95_ms: float
    period_max_ms: float
    gaps: int
    latency_median_ms: float | None
    latency_p95_ms: float | None
    latency_max_ms: float | None
    drift_ms_per_min: float | None
    duplicates: int
    out_of_order: int
    jumps: tuple[ClockJump, ...]
    clock: Clock
    unstamped: int = 0
    far_off: int = 0

    @classmethod
    def of(cls, topic: str, type_name: str, stamps: TopicStamps, clock: Clock) -> TopicTiming:
        """Measure a topic.

        Args:
            topic: Its name.
            type_name: Its type.
            stamps: All its messages in the order of recording.
            clock: As chosen for it.
        """
        received_ns = stamps.received_ns
        header_ns = np.zeros_like(received_ns) if stamps.header_ns is None else stamps.header_ns
        stamped = header_ns != 0
        with_stamp, own_ns = received_ns, header_ns
        if not stamped.all():  # else no copies, for there may be millions
            with_stamp, own_ns = received_ns[stamped], header_ns[stamped]
        latency_ns = with_stamp - own_ns
        near = np.abs(latency_ns) < FAR_NS
        jumps = find_jumps(with_stamp, own_ns) if len(own_ns) else find_jumps(received_ns)
        used_ns = received_ns
        if clock.source == 'header':
            used_ns = np.concatenate([own_ns[near], received_ns[~stamped]])
        ordered_ns = own_ns if len(own_ns) else received_ns
        periods = np.diff(distinct(used_ns)).astype(np.float64) / 1e6
        latency_ms = latency_ns.astype(np.float64) / 1e6
        duration_s = _duration_s(received_ns, jumps)
        return cls(
            topic=topic,
            type=type_name,
            messages=len(received_ns),
            duration_s=round(duration_s, 3),
            rate_hz=round((len(received_ns) - 1) / duration_s, 3) if duration_s > 0 else 0.0,
            period_median_ms=_figure(np.median, periods) or 0.0,
            period_p95_ms=_figure(_p95, periods) or 0.0,
            period_max_ms=_figure(np.max, periods) or 0.0,
            gaps=int(np.sum(periods > GAP * np.median(periods))) if len(periods) else 0,
            latency_median_ms=_figure(np.median, latency_ms),
            latency_p95_ms=_figure(_p95, latency_ms),
            latency_max_ms=_figure(np.max, latency_ms),
            drift_ms_per_min=_drift(with_stamp, own_ns, jumps),
            duplicates=len(ordered_ns) - len(distinct(ordered_ns)),
            out_of_order=int(np.sum(np.diff(ordered_ns) < 0)),
            jumps=jumps,
            clock=clock,
            unstamped=0 if stamps.header_ns is None else int(np.sum(~stamped)),
            far_off=int(np.sum(~near)),
        )


def _duration_s(received_ns: NDArray[np.int64], jumps: tuple[ClockJump, ...]) -> float:
    if len(received_ns) == 0:
        return 0.0
    stepped = sum(j.seconds for j in jumps if j.clock == 'receive' and abs(j.seconds) > 1)
    return int(received_ns[-1] - received_ns[0]) / 1e9 - stepped


def _drift(
    received_ns: NDArray[np.int64], header_ns: NDArray[np.int64], jumps: tuple[ClockJump, ...]
) -> float | None:
    if len(header_ns) == 0 or mostly_equal(header_ns):
        return None
    steps: list[int] = []
    for jump in jumps:
        first = steps[-1] + 1 if steps else 0
        steps.append(first + int(np.flatnonzero(received_ns[first:] == jump.time_ns)[0]))
    return drift_ms_per_min(received_ns, received_ns - header_ns, steps)


def _figure(
    statistic: Callable[[NDArray[np.float64]], np.float64],
    values: NDArray[np.float64],
) -> float | None:
    """A statistic, None of nothing; rounded to what a report can show."""
    if len(values) == 0:
        return None
    return round(float(statistic(values)), 3)


def _p95(values: NDArray[np.float64]) -> np.float64:
    return np.quantile(values, 0.95)
