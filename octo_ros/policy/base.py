# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The one verb of this package: a policy infers an action chunk from a window and a task."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from octo_ros.types import ActionChunk, ActionSpec, Observation, ObservationWindow, Task


class Policy(Protocol):
    """Anything that drives the arm: the network, the simulator's expert, a wrapper of either."""

    @property
    def spec(self) -> ActionSpec:
        """Meaning of the actions that `infer` returns."""

    @property
    def window_size(self) -> int:
        """Observations per window, `spec.action_dt` apart."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences that its user should read once, such as a camera that it does not look at."""

    def warm_up(self) -> None:
        """Run once on made-up input, so that nothing is compiled or allocated in the loop."""

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
