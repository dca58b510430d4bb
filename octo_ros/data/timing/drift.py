# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How fast a topic's stamps run away from the times of arrival."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

POINTS = 120  # medians that the line is laid through
FEWEST = 8  # medians without which nothing is said
NORMAL_95 = 1.96  # quantile of the normal distribution for an interval of 95 %
TELLING = 1.0  # ms/min: an interval no wider than ± this tells something even around 0


def drift_ms_per_min(
    received_ns: NDArray[np.int64], latency_ns: NDArray[np.int64], steps: Sequence[int] = ()
) -> float | None:
    """Slope of the latency (arrival less stamp) over the arrival.

    The messages are taken together in at most POINTS groups of equal size; the slope is the median
    of the slopes between any two of the groups' medians that no step of a clock parts (Theil 1950,
    Sen 1968; per stretch as Hirsch 1982 does per season), which neither late messages nor a short
    congestion moves.

    Args:
        received_ns: Arrivals in the order of recording, shape (n,) [ns].
        latency_ns: Shape (n,) [ns].
        steps: Ascending indices of the first message after each step of a clock.

    Returns:
        Slope [ms/min]: positive where the stamping clock is slow. None where these messages cannot
        tell: fewer than FEWEST groups of 2, or the 95 % interval of the slope holds 0 and is wider
        than ± TELLING.
    """
    if len(received_ns) < 2 * FEWEST:
        return None
    size = max(2, len(received_ns) // POINTS)
    slopes, variance = [], 0.0
    for start, end in pairwise((0, *steps, len(received_ns))):
        count = (end - start) // size
        if count < 2:
            continue
        edges = start + np.arange(count + 1) * size
        groups = [slice(a, b) for a, b in pairwise(edges)]
        minutes = (received_ns - received_ns[start]) / 60e9
        late = (latency_ns - latency_ns[start]) / 1e6
        time = np.array([np.median(minutes[group]) for group in groups])
        level = np.array([np.median(late[group]) for group in groups])
        i, j = np.triu_indices(count, k=1)
        apart = time[j] > time[i]
        slopes.append((level[j] - level[i])[apart] / (time[j] - time[i])[apart])
        # Of Kendall's statistic where there is no drift.
        variance += count * (count - 1) * (2 * count + 5) / 18
    ordered = np.sort(np.concatenate(slopes)) if slopes else np.zeros(0)
    if len(ordered) < FEWEST * (FEWEST - 1) // 2:
        return None
    width = NORMAL_95 * np.sqrt(variance) / 2
    low = ordered[max(0, int(len(ordered) / 2 - width))]
    high = ordered[min(len(ordered) - 1, int(len(ordered) / 2 + width) + 1)]
    if low <= 0 <= high and high - low > 2 * TELLING:
        return None
    return round(float(np.median(ordered)), 3)
