# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Asynchronous inference: what a chunk still says when it arrives late, or after a gap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from octo_ros.errors import PolicyError
from octo_ros.policy.chunking.chunk_path import ChunkPath
from octo_ros.policy.chunking.commanded_time import CommandedTime

if TYPE_CHECKING:
    from octo_ros.types import ActionChunk, ActionSpec


@dataclass(frozen=True)
class Placed:
    """A chunk, and where in it the arm stands.

    Attributes:
        path: The chunk.
        own_ns: The place in the chunk's own time [ns], within its span.
    """

    path: ChunkPath
    own_ns: int


class TimestampedChunks:
    """The chunks of one task, aligned with what the arm has been told since each one's start.

    A chunk of deltas is a path that leaves from the pose commanded at its `start_ns`, which the
    node sets to the first tick after the observation. By the time it is known, the arm may have
    been told to move on, by older chunks. So the place in a chunk is not its age but **the time
    that was commanded since its start**:

    - Where an older chunk moved the arm meanwhile, that motion stands for the same time of the new
      one: those actions are skipped. Executing them as well would double the displacement.
    - Where nothing was commanded meanwhile (the first chunk of a task, or inference that stalled
      until the chunks ran out), the arm still stands where the path begins: those actions are yet
      to be made. Skipping them would lose the displacement.

    Thus every moment of commanded time belongs to one place in each chunk, what is executed of a
    chunk is one piece without holes or repetitions, and the commanded pose is that of the start
    moved by what the chunks in force said, one after the other. The difference between what an
    older chunk did in the skipped time and what the new one would have done is *not* made up for:
    the policy did not see it, and chunks of a diffusion policy differ by chance as well as by
    knowledge, so a correction would undo motion back and forth; the next observation shows the
    pose that was really reached.

    A chunk that lags behind its own time stamps by its whole length or more is dropped: its
    observation is too old. This also keeps a chunk from going on after the loop itself has stood
    still.

    Args:
        spec: Meaning of the actions; every chunk must have the same.
    """

    def __init__(self, spec: ActionSpec) -> None:
        self._spec = spec
        self._paths: list[ChunkPath] = []
        self._commanded = CommandedTime()
        self._end_ns: int | None = None
        self._oldest_ns: int | None = None

    def add(self, chunk: ActionChunk) -> None:
        """Take a chunk, unless it saw less than one that `drop_older` has named.

        Of chunks with the same start that have not begun only the one that saw most is kept, so
        that two inferences for one tick do not count as two predictions.

        Raises:
            PolicyError: Its actions do not mean what `spec` says.
        """
        if chunk.spec != self._spec:
            msg = f'A chunk has {chunk.spec}, but {self._spec} is executed; use one policy only.'
            raise PolicyError(msg)
        if self._oldest_ns is not None and chunk.observation_stamp_ns < self._oldest_ns:
            return
        self._paths.append(ChunkPath(chunk))
        self._paths.sort(key=lambda path: path.chunk.observation_stamp_ns)
        if self._commanded.since(chunk.start_ns) == 0:
            same = [path for path in self._paths if path.chunk.start_ns == chunk.start_ns]
            self._paths = [path for path in self._paths if path not in same[:-1]]

    def drop_older(self, path: ChunkPath) -> None:
        """Forget what was observed before `path` was, and take nothing of that age any more."""
        self._oldest_ns = path.chunk.observation_stamp_ns
        self._paths = self._paths[self._paths.index(path) :]

    def begin_tick(self, tick_ns: int) -> None:
        """Drop what is over. A tick before the end of the last one means that the clock went back.

        Then nothing that is known has a meaning any more, so everything is forgotten.
        """
        if self._end_ns is not None and tick_ns < self._end_ns:
            self.clear()
        self._paths = [path for path in self._paths if not self._over(path, tick_ns)]

    def command(self, begin_ns: int, end_ns: int) -> None:
        """Note that the arm is told to move within [begin_ns, end_ns)."""
        self._commanded.add(begin_ns, end_ns)
        self._end_ns = end_ns

    def placed(self, now_ns: int) -> list[Placed]:
        """The chunks that say what to do at `now_ns`, oldest observation first.

        Args:
            now_ns: Not before the end of what was commanded last [ns].
        """
        return [
            Placed(path, self._commanded.since(path.chunk.start_ns))
            for path in self._paths
            if path.chunk.start_ns <= now_ns and not self._over(path, now_ns)
        ]

    def next_start(self, now_ns: int, end_ns: int) -> int:
        """When the first chunk after `now_ns` begins [ns], at most `end_ns`."""
        starts = (path.chunk.start_ns for path in self._paths)
        return min([end_ns, *(start for start in starts if start > now_ns)])

    def interrupt(self) -> None:
        """Forget the chunks; what was commanded since their starts stays known."""
        self._paths = []

    def clear(self) -> None:
        """Forget the chunks and what was commanded."""
        self._paths = []
        self._commanded.clear()
        self._end_ns = self._oldest_ns = None

    def _over(self, path: ChunkPath, now_ns: int) -> bool:
        start_ns = path.chunk.start_ns
        if not self._commanded.knows(start_ns):
            return True
        own_ns = self._commanded.since(start_ns)
        lag_ns = now_ns - start_ns - own_ns
        return own_ns >= path.span_ns or lag_ns >= path.span_ns
