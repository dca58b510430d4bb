# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The control loop's side that all schedulers share: a tick, cut into pieces of one row each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from octo_ros.policy.chunking.tick_motion import TickMotion
from octo_ros.policy.chunking.timestamped import TimestampedChunks

if TYPE_CHECKING:
    from octo_ros.policy.chunking.displacement import Displacement
    from octo_ros.policy.chunking.timestamped import Placed
    from octo_ros.types import ActionChunk, ActionSpec


class TickScheduler(ABC):
    """A `ChunkScheduler` that leaves open which chunks are in force and what they say together.

    A tick is cut where a row ends or a chunk begins, so within a piece every chunk has one row and
    moves evenly: half of a 0.2 s action in a 0.1 s tick, two 0.05 s actions in order.

    Args:
        spec: Meaning of the actions.
    """

    def __init__(self, spec: ActionSpec) -> None:
        self._chunks = TimestampedChunks(spec)
        self._uncovered_ns = 0

    @property
    def uncovered_ns(self) -> int:
        """Time within the ticks asked for since construction that no chunk covered [ns]."""
        return self._uncovered_ns

    def add(self, chunk: ActionChunk) -> None:
        """Take a chunk that has just been inferred, however late."""
        self._chunks.add(chunk)

    def interrupt(self) -> None:
        """Forget the chunks, not what was commanded; see `ChunkScheduler`."""
        self._chunks.interrupt()

    def clear(self) -> None:
        """Forget the chunks: their task is over."""
        self._chunks.clear()

    def displacement(self, tick_ns: int, period_ns: int) -> Displacement | None:
        """What is to be moved within [tick_ns, tick_ns + period_ns); see `ChunkScheduler`."""
        self._chunks.begin_tick(tick_ns)
        motion = TickMotion()
        now_ns, end_ns = tick_ns, tick_ns + period_ns
        while now_ns < end_ns:
            stop_ns = self._chunks.next_start(now_ns, end_ns)
            in_force = self._in_force(self._chunks.placed(now_ns))
            if in_force:
                rest_ns = min(placed.path.rest_of_row(placed.own_ns) for placed in in_force)
                stop_ns = min(stop_ns, now_ns + rest_ns)
                self._move(motion, in_force, stop_ns - now_ns)
                self._chunks.command(now_ns, stop_ns)
            else:
                self._uncovered_ns += stop_ns - now_ns
            now_ns = stop_ns
        return motion.displacement()

    @abstractmethod
    def _in_force(self, placed: list[Placed]) -> list[Placed]:
        """Which of the chunks that have begun count now, oldest first; empty if there is none."""

    @abstractmethod
    def _move(self, motion: TickMotion, in_force: list[Placed], duration_ns: int) -> None:
        """Add what the chunks in force say for `duration_ns`, in which none changes its row."""
