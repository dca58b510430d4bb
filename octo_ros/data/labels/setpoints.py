# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a topic of commands said over a whole recording, as far as it changed."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Setpoints:
    """Numbers, each of which holds until the next.

    Attributes:
        arrivals_ns: int64, shape (n,): when each came [ns], ascending.
        numbers: float64, shape (n,): finite, each other than the one before.
    """

    arrivals_ns: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    numbers: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    @classmethod
    def of(cls, messages: Iterable[tuple[int, float]]) -> Setpoints:
        """From arrivals [ns] and numbers, in the order of arrival; only finite ones count."""
        arrivals_ns, numbers = array('q'), array('d')
        for arrival_ns, number in messages:
            if np.isfinite(number) and (not numbers or numbers[-1] != number):
                arrivals_ns.append(arrival_ns)
                numbers.append(number)
        return cls(np.array(arrivals_ns, np.int64), np.array(numbers, np.float64))

    def before(self, time_ns: int) -> float:
        """The number that holds when something else arrives [ns]; NaN if none has come yet."""
        count = int(np.searchsorted(self.arrivals_ns, time_ns, side='right'))
        return float(self.numbers[count - 1]) if count else float('nan')
