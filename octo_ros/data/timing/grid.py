# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The ticks of an episode: evenly spaced, and apart from the arrivals of the primary frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.data.timing.distinct import distinct

if TYPE_CHECKING:
    from numpy.typing import NDArray

SLACK = 0.02  # share by which the distance of the ticks may follow the camera
FIT_FROM = 16  # frames that the camera's period is first estimated from
NEAR = np.linspace(0.8, 1.25, 91)  # their period over the median distance


@dataclass(frozen=True)
class Grid:
    """When to observe.

    Attributes:
        ticks: Times [ns]; evenly spaced.
        reason: How they were chosen, in one sentence for the report.
    """

    ticks: range
    reason: str

    @property
    def period_ns(self) -> int:
        """Distance of the ticks [ns]."""
        return self.ticks.step


def choose_grid(
    arrivals_ns: Sequence[int] | NDArray[np.int64],
    start_ns: int,
    end_ns: int,
    period_ns: int,
    max_delay_ns: int,
) -> Grid:
    """Lay ticks over an episode.

    Their distance is the wanted one where the frames keep away from the ticks then. A camera whose
    rate is a little off (9.9 Hz, or 29.97 Hz at ticks of 10 Hz) wanders across such ticks and
    gives one of them no frame of its own, or an uneven stride; if a whole number of the camera's
    periods is within SLACK of the wanted distance, that is the distance instead. The observations
    bear the frames' stamps in either case.

    Args:
        arrivals_ns: When the primary camera's frames may be used from, ascending [ns].
        start_ns: Start of the episode [ns].
        end_ns: Its end [ns].
        period_ns: Wanted distance of the ticks [ns].
        max_delay_ns: As for `choose_phase`.
    """
    arrivals = np.asarray(arrivals_ns, dtype=np.int64)
    chosen_ns, reason = period_ns, f'ticks every {period_ns / 1e6:.1f} ms'
    camera_ns = camera_period_ns(arrivals)
    if camera_ns is not None:
        own_ns = round(max(1, round(period_ns / camera_ns)) * camera_ns)
        gap_ns = _widest_gap(arrivals, start_ns, period_ns)[1]
        wanders = gap_ns < camera_ns / 2
        near = abs(own_ns - period_ns) <= SLACK * period_ns
        if wanders and near and _widest_gap(arrivals, start_ns, own_ns)[1] > gap_ns:
            chosen_ns = own_ns
            reason = (
                f'ticks every {own_ns / 1e6:.2f} ms instead of {period_ns / 1e6:.1f} ms, to keep '
                f'pace with the primary camera ({1e9 / camera_ns:.2f} Hz)'
            )
    phase_ns = choose_phase(arrivals, start_ns, chosen_ns, max_delay_ns)
    return Grid(tick_times(start_ns, end_ns, chosen_ns, phase_ns), reason)


def choose_phase(
    arrivals_ns: Sequence[int] | NDArray[np.int64],
    start_ns: int,
    period_ns: int,
    max_delay_ns: int,
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
    arrivals = np.asarray(arrivals_ns, dtype=np.int64)
    begin_ns, gap_ns = _widest_gap(arrivals, start_ns, period_ns)
    return (begin_ns + min(gap_ns // 2, max_delay_ns)) % period_ns


def tick_times(start_ns: int, end_ns: int, period_ns: int, phase_ns: int) -> range:
    """One tick per grid point start, start + period, … end, each `phase_ns` after it [ns]."""
    return range(start_ns + phase_ns, end_ns + phase_ns + 1, period_ns)


def camera_period_ns(arrivals_ns: NDArray[np.int64]) -> float | None:
    """The period of a camera, exact enough to number its frames over the whole recording.

    Least squares of the arrivals over the frames' numbers. The numbers come from the fit to the
    first half of the frames, and so on down to FIT_FROM, whose period is the one near the median
    distance at which their phases agree best (largest |Σ exp(2πi t/T)|). Lost frames leave out
    numbers, and jitter of a quarter of a period gives no wrong one.

    Args:
        arrivals_ns: Ascending, shape (n,) [ns].

    Returns:
        Period [ns]; None for fewer than FIT_FROM frames, or frames that all came at once.
    """
    count = FIT_FROM
    time = (arrivals_ns - arrivals_ns[:1]).astype(np.float64)
    median = float(np.median(np.diff(time[:count]))) if len(time) >= count else 0.0
    if median <= 0:
        return None
    turns = 2 * np.pi * time[:count] / (median * NEAR[:, None])
    agreement = np.hypot(np.cos(turns).sum(axis=1), np.sin(turns).sum(axis=1))
    period = median * float(NEAR[np.argmax(agreement)])
    best = turns[np.argmax(agreement)]
    offset = float(np.arctan2(np.sin(best).sum(), np.cos(best).sum())) / (2 * np.pi) * period
    while True:
        number = np.round((time[:count] - offset) / period)
        if number[0] == number[-1]:
            return None
        period, offset = (float(value) for value in np.polyfit(number, time[:count], 1))
        if count == len(time) or period <= 0:
            return period if period > 0 else None
        count = min(2 * count, len(time))


def _widest_gap(arrivals_ns: NDArray[np.int64], start_ns: int, period_ns: int) -> tuple[int, int]:
    """Begin and length of the largest gap between the arrivals, folded to one period [ns]."""
    folded = distinct((arrivals_ns - start_ns) % period_ns)
    gaps = np.diff(folded, append=folded[0] + period_ns)
    widest = int(np.argmax(gaps))
    return int(folded[widest]), int(gaps[widest])
