# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One chunk in force at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from octo_ros.policy.chunking.tick_scheduler import TickScheduler

if TYPE_CHECKING:
    from octo_ros.policy.chunking.chunk_path import ChunkPath
    from octo_ros.policy.chunking.tick_motion import TickMotion
    from octo_ros.policy.chunking.timestamped import Placed
    from octo_ros.types import ActionSpec


class SingleChunkScheduler(TickScheduler):
    """Keeps to a chunk for some actions, then goes over to the newest one.

    A chunk from an older observation never follows one from a newer observation. When its actions
    are made and there is no newer chunk, the chunk goes on to its end.

    Args:
        spec: Meaning of the actions.
        hold_actions: How many of its first actions a chunk is kept to although a newer one has
            begun: of a chunk that comes in late, what is left of them, at least of the one in
            which it comes in. 0 goes over at once.
    """

    def __init__(self, spec: ActionSpec, hold_actions: int) -> None:
        super().__init__(spec)
        self._hold_actions = hold_actions
        self._path: ChunkPath | None = None
        self._held_rows = 0  # of the chunk's rows, those before this one are kept to

    def clear(self) -> None:
        """Forget the chunks: their task is over."""
        super().clear()
        self._path = None

    def _in_force(self, placed: list[Placed]) -> list[Placed]:
        if not placed:
            return []
        newest = placed[-1]
        running = [here for here in placed if here.path is self._path]
        if running and (newest is running[0] or _row(running[0]) < self._held_rows):
            return running
        self._path = newest.path
        begun = 1 if self._hold_actions else 0  # an action that is begun is made to its end
        self._held_rows = max(self._hold_actions, _row(newest) + begun)
        self._chunks.drop_older(newest.path)
        return [newest]

    def _move(self, motion: TickMotion, in_force: list[Placed], duration_ns: int) -> None:
        (here,) = in_force
        path, row = here.path, _row(here)
        share = duration_ns / path.row_ns
        motion.add(
            share * path.translations[row],
            share * path.rotation_vectors[row],
            duration_ns,
            float(path.chunk.actions[row, 6]),
            here,
        )


def _row(here: Placed) -> int:
    return here.path.row(here.own_ns)
