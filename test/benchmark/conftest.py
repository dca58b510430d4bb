# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A network that a test can afford, with random weights on the disk."""

from dataclasses import replace

import pytest
import torch

from octo_ros.benchmark.random_checkpoint import random_octo, released_config, run_files
from octo_ros.benchmark.subject import Subject
from octo_ros.model.config import (
    ImageTokenizerConfig,
    LanguageTokenizerConfig,
    StemConfig,
    T5Config,
    TransformerConfig,
)
from octo_ros.model.head_config import DiffusionHeadConfig
from octo_ros.model.save import save_octo

torch.set_num_threads(1)


@pytest.fixture(scope='session')
def config():
    t5 = T5Config(vocab_size=100, d_model=32, d_kv=8, d_ff=64, num_layers=1, num_heads=4)
    stem = StemConfig(features=(32, 32, 32, 32), num_features=64)
    return replace(
        released_config('small'),
        observation_tokenizers=tuple(
            ImageTokenizerConfig(name, (f'image_{name}',), (f'image_{name}',), size, stem)
            for name, size in (('primary', (64, 64)), ('wrist', (32, 32)))
        ),
        language=LanguageTokenizerConfig('language', 16, t5),
        head=DiffusionHeadConfig(readout_key='readout_action', action_horizon=4),
        transformer=TransformerConfig(num_layers=2, mlp_dim=256, num_attention_heads=4),
        token_embedding_size=64,
    )


@pytest.fixture(scope='session')
def octo(config):
    return random_octo(config)


@pytest.fixture(scope='session')
def subject(config, octo, tmp_path_factory):
    path = tmp_path_factory.mktemp('random') / 'tiny'
    save_octo(octo, path, 0, run_files(config))
    return Subject('tiny', path, config, trained=False)
