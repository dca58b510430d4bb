# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The one verb of this package: a policy infers an action chunk from a window and a task."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from octo_ros.policy.stages import Journey

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from octo_ros.errors import OctoRosError
    from octo_ros.types import ActionChunk, ActionSpec, Observation, ObservationWindow, Task


@dataclass(frozen=True)
class CacheCounts:
    """How much of an inference was found prepared, since the policy was made.

    Attributes:
        hits: Everything in front of the newest frame.
        resumed: A part; it computed the rest itself.
        misses: Nothing; it computed the whole window.
    """

    hits: int = 0
    resumed: int = 0
    misses: int = 0


class Policy(Protocol):
    """Anything that drives one arm: the network, the simulator's expert, a wrapper of either."""

    @property
    def spec(self) -> ActionSpec:
        """Meaning of the actions that `infer` returns."""

    @property
    def window_size(self) -> int:
        """Observations per window, `spec.action_dt` apart."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences that its user should read once, such as a camera that it does not look at."""

    @property
    def cache(self) -> CacheCounts:
        """How often preparing paid off."""

    def warm_up(self) -> None:
        """Run once on made-up input, so that nothing is compiled or allocated in the loop."""

    def prepare_task(self, task: Task) -> None:
        """Compute what depends on the task alone, beside an `infer` in another thread.

        A task that was not prepared is prepared by `infer`; the result is the same.

        Raises:
            PolicyError: The task does not fit this policy.
        """

    def prepare(self, observations: Sequence[Observation], abandoned: Callable[[], bool]) -> bool:
        """Use idle time for what the next `infer` will need; its result does not depend on it.

        Args:
            observations: Those that will stand in front of the next one, oldest first.
            abandoned: Asked again and again; True ends the work at once.

        Returns:
            Whether all is ready.

        Raises:
            PolicyError: An observation does not fit this policy.
        """

    def infer(self, window: ObservationWindow, task: Task, start_ns: int) -> ActionChunk:
        """Predict the next actions in robot units (m, rad, opening 0..1), never normalised ones.

        Args:
            window: `window_size` observations, oldest first.
            task: What to do. A new `task_id` resets whatever the policy remembers.
            start_ns: When the first action is to begin [ns]; copied into the chunk.

        Raises:
            PolicyError: The window or the task does not fit this policy.
        """


@dataclass(frozen=True)
class Request:
    """One inference to be made for one robot of a fleet.

    Attributes:
        robot: Its number.
        window: What to look at.
        task: What to do.
        start_ns: When the first action is to begin [ns].
        next_history: What will stand in front of the next observation; prepared afterwards.
        journey: When its newest frame passed through the stages so far.
    """

    robot: int
    window: ObservationWindow
    task: Task
    start_ns: int
    next_history: tuple[Observation, ...] = ()
    journey: Journey = field(default_factory=Journey)


class Fleet(Protocol):
    """The policies of several robots, each with its own task and statistics."""

    @property
    def policies(self) -> Sequence[Policy]:
        """By the robot's number."""

    def warm_up(self) -> None:
        """Run everything once, for any number of robots at a time."""

    def infer(self, requests: Sequence[Request]) -> list[ActionChunk | OctoRosError]:
        """Serve some of the robots, at most one request each.

        Returns:
            One answer per request: a robot that cannot be served does not keep the others from it.
        """
