# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Tiny networks with made-up frames and tasks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import torch

from octo_ros.model import load_octo
from octo_ros.model.batch import LanguageTokens, Tasks
from octo_ros.model.config import (
    BinConfig,
    ImageTokenizerConfig,
    LanguageTokenizerConfig,
    LowdimTokenizerConfig,
    OctoConfig,
    StemConfig,
    T5Config,
    TransformerConfig,
)
from octo_ros.model.diffusion import DiffusionHead
from octo_ros.model.discrete import DiscreteHead
from octo_ros.model.head_config import DiffusionHeadConfig
from octo_ros.model.octo import Octo
from octo_ros.model.sampling import Sampling
from octo_ros.policy.engines.frame import Frame

torch.set_num_threads(1)

DATA = Path(__file__).resolve().parents[2] / 'data'


@dataclass(frozen=True)
class World:
    """Random input for one network."""

    octo: Octo
    rng: np.random.Generator

    def frame(self, hidden: tuple[str, ...] = ()) -> Frame:
        config = self.octo.config
        images = {
            key: self.rng.integers(0, 256, (*camera.image_size, 3), dtype=np.uint8)
            for camera in config.cameras
            for key in camera.image_keys
        }
        low_dim = {
            key: self.rng.normal(size=size).astype(np.float32)
            for tokenizer in config.observation_tokenizers
            for key, size in getattr(tokenizer, 'inputs', ())
        }
        return Frame(images, low_dim, frozenset(hidden))

    def task(self, words: bool = True, goals: bool = False) -> Tasks:
        config = self.octo.config
        language = None
        if config.language is not None:
            shape = (1, config.language.num_tokens)
            ids = torch.from_numpy(self.rng.integers(1, 90, shape))
            language = LanguageTokens(ids, torch.ones(shape, dtype=torch.int64))
        images = {
            key: torch.from_numpy(
                self.rng.integers(0, 256, (1, *camera.image_size, 3), dtype=np.uint8)
            )
            for camera in config.cameras
            for key in camera.goal_keys
        }
        return Tasks(language, torch.tensor([words]), images if goals else {})

    def sampling(self, **options) -> Sampling:
        head = self.octo.head
        if isinstance(head, DiscreteHead):
            return Sampling(argmax=True, **options)
        if not isinstance(head, DiffusionHead):
            return Sampling(**options)
        generator = torch.Generator().manual_seed(int(self.rng.integers(2**31)))
        return Sampling(noise=head.draw_noise((1,), generator), **options)


@pytest.fixture(scope='session')
def world():
    """A function: fixture name and seed → World; the network is read once."""
    networks = {}

    def make(name: str, seed: int = 0) -> World:
        if name not in networks:
            networks[name] = load_octo(DATA / name / 'checkpoint')
        return World(networks[name], np.random.default_rng(seed))

    return make


@pytest.fixture(scope='session')
def rich_config() -> OctoConfig:
    """A network with every kind of part."""
    stem = StemConfig(
        features=(32, 64, 64, 64), num_features=128, use_film=True, img_norm_type='imagenet'
    )
    camera = ImageTokenizerConfig(
        'top',
        ('image_top',),
        (),
        (64, 64),
        stem,
        film_keys=('words',),
        film_size=9,
        learned_tokens=6,
    )
    proprio = LowdimTokenizerConfig('proprio', (('proprio', 14),), BinConfig(64))
    gripper = LowdimTokenizerConfig('gripper', (('gripper', 2),))
    t5 = T5Config(vocab_size=300, d_model=96, d_kv=16, d_ff=256, num_layers=1, num_heads=8)
    return OctoConfig(
        observation_tokenizers=(proprio, camera, gripper),
        language=LanguageTokenizerConfig('language', 16, t5),
        readouts=(('action', 3), ('value', 1)),
        head=DiffusionHeadConfig(readout_key='readout_action', use_map=True, time_dim=512),
        transformer=TransformerConfig(num_layers=1, mlp_dim=256, num_attention_heads=4),
        token_embedding_size=128,
        max_horizon=10,
        window_size=1,
        repeat_task_tokens=True,
        use_correct_attention=True,
    )
