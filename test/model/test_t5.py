# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Against an independent implementation, with sequences longer than the exact position buckets."""

from __future__ import annotations

import pytest
import torch

from octo_ros.model.config import T5Config
from octo_ros.model.t5 import T5Encoder

SIZES = {'vocab_size': 50, 'd_model': 16, 'd_kv': 4, 'd_ff': 32, 'num_layers': 2, 'num_heads': 4}


def test_equals_transformers():
    transformers = pytest.importorskip('transformers')
    torch.manual_seed(0)
    other = transformers.T5EncoderModel(transformers.T5Config(**SIZES)).eval()
    ours = T5Encoder(T5Config(**SIZES)).eval()
    for parameter in other.parameters():
        torch.nn.init.normal_(parameter, std=0.3)
    ours.load_state_dict({rename(name): value for name, value in other.named_parameters()})
    ids = torch.randint(0, 50, (3, 300))
    mask = (torch.arange(300) < torch.tensor([[300], [20], [1]])).long()
    with torch.no_grad():
        expected = other(input_ids=ids, attention_mask=mask).last_hidden_state
        torch.testing.assert_close(ours(ids, mask), expected, rtol=1e-4, atol=1e-4)


@torch.no_grad()
def test_half_precision_does_not_overflow():
    """Trained T5s add up numbers beyond 65504, the largest of float16."""
    torch.manual_seed(0)
    encoder = T5Encoder(T5Config(**SIZES)).eval()
    for block in encoder.blocks:
        block.wo.weight.mul_(1e6).clamp_(-6e4, 6e4)
    ids, mask = torch.randint(0, 50, (2, 9)), torch.ones(2, 9, dtype=torch.int64)
    exact, sums = encoder(ids, mask), []
    encoder.half().blocks[0].register_forward_hook(lambda _, __, out: sums.append(out))
    half = encoder(ids, mask)
    assert sums[0].abs().max() > 65504
    assert half.dtype == torch.float16
    torch.testing.assert_close(half.float(), exact, rtol=0, atol=0.02)


def rename(name):
    if 'relative_attention_bias' in name:
        return 'position_bias.weight'
    for old, new in (
        ('shared', 'embedding'),
        ('encoder.', ''),
        ('block.', 'blocks.'),
        ('layer.0.SelfAttention', 'attention'),
        ('layer.0.layer_norm', 'attention_norm'),
        ('layer.1.DenseReluDense.', ''),
        ('layer.1.layer_norm', 'mlp_norm'),
        ('final_layer_norm', 'final_norm'),
    ):
        name = name.replace(old, new)
    return name
