# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A directory that `export_policy` made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from octo_ros.model.checkpoint import CheckpointDirectory
from octo_ros.policy.engines.manifest import Manifest

if TYPE_CHECKING:
    from octo_ros.model.config import OctoConfig

CHECKPOINT = 'checkpoint'  # the checkpoint's small files
TABLES = 'tables.npz'
LANGUAGE = 'language.onnx'
LAST_KEY_VALUES = 'last_key_values.onnx'
READOUT = 'readout.onnx'
NEWEST = 'newest.onnx'  # all layers and the readout in one, with the weights of their files
HEAD = 'head.onnx'


def tokenizer_file(name: str) -> str:
    """Graph of an observation tokenizer."""
    return f'tokenizer_{name}.onnx'


def layer_file(number: int) -> str:
    """Graph of a block, but the last one."""
    return f'layer_{number:02}.onnx'


@dataclass(frozen=True)
class Exported:
    """An exported network whose files have been checked.

    Attributes:
        directory: Where it is.
        manifest: What it is made of.
        checkpoint: The small files of the checkpoint.
        tables: Positions: `obs_<tokenizer>` (max_horizon, n, D), `readout_<number>`.
    """

    directory: Path
    manifest: Manifest
    checkpoint: CheckpointDirectory
    tables: Mapping[str, Tensor]

    @classmethod
    def read(cls, directory: str | Path) -> Exported:
        """Check and read.

        Raises:
            CheckpointError: A file is missing, changed or left over.
        """
        directory = Path(directory)
        manifest = Manifest.read(directory)
        with np.load(directory / TABLES, allow_pickle=False) as arrays:
            tables = {name: torch.from_numpy(array) for name, array in arrays.items()}
        checkpoint = CheckpointDirectory.read(directory / CHECKPOINT)
        return cls(directory, manifest, checkpoint, tables)

    @property
    def config(self) -> OctoConfig:
        """The network."""
        return self.checkpoint.config
