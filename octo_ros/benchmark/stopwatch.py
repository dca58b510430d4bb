# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How long calls took."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from typing import TypeVar

T = TypeVar('T')
Durations = dict[str, list[float]]  # kind of call to durations [ms]


class Stopwatch:
    """Times calls.

    Attributes:
        durations: So far, in the order in which they came.
    """

    def __init__(self) -> None:
        self.durations: Durations = defaultdict(list)

    def time(self, kind: str, call: Callable[[], T]) -> T:
        """Call, and note how long it took."""
        started = time.perf_counter()
        result = call()
        self.durations[kind].append(1e3 * (time.perf_counter() - started))
        return result
