# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Inference in a thread of its own, so that publishing never waits for the network."""

from __future__ import annotations

import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.errors import OctoRosError

if TYPE_CHECKING:
    from collections.abc import Callable

    from octo_ros.policy.base import Policy
    from octo_ros.types import ActionChunk, Observation, ObservationWindow, Task

HISTORY = 100


@dataclass(frozen=True)
class Request:
    """One inference to be made.

    Attributes:
        window: What to look at.
        task: What to do.
        start_ns: When the first action is to begin [ns].
        next_history: What will stand in front of the next observation; prepared afterwards.
    """

    window: ObservationWindow
    task: Task
    start_ns: int
    next_history: tuple[Observation, ...] = ()


class InferenceWorker:
    """Runs the newest request; a request that comes while one is running replaces the waiting one.

    Args:
        policy: What to run; used from the worker's thread alone after construction.
        on_chunk: Called in the worker's thread with the request and its chunk.
        on_error: Called in the worker's thread with the error of a request.
    """

    def __init__(
        self,
        policy: Policy,
        on_chunk: Callable[[Request, ActionChunk], None],
        on_error: Callable[[Request, Exception], None],
    ) -> None:
        self._policy = policy
        self._on_chunk = on_chunk
        self._on_error = on_error
        self._condition = threading.Condition()
        self._waiting: Request | None = None
        self._stopped = False
        self._times = deque[float](maxlen=HISTORY)
        self._thread = threading.Thread(target=self._run, name='inference', daemon=True)
        self._thread.start()

    def submit(self, request: Request) -> None:
        """Ask for one inference."""
        with self._condition:
            self._waiting = request
            self._condition.notify()

    def stop(self) -> None:
        """End the thread after the running inference."""
        with self._condition:
            self._stopped = True
            self._condition.notify()
        self._thread.join(timeout=5.0)

    def infer_ms(self) -> tuple[float, float]:
        """Median and 95th percentile of the last inferences [ms]; zeros before the first."""
        times = list(self._times)
        if not times:
            return 0.0, 0.0
        p50, p95 = np.percentile(times, [50, 95])
        return float(p50), float(p95)

    def _run(self) -> None:
        while True:
            with self._condition:
                while self._waiting is None and not self._stopped:
                    self._condition.wait()
                if self._stopped:
                    return
                request, self._waiting = self._waiting, None
            if request is None:
                continue
            try:
                self._serve(request)
            except OctoRosError as error:
                self._on_error(request, error)
            except Exception as error:
                self._on_error(request, error)
                return

    def _serve(self, request: Request) -> None:
        started = time.perf_counter()
        chunk = self._policy.infer(request.window, request.task, request.start_ns)
        self._times.append(1e3 * (time.perf_counter() - started))
        self._on_chunk(request, chunk)
        self._policy.prepare(request.next_history, self._has_other_work)

    def _has_other_work(self) -> bool:
        return self._waiting is not None or self._stopped
