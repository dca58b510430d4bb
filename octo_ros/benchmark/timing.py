# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How long calls took."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

T = TypeVar('T')


@dataclass
class Timing:
    """Samples of one kind of call; grows.

    Attributes:
        wall: Durations [ms].
        cpu: What all threads of the process computed during each [ms]: hardly changed by whatever
            else the machine has to do.
    """

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def measure(self, call: Callable[[], T]) -> T:
        """Call, and note how long it took."""
        started, computed = time.perf_counter(), time.process_time()
        result = call()
        self.wall.append(1e3 * (time.perf_counter() - started))
        self.cpu.append(1e3 * (time.process_time() - computed))
        return result

    def extend(self, other: Timing) -> None:
        """Take the other's samples too."""
        self.wall += other.wall
        self.cpu += other.cpu

    def p50(self) -> float | None:
        """Median duration [ms]; None without samples."""
        return percentile(self.wall, 50)

    def p95(self) -> float | None:
        """95th percentile of the durations [ms]."""
        return percentile(self.wall, 95)


def percentile(samples: Sequence[float], q: float) -> float | None:
    """The q-th percentile; None without samples."""
    return float(np.percentile(samples, q)) if samples else None
