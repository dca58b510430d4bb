# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The seam: who computes normalised actions from frames and a task."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from octo_ros.model.batch import Tasks
    from octo_ros.model.sampling import Sampling
    from octo_ros.policy.base import CacheCounts
    from octo_ros.policy.engines.frame import Frame, History
    from octo_ros.policy.engines.together import Begun

EncodedT = TypeVar('EncodedT')


def never() -> bool:
    """Nobody wants the work abandoned."""
    return False


class Engine(Protocol[EncodedT]):
    """Runs one network for one robot; several robots' engines may share the network.

    All methods belong to one thread, but for `encode` where `encodes_beside` says so.
    """

    @property
    def encodes_beside(self) -> bool:
        """Whether `encode` may run in another thread meanwhile; on CUDA it may not."""

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

    def begin(self, history: History, newest: Frame) -> Begun | None:
        """All of `act` that several robots cannot share; None if this engine shares nothing.

        Raises:
            PolicyError: As for `act`.
        """

    def for_another_robot(self) -> Engine[EncodedT]:
        """An engine with a task and a cache of its own on the same network."""

    def rehearsal(self) -> AbstractContextManager[None]:
        """Whatever is run within leaves nothing behind; a task must be set."""


@dataclass(frozen=True)
class Turn:
    """What `act` is to be called with, for one of several robots.

    Attributes:
        engine: The robot's.
        history: The window's older slots.
        newest: The last slot.
        sampling: Randomness and options of the action head.
    """

    engine: Engine[Any]
    history: History
    newest: Frame
    sampling: Sampling
