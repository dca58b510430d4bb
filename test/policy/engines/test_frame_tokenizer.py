# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
import pytest
import torch

from octo_ros.policy.engines.frame_tokenizer import FrameTokenizer
from octo_ros.policy.engines.plain_engine import window_observations


def parts(octo):
    transformer = octo.octo_transformer
    return [
        (tokenizer, embedding, FrameTokenizer(tokenizer, embedding))
        for tokenizer, embedding in zip(
            transformer.observation_tokenizers, transformer.observation_embeddings, strict=True
        )
    ]


@pytest.mark.parametrize('goals', [False, True])
def test_it_gives_the_networks_features_without_positions(world, goals):
    aloha = world('octo_tiny_aloha')
    frame, task = aloha.frame(), aloha.task(goals=goals)
    observations = window_observations((frame,), torch.device('cpu'))
    with torch.inference_mode():
        for tokenizer, embedding, part in parts(aloha.octo):
            expected = embedding(tokenizer(observations, task).tokens)[:, 0]
            tokens = part(*part.inputs.tensors(frame, task)) + embedding.positions[:, 0]
            torch.testing.assert_close(tokens, expected, atol=1e-5, rtol=0)


def test_the_network_keeps_its_kernels(world):
    octo = world('octo_tiny_lang').octo
    before = {name: value.clone() for name, value in octo.state_dict().items()}
    parts(octo)
    assert all(torch.equal(value, before[name]) for name, value in octo.state_dict().items())
