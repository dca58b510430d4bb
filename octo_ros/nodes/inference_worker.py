# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Inference in a thread of its own, so that publishing never waits for the network."""

from __future__ import annotations

import os
import sys
import threading
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from octo_ros.errors import OctoRosError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from octo_ros.policy.base import Fleet, Request
    from octo_ros.policy.stages import Journey
    from octo_ros.types import ActionChunk, Observation

# The threads of the network inherit it: publishing and the safety filter come first.
NICE = 5
JOIN_TIMEOUT = 30.0


@dataclass(frozen=True)
class Answer:
    """What became of a request.

    Attributes:
        request: What was asked.
        outcome: The chunk, or why there is none.
        journey: The request's, with the inference.
    """

    request: Request
    outcome: ActionChunk | OctoRosError
    journey: Journey


@dataclass(frozen=True)
class Prepared:
    """What was computed ahead for one robot.

    Attributes:
        robot: Its number.
        duration_ns: How long it took [ns].
        finished: Other work did not cut it short.
    """

    robot: int
    duration_ns: int
    finished: bool


class InferenceWorker:
    """Serves the newest request of each robot, all that wait at a time; then prepares the next.

    A request that comes while another of the same robot waits replaces it. All of a fleet but its
    tasks is used from this thread alone, also the warm-up: what a GPU records belongs to the
    thread that recorded it.

    Args:
        fleet: What to run.
        clock: Gives the node's time [ns].
        on_answer: Called in the worker's thread for every request that was served; must be quick.
        on_prepared: Called in the worker's thread after every preparation; must be quick.

    Attributes:
        failure: What should not have happened; the thread has ended by it. None if all is well.
    """

    def __init__(
        self,
        fleet: Fleet,
        clock: Callable[[], int],
        on_answer: Callable[[Answer], None],
        on_prepared: Callable[[Prepared], None],
    ) -> None:
        self._fleet = fleet
        self._clock = clock
        self._on_answer = on_answer
        self._on_prepared = on_prepared
        self.failure: Exception | None = None
        self._condition = threading.Condition()
        self._requests: dict[int, Request] = {}
        self._histories: dict[int, tuple[Observation, ...]] = {}
        self._replaced = Counter[int]()
        self._generation = 0
        self._warm = False
        self._refused: Exception | None = None
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name='inference', daemon=True)

    def replaced(self, robot: int) -> int:
        """Requests of a robot that a newer one replaced while the engine was busy."""
        return self._replaced[robot]

    def start(self) -> None:
        """Warm up, and return when that is done.

        Raises:
            OctoRosError: The fleet cannot run.
        """
        self._thread.start()
        with self._condition:
            self._condition.wait_for(lambda: self._warm or self._refused is not None)
        if self._refused is not None:
            self._thread.join()
            raise self._refused

    def submit(self, requests: Sequence[Request]) -> None:
        """Ask for one inference of each of these robots, together."""
        with self._condition:
            for request in requests:
                self._replaced[request.robot] += request.robot in self._requests
                self._requests[request.robot] = request
                self._plan(request.robot, request.next_history)
            self._condition.notify()

    def prepare(self, robot: int, observations: tuple[Observation, ...]) -> None:
        """Compute ahead what the next inference of this robot will need, when there is time."""
        with self._condition:
            self._plan(robot, observations)
            self._condition.notify()

    def forget(self) -> None:
        """Whatever was asked for before is not wanted any more, also what is being computed."""
        with self._condition:
            self._generation += 1
            self._requests.clear()
            self._histories.clear()

    def stop(self) -> bool:
        """End the thread after the running inference; False if that takes over half a minute."""
        with self._condition:
            self._stopped = True
            self._condition.notify()
        if self._thread.ident is not None:
            self._thread.join(timeout=JOIN_TIMEOUT)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            _yield_to_others()
            self._fleet.warm_up()
        except Exception as error:
            with self._condition:
                self._refused = error
                self._condition.notify()
            return
        with self._condition:
            self._warm = True
            self._condition.notify()
        try:
            while self._serve_next():
                pass
        except Exception as error:
            self.failure = error

    def _serve_next(self) -> bool:
        """Requests before preparations; returns False when the thread is to end."""
        with self._condition:
            self._condition.wait_for(self._has_anything)
            if self._stopped:
                return False
            generation = self._generation
            requests, self._requests = list(self._requests.values()), {}
            if requests:
                prepared = None
            else:
                robot = next(iter(self._histories))
                prepared = (robot, self._histories.pop(robot))
        if prepared is None:
            self._infer(requests, generation)
        else:
            self._prepare(*prepared, generation)
        return True

    def _plan(self, robot: int, observations: tuple[Observation, ...]) -> None:
        """Replace what was to be prepared; where nothing can be, nothing is."""
        self._histories.pop(robot, None)
        if observations:
            self._histories[robot] = observations

    def _infer(self, requests: list[Request], generation: int) -> None:
        begun_ns = self._clock()
        outcomes = self._fleet.infer(requests)
        inferred_ns = self._clock()
        with self._condition:  # whoever forgets finds all answers given, or none will come
            if generation != self._generation:
                return
            for request, outcome in zip(requests, outcomes, strict=True):
                journey = replace(request.journey, begun_ns=begun_ns, inferred_ns=inferred_ns)
                if isinstance(outcome, OctoRosError):
                    self._histories.pop(request.robot, None)
                self._on_answer(Answer(request, outcome, journey))

    def _prepare(self, robot: int, observations: tuple[Observation, ...], generation: int) -> None:
        started_ns = self._clock()
        try:
            finished = self._fleet.policies[robot].prepare(observations, self._has_requests)
        except OctoRosError:
            return  # the inference will meet the same and say so, to this robot alone
        with self._condition:
            if generation != self._generation:
                return
            # Cut short by other robots, it is to be gone on with.
            if not finished and self._requests and robot not in self._requests:
                self._histories.setdefault(robot, observations)
            self._on_prepared(Prepared(robot, self._clock() - started_ns, finished))

    def _has_requests(self) -> bool:
        return bool(self._requests) or self._stopped

    def _has_anything(self) -> bool:
        return bool(self._histories) or self._has_requests()


def _yield_to_others() -> None:
    """Let this thread, and those that it will make, wait for others where the cores are scarce."""
    if sys.platform == 'linux':  # elsewhere the call concerns the whole process
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
