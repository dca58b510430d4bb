# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What is written as one RLDS episode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class EpisodeRecord:
    """One episode of a dataset; T steps.

    Attributes:
        file_path: Bag that it comes from.
        name: Episode id in the recording, with `/2` for its second part and so on.
        instruction: Task in words.
        success: How it went; None counts as a demonstration, thus as a success.
        is_terminal: The last step is the end of the task, not just of the data.
        action_source: How the actions were made.
        proprio: float32, shape (T, 7): xyz [m], extrinsic rpy [rad], gripper.
        actions: float32, shape (T, A).
        images: Camera key to T JPEGs, in memory or on disk.
        depths: Depth key to T images of little-endian float32 [m], row by row, likewise.
        observations: Key of a further vector to float32, shape (T, D).
        embodiment: Name of the robot.
        hz: Steps per second; 0 if it is not known.
    """

    file_path: str
    name: str
    instruction: str
    success: bool | None
    is_terminal: bool
    action_source: str
    proprio: NDArray[np.float32]
    actions: NDArray[np.float32]
    images: Mapping[str, Sequence[bytes]]
    depths: Mapping[str, Sequence[bytes]] = field(default_factory=dict)
    observations: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    embodiment: str = ''
    hz: float = 0.0

    @property
    def steps(self) -> int:
        """T."""
        return len(self.actions)
