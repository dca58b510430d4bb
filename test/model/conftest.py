# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The tiny official checkpoints with the original's inputs and outputs (test/data/octo_tiny_*)."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgpack
import numpy as np
import pytest
import torch

from octo_ros.model import load_octo
from octo_ros.model.batch import LanguageTokens, Observations, Tasks
from octo_ros.model.config import (
    ImageTokenizerConfig,
    LanguageTokenizerConfig,
    OctoConfig,
    StemConfig,
    T5Config,
    TransformerConfig,
)
from octo_ros.model.head_config import DiffusionHeadConfig
from octo_ros.model.octo import Octo

torch.set_num_threads(1)

DATA = Path(__file__).resolve().parents[1] / 'data'
CAMERAS = ('image_primary', 'image_wrist')


@dataclass(frozen=True)
class Tiny:
    path: Path
    model: Octo
    inputs: Mapping[str, torch.Tensor]
    outputs: Mapping[str, np.ndarray]

    @property
    def checkpoint(self) -> Path:
        return self.path / 'checkpoint'

    @property
    def observations(self) -> Observations:
        return Observations(
            {key: self.inputs[f'observation/{key}'] for key in CAMERAS},
            self.inputs['observation/timestep_pad_mask'],
            {key: self.inputs[f'observation/pad_mask_dict/{key}'] for key in CAMERAS},
        )

    @property
    def tasks(self) -> Tasks:
        language = LanguageTokens(
            self.inputs['task/language_instruction/input_ids'],
            self.inputs['task/language_instruction/attention_mask'],
        )
        mask = self.inputs['task/pad_mask_dict/language_instruction']
        return Tasks(language, mask, {key: self.inputs[f'task/{key}'] for key in CAMERAS})


def load_tiny(name: str) -> Tiny:
    path = DATA / name
    with np.load(path / 'inputs.npz') as inputs, np.load(path / 'outputs.npz') as outputs:
        return Tiny(
            path,
            load_octo(path / 'checkpoint'),
            {key: torch.from_numpy(value) for key, value in inputs.items()},
            dict(outputs),
        )


@pytest.fixture(scope='session')
def lang() -> Tiny:
    return load_tiny('octo_tiny_lang')


@pytest.fixture(scope='session')
def goal() -> Tiny:
    return load_tiny('octo_tiny_goal')


@pytest.fixture
def damaged(tmp_path) -> Path:
    """A copy of a checkpoint, to be damaged."""
    return Path(shutil.copytree(DATA / 'octo_tiny_lang/checkpoint', tmp_path / 'checkpoint'))


def leaf(array: np.ndarray) -> msgpack.ExtType:
    payload = [list(array.shape), array.dtype.name, array.tobytes()]
    return msgpack.ExtType(1, msgpack.packb(payload, use_bin_type=True))


def write_arrays(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write a tree as flax does; the keys are paths with '/'."""
    tree: dict = {}
    for name, array in arrays.items():
        *parents, key = name.split('/')
        node = tree
        for parent in parents:
            node = node.setdefault(parent, {})
        node[key] = leaf(array)
    path.write_bytes(msgpack.packb(tree, use_bin_type=True))


@pytest.fixture
def write():
    return write_arrays


@pytest.fixture(scope='session')
def small_config() -> OctoConfig:
    """octo-small-1.5."""
    return released_config()


def released_config(width: int = 384, heads: int = 6) -> OctoConfig:
    cameras = tuple(
        ImageTokenizerConfig(name, (f'image_{name}',), (f'image_{name}',), size, StemConfig())
        for name, size in (('primary', (256, 256)), ('wrist', (128, 128)))
    )
    return OctoConfig(
        observation_tokenizers=cameras,
        language=LanguageTokenizerConfig('language', 16, T5Config()),
        readouts=(('action', 1),),
        head=DiffusionHeadConfig(readout_key='readout_action', action_horizon=4),
        transformer=TransformerConfig(
            num_layers=12,
            mlp_dim=4 * width,
            num_attention_heads=heads,
            dropout_rate=0.0,
            attention_dropout_rate=0.0,
        ),
        token_embedding_size=width,
        max_horizon=10,
        window_size=2,
        repeat_task_tokens=True,
        use_correct_attention=True,
    )


@pytest.fixture(scope='session')
def base_config() -> OctoConfig:
    """octo-base-1.5."""
    return released_config(768, 12)
