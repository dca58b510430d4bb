# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What is to be moved within one control tick."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

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
        chunk: The chunk that it comes from; of several, the newest one that holds at the tick's
            end.
        chunk_index: Row of the chunk that holds at the tick's end.
        covered_ns: How much of the tick a chunk covers [ns]; less than the tick where the chunks
            end, or begin, within it.
    """

    translation: Array
    rotation: Array
    gripper: float
    chunk: ActionChunk
    chunk_index: int
    covered_ns: int
