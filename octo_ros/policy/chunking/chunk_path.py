# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A chunk as a path in time: rows that follow one another, each evenly spread over `action_dt`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.geometry import matrix_from_rpy, rotation_vector_from_matrix

if TYPE_CHECKING:
    from octo_ros.types import ActionChunk, ActionSpec


def row_ns(spec: ActionSpec) -> int:
    """How long one action lasts [ns], a whole number so that shares of actions add up exactly."""
    return round(spec.action_dt * 1e9)


class ChunkPath:
    """One chunk in its own time, which is 0 where its first action begins.

    Args:
        chunk: The chunk.

    Attributes:
        chunk: The chunk.
        row_ns: Length of one action [ns].
        span_ns: Length of all actions [ns].
        translations: Shape (action_horizon, 3), m per action, base axes.
        rotation_vectors: Shape (action_horizon, 3), rad per action: axis times angle, base axes.
            A part of an action turns by this part of the vector.
    """

    def __init__(self, chunk: ActionChunk) -> None:
        self.chunk = chunk
        self.row_ns = row_ns(chunk.spec)
        self.span_ns = self.row_ns * chunk.spec.action_horizon
        self.translations = chunk.actions[:, :3]
        self.rotation_vectors = np.array(
            [rotation_vector_from_matrix(matrix_from_rpy(rpy)) for rpy in chunk.actions[:, 3:6]]
        )

    def row(self, own_ns: int) -> int:
        """Row in force at `own_ns` of the chunk's own time [ns], which lies within its span."""
        return own_ns // self.row_ns

    def rest_of_row(self, own_ns: int) -> int:
        """How long the row in force at `own_ns` goes on [ns]."""
        return self.row_ns - own_ns % self.row_ns
