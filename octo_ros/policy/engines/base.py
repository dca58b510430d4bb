# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The seam: who computes normalised actions from frames and a task."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from octo_ros.model.batch import Tasks
    from octo_ros.model.sampling import Sampling
    from octo_ros.policy.engines.frame import Frame, History

EncodedT = TypeVar('EncodedT')


@dataclass(frozen=True)
class CacheCounts:
    """What `act` found prepared, since the engine was made.

    Attributes:
        hits: Everything in front of the newest frame.
        resumed: A part; it computed the rest itself.
        misses: Nothing; it computed the whole window.
    """

    hits: int = 0
    resumed: int = 0
    misses: int = 0


def never() -> bool:
    """Nobody wants the work abandoned."""
    return False


class Engine(Protocol[EncodedT]):
    """Runs one network for one robot.

    `encode` may run in another thread, but not on CUDA; the others belong to one thread.
    """

    @property
    def window_size(self) -> int:
        """Slots per window, at most."""

    @property
    def counts(self) -> CacheCounts:
        """How often preparing paid off."""

    def encode(self, tasks: Tasks) -> EncodedT:
        """Everything that depends on the task alone.

        Args:
            tasks: One task, batch axis 1.

        Raises:
            PolicyError: It does not fit the network.
        """

    def set_task(self, task: EncodedT) -> None:
        """Serve this task from now on; whatever was prepared for another is forgotten."""

    def warm_up(self, history: History, newest: Frame, sampling: Sampling) -> None:
        """Run a window like those to come, so that nothing is compiled or allocated later.

        A task must be set. Afterwards everything is as before.
        """

    def prepare(self, history: History, abandoned: Callable[[], bool] = never) -> bool:
        """Compute ahead what the next window's older slots need, in pieces.

        Args:
            history: The slots that will stand in front of the next frame, oldest first.
            abandoned: Asked between pieces; True ends the work at once.

        Returns:
            Whether all is ready. What is ready in part is never used as if it were whole.

        Raises:
            PolicyError: No task was set, or a frame does not fit the network.
        """

    def act(self, history: History, newest: Frame, sampling: Sampling) -> NDArray[np.float32]:
        """Normalised actions for the newest frame.

        Args:
            history: The window's older slots, oldest first; at most `window_size - 1`.
            newest: The last slot.
            sampling: Randomness and options of the action head.

        Returns:
            float32, shape (*sample_shape, action_horizon, action_dim).

        Raises:
            PolicyError: No task was set, the window is too long, a frame does not fit the network,
                or the options do not suit the head.
        """
