# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Random weights: as large as the released ones, and usable wherever a checkpoint is."""

import numpy as np
import pytest
import torch

from octo_ros.benchmark.random_checkpoint import random_octo, released_config
from octo_ros.benchmark.workload import Workload
from octo_ros.model.checkpoint import CheckpointDirectory, load_weights
from octo_ros.model.octo import Octo
from octo_ros.model.text import load_text_tokenizer
from octo_ros.policy.engines.plain_engine import PlainEngine
from octo_ros.policy.loaded_octo import LoadedOcto


@pytest.mark.parametrize(('size', 'millions'), [('small', 27), ('base', 93)])
def test_sizes_are_those_of_the_released_networks(size, millions):
    with torch.device('meta'):
        octo = Octo(released_config(size))
    own = {name: p.numel() for name, p in octo.named_parameters() if 'language' not in name}
    assert sum(own.values()) / 1e6 == pytest.approx(millions, rel=0.05)


def test_it_loads_like_any_other(subject, octo):
    again = load_weights(CheckpointDirectory.read(subject.path))
    weights = octo.state_dict()
    for name, tensor in again.state_dict().items():
        torch.testing.assert_close(tensor, weights[name], rtol=0, atol=0)
    loaded = LoadedOcto.load(subject.path)
    assert loaded.scale.statistics.dim == 7


def test_any_words_become_tokens(subject):
    tokenizer = load_text_tokenizer(CheckpointDirectory.read(subject.path))
    tokens = tokenizer(['put the block down'])
    assert tokens.input_ids[0, :6].tolist() == [2, 2, 2, 2, 1, 0]
    assert tokens.attention_mask.sum() == 5


def test_rounding_can_be_seen_in_its_actions(config):
    """No number is clipped: what is predicted depends on the picture."""
    workload = Workload(config)
    engine = PlainEngine(random_octo(config), config.window_size)
    engine.set_task(engine.encode(workload.task()))
    sampling = workload.sampling()
    chunks = [engine.act(workload.history(), workload.frame(), sampling) for _ in range(2)]
    assert np.abs(chunks).max() < 4.9
    assert np.abs(chunks[0] - chunks[1]).min() > 1e-6
