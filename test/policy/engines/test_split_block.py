# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
import pytest
import torch

from octo_ros.model.config import TransformerConfig
from octo_ros.model.transformer import Block
from octo_ros.policy.engines.split_block import KeyValues, SplitBlock

CONFIG = TransformerConfig(num_layers=1, mlp_dim=48, num_attention_heads=3)
N, WIDTH = 7, 24


@pytest.fixture(autouse=True)
def _without_gradients():
    with torch.inference_mode():
        yield


def empty():
    nothing = torch.empty(1, 3, 0, WIDTH // 3)
    return KeyValues(nothing, nothing, nothing, nothing)


@pytest.mark.parametrize('num_private', [0, 1, 3])
def test_slot_after_slot_equals_the_block_with_its_mask(num_private):
    torch.manual_seed(0)
    block = Block(CONFIG, WIDTH).eval()
    x = torch.randn(1, 3, N, WIDTH)
    private = torch.arange(N) >= N - num_private
    slot = torch.arange(3).repeat_interleave(N)
    hidden = private.repeat(3)
    mask = (slot[None] <= slot[:, None]) & (~hidden[None] | hidden[:, None])
    expected = block(x.flatten(1, 2), mask[None, None]).unflatten(1, (3, N))

    split, before = SplitBlock(block, num_private), empty()
    for t in range(3):
        y, own = split(x[:, t], before)
        torch.testing.assert_close(y, expected[:, t], atol=1e-5, rtol=0)
        last, _ = split(x[:, t], before, 3)
        torch.testing.assert_close(last, expected[:, t, -3:], atol=1e-5, rtol=0)
        for a, b in zip(split.key_values(x[:, t]), own, strict=True):
            assert torch.equal(a, b)
        before = before.followed_by(own)
    assert before.key.shape == (1, 3, 3 * (N - num_private), 8)
    assert before.private_value.shape == (1, 3, 3 * num_private, 8)
    assert before.without_private().private_key.shape == (1, 3, 0, 8)


def test_only_private_tokens():
    """A padded slot without language has nothing else."""
    split = SplitBlock(Block(CONFIG, WIDTH).eval(), 2)
    y, own = split(torch.randn(1, 2, WIDTH), empty())
    assert y.shape == (1, 2, WIDTH)
    assert y.isfinite().all()
    assert own.key.shape[2] == 0
