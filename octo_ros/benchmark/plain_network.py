# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The plain network in float32, which all engines are compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from octo_ros.model.checkpoint import CheckpointDirectory, load_weights
from octo_ros.policy.engines.plain_engine import PlainEngine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.benchmark.engine_probe import Source
    from octo_ros.benchmark.workload import Tick


class PlainNetwork:
    """PyTorch, the whole window in every call; to be made in a process of its own.

    Args:
        source: A checkpoint.
        threads: CPU threads.

    Raises:
        CheckpointError: It is damaged.
    """

    def __init__(self, source: Source, threads: int) -> None:
        torch.set_num_threads(threads)
        checkpoint = CheckpointDirectory.read(source.path)
        octo = load_weights(checkpoint, source.step)
        self._engine = PlainEngine(octo, checkpoint.config.window_size)

    def actions(self, ticks: list[Tick]) -> NDArray[np.float32]:
        """Normalised actions, shape (ticks, action_horizon, action_dim)."""
        chunks = []
        for tick in ticks:
            self._engine.set_task(self._engine.encode(tick.seen.task))
            chunks.append(self._engine.act(tick.seen.history, tick.seen.newest, tick.sampling))
        return np.stack(chunks)
