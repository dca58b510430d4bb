# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The network that is measured: a checkpoint, an export, or random weights of a released size."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from octo_ros.benchmark.random_checkpoint import (
    SIZES,
    Size,
    released_config,
    write_random_checkpoint,
)
from octo_ros.model.checkpoint import CheckpointDirectory
from octo_ros.policy.engines.exported import CHECKPOINT
from octo_ros.policy.engines.manifest import MANIFEST, Manifest, Precision

if TYPE_CHECKING:
    from octo_ros.model.config import OctoConfig


@dataclass(frozen=True)
class Subject:
    """One network.

    Attributes:
        name: What people call it.
        path: Directory of the checkpoint or export.
        checkpoint: Its small files.
        step: Training step; None takes the latest.
        exported: Precision of an exported network; None for a checkpoint.
        trained: False: random weights.
    """

    name: str
    path: Path
    checkpoint: CheckpointDirectory
    step: int | None = None
    exported: Precision | None = None
    trained: bool = True

    @classmethod
    def find(cls, name: str, step: int | None = None) -> Subject:
        """A directory that `export_policy` made, a checkpoint directory, or a name on the hub.

        Raises:
            CheckpointError: There is none, or it is damaged.
        """
        path = Path(name)
        if (path / MANIFEST).is_file():
            precision = Manifest.read(path).precision
            small_files = CheckpointDirectory.read(path / CHECKPOINT)
            return cls(path.resolve().name, path, small_files, exported=precision)
        checkpoint = CheckpointDirectory.find(name, step)
        return cls(checkpoint.path.resolve().name, checkpoint.path, checkpoint, step)

    @classmethod
    def random(cls, size: Size, folder: Path) -> Subject:
        """Random weights, written into the folder unless they are there.

        Raises:
            CheckpointError: What is there is damaged, or the disk refuses.
        """
        path = folder / f'octo-{size}-1.5-random'
        if not path.exists():
            write_random_checkpoint(path, size)
        return cls(path.name, path, CheckpointDirectory.read(path), trained=False)

    @property
    def config(self) -> OctoConfig:
        """The network."""
        return self.checkpoint.config

    @property
    def size(self) -> str:
        """`small`, `base`, or width x layers."""
        width, transformer = self.config.token_embedding_size, self.config.transformer
        for size in SIZES:
            released = released_config(size)
            if (released.token_embedding_size, released.transformer) == (width, transformer):
                return size
        return f'{width}x{transformer.num_layers}'
