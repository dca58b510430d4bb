# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How long each stage on the way from the camera to the action takes."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum

import numpy as np

CAPACITY = 600  # one minute at 10 Hz


class Stage(Enum):
    """One stage; those from RECEIVE to PUBLISH follow one another and add up to TOTAL."""

    RECEIVE = 'receive'
    """From the primary frame's stamp to its arrival in the node."""
    WAIT = 'wait'
    """From there until a tick looked at it."""
    PREPROCESS = 'preprocess'
    """Decoding, resizing, forward kinematics, making the window."""
    QUEUE = 'queue'
    """Waiting for the engine, which may be busy with the request before."""
    INFER = 'infer'
    """From pixels to a chunk in robot units."""
    PUBLISH = 'publish'
    """Waiting for the first tick at which the chunk moves the arm."""
    TOTAL = 'total'
    """From the primary frame's stamp to the first action that follows from it."""
    JITTER = 'jitter'
    """How far from its tick an action was published."""
    PREPARE = 'prepare'
    """What the engine computed ahead, in the time that nobody waited for it."""


@dataclass(frozen=True)
class Journey:
    """When a frame passed through the stages, in the node's clock [ns].

    Attributes:
        taken_ns: The frame was exposed.
        received_ns: It arrived.
        observed_ns: A tick began to look at it.
        asked_ns: The inference was asked for.
        begun_ns: It began.
        inferred_ns: Its chunk was there.
    """

    taken_ns: int = 0
    received_ns: int = 0
    observed_ns: int = 0
    asked_ns: int = 0
    begun_ns: int = 0
    inferred_ns: int = 0


@dataclass(frozen=True)
class StageFigures:
    """One stage's last measurements.

    Attributes:
        stage: Which.
        count: How many there are.
        p50_ms: Median [ms].
        p95_ms: 95th percentile [ms].
        p99_ms: 99th percentile [ms].
        max_ms: Longest [ms].
    """

    stage: Stage
    count: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    max_ms: float


class StageTimes:
    """Keeps the last measurements of each stage.

    Args:
        capacity: How many of each.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._times: dict[Stage, deque[int]] = {stage: deque(maxlen=capacity) for stage in Stage}

    def add(self, stage: Stage, duration_ns: int) -> None:
        """Take one measurement [ns]."""
        self._times[stage].append(duration_ns)

    def add_inference(self, journey: Journey) -> None:
        """Take the way to a chunk, whether or not it will move the arm."""
        self.add(Stage.RECEIVE, journey.received_ns - journey.taken_ns)
        self.add(Stage.WAIT, journey.observed_ns - journey.received_ns)
        self.add(Stage.PREPROCESS, journey.asked_ns - journey.observed_ns)
        self.add(Stage.QUEUE, journey.begun_ns - journey.asked_ns)
        self.add(Stage.INFER, journey.inferred_ns - journey.begun_ns)

    def add_action(self, journey: Journey, published_ns: int) -> None:
        """Take the rest of the way, when the chunk's first action was published [ns]."""
        self.add(Stage.PUBLISH, published_ns - journey.inferred_ns)
        self.add(Stage.TOTAL, published_ns - journey.taken_ns)

    def figures(self) -> tuple[StageFigures, ...]:
        """Of each stage that was measured, in the order of the stages."""
        return tuple(
            StageFigures(stage, len(times), *_quantiles(times))
            for stage, times in self._times.items()
            if times
        )

    def clear(self) -> None:
        """Forget everything, as when the clock was set."""
        for times in self._times.values():
            times.clear()


def _quantiles(times: deque[int]) -> tuple[float, float, float, float]:
    p50, p95, p99, most = 1e-6 * np.percentile(np.array(times), [50, 95, 99, 100])
    return float(p50), float(p95), float(p99), float(most)
