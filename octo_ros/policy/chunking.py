# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""From chunks to what is to be moved in one control tick, by time stamps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.geometry import (
    Pose,
    matrix_from_rotation_vector,
    matrix_from_rpy,
    rotation_vector_from_matrix,
    rpy_from_matrix,
)

if TYPE_CHECKING:
    from octo_ros.geometry import Array
    from octo_ros.types import ActionChunk


@dataclass(frozen=True)
class Displacement:
    """What the policy wants moved within one tick.

    Attributes:
        translation: Shape (3,), m, base axes.
        rotation: Shape (3,), rad, extrinsic rpy.
        gripper: Opening 0..1 that holds at the tick's end.
        chunk: The chunk that it comes from.
        chunk_index: Row of the chunk that holds at the tick's end.
    """

    translation: Array
    rotation: Array
    gripper: float
    chunk: ActionChunk
    chunk_index: int


class NewestChunk:
    """Executes the newest chunk that has begun, and of it only what lies within the tick.

    A row of a chunk moves evenly over its `action_dt`, so a tick of another length gets its share:
    half of a 0.2 s action in a 0.1 s tick. What has passed by the time a chunk arrives is not made
    up for.
    """

    def __init__(self) -> None:
        self._chunk: ActionChunk | None = None
        self._next: ActionChunk | None = None

    def add(self, chunk: ActionChunk) -> None:
        """Take over from the previous chunk when this one begins, unless it saw less."""
        newest = self._next or self._chunk
        if newest is None or chunk.observation_stamp_ns >= newest.observation_stamp_ns:
            self._next = chunk

    def clear(self) -> None:
        """Forget the chunks: their task is over."""
        self._chunk = self._next = None

    def displacement(self, start_ns: int, period_ns: int) -> Displacement | None:
        """What is to be moved within [start_ns, start_ns + period_ns).

        Returns:
            None when no chunk covers the whole tick.
        """
        # Timers and stamps disagree by microseconds at most, far less than half a tick.
        if self._next is not None and self._next.start_ns <= start_ns + period_ns // 2:
            self._chunk, self._next = self._next, None
        chunk = self._chunk
        if chunk is None:
            return None
        dt_ns = chunk.spec.action_dt * 1e9
        begin = (start_ns - chunk.start_ns) / dt_ns
        end = begin + period_ns / dt_ns
        # Timers and stamps disagree by microseconds at most; a thousandth of a row is not motion.
        if begin < -1e-3 or end > chunk.spec.action_horizon + 1e-3:
            return None
        begin = max(begin, 0.0)
        pose = Pose.from_xyz_rpy()
        last = 0
        for row in range(int(begin), chunk.spec.action_horizon):
            share = min(end, row + 1.0) - max(begin, float(row))
            if share <= 1e-6:
                continue
            action = chunk.actions[row]
            pose = pose.displaced(share * action[:3], share_of_rpy(action[3:6], share))
            last = row
        gripper = float(chunk.actions[last, 6])
        return Displacement(pose.position, pose.rpy, gripper, chunk, last)


def share_of_rpy(rpy: Array, share: float) -> Array:
    """The rotation that, repeated 1 / `share` times, makes the rotation `rpy` [rad], both (3,)."""
    if share >= 1.0:
        return np.asarray(rpy, dtype=np.float64)
    vector = rotation_vector_from_matrix(matrix_from_rpy(rpy))
    return rpy_from_matrix(matrix_from_rotation_vector(share * vector))
