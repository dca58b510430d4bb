# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
import torch

from octo_ros.model.batch import TokenGroup
from octo_ros.model.map_pooling import MapPooling, pool_to_one


@pytest.fixture
def pooling():
    generator = torch.Generator().manual_seed(0)
    pooling = MapPooling(16, 3).eval()
    with torch.no_grad():
        for parameter in pooling.parameters():
            parameter.normal_(generator=generator)
    return pooling


@pytest.fixture
def tokens():
    return torch.randn(2, 3, 5, 16, generator=torch.Generator().manual_seed(1))


@torch.no_grad()
def test_hidden_tokens_do_not_count(pooling, tokens):
    mask = torch.ones(2, 3, 5, dtype=torch.bool)
    mask[..., 2] = False
    other = tokens.clone()
    other[..., 2, :] += 10
    pooled = pooling(tokens, mask)
    assert pooled.shape == (2, 3, 3, 16)
    torch.testing.assert_close(pooled, pooling(other, mask), rtol=0, atol=0)
    assert not torch.equal(pooling(other, mask), pooling(other, torch.ones_like(mask)))


@torch.no_grad()
def test_timesteps_are_pooled_on_their_own(pooling, tokens):
    mask = torch.ones(2, 3, 5, dtype=torch.bool)
    whole, alone = pooling(tokens, mask), pooling(tokens[:, 1:2], mask[:, 1:2])
    torch.testing.assert_close(whole[:, 1:2], alone, rtol=0, atol=1e-5)


@torch.no_grad()
def test_if_all_are_hidden_all_count_alike(pooling, tokens):
    pooled = pooling(tokens, torch.zeros(2, 3, 5, dtype=torch.bool))
    attention = pooling.attention
    mean = attention.out(attention.value(tokens).mean(dim=2, keepdim=True))
    expected = (mean + pooling.mlp(pooling.norm(mean))).expand(-1, -1, 3, -1)
    torch.testing.assert_close(pooled, expected, rtol=1e-4, atol=1e-3)


def test_without_attention_it_is_the_mean_of_hidden_tokens_too(tokens):
    group = TokenGroup('readout_action', tokens, torch.zeros(2, 3, 5, dtype=torch.bool))
    torch.testing.assert_close(pool_to_one(None, group, torch.float32), tokens.mean(dim=2))


def test_dropout_acts_in_training_only(pooling, tokens):
    mask = torch.ones(2, 3, 5, dtype=torch.bool)
    pooling.train()
    assert not torch.equal(pooling(tokens, mask), pooling(tokens, mask))
