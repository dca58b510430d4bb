# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The seam between inference, which gives chunks, and the control loop, which takes ticks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from octo_ros.policy.chunking.displacement import Displacement
    from octo_ros.types import ActionChunk


class ChunkScheduler(Protocol):
    """Decides, by time stamps alone, which action of which chunk moves the arm when.

    See `TimestampedChunks` for what all schedulers have in common.
    """

    @property
    def uncovered_ns(self) -> int:
        """Time within the ticks asked for since construction that no chunk covered [ns]."""

    def add(self, chunk: ActionChunk) -> None:
        """Take a chunk that has just been inferred, however late.

        Raises:
            PolicyError: Its actions mean something else than this scheduler was made for.
        """

    def displacement(self, tick_ns: int, period_ns: int) -> Displacement | None:
        """What is to be moved within [tick_ns, tick_ns + period_ns); each tick is asked for once.

        Returns:
            None when no chunk covers any part of the tick. A chunk that ends within the tick gives
            what is left of it.
        """

    def interrupt(self) -> None:
        """Forget the chunks, since the robot lost its sight; their task goes on.

        What was commanded is remembered: of a chunk that is still being inferred, that is not
        done again.
        """

    def clear(self) -> None:
        """Forget everything: the task is over."""
