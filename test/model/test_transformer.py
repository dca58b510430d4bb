# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import torch

from octo_ros.model.config import TransformerConfig
from octo_ros.model.transformer import Attention, Transformer


def test_a_row_that_sees_nothing_attends_to_all_alike():
    torch.manual_seed(0)
    attention = Attention(8, 2)
    x = torch.randn(1, 5, 8)
    mask = torch.ones(1, 1, 5, 5, dtype=torch.bool)
    mask[..., 2, :] = False
    with torch.no_grad():
        row = attention(x, x, mask)[0, 2]
        expected = attention.out(attention.value(x).mean(dim=1))[0]
    torch.testing.assert_close(row, expected)


def test_hidden_keys_do_not_count():
    torch.manual_seed(0)
    config = TransformerConfig(num_layers=2, mlp_dim=16, num_attention_heads=2)
    transformer = Transformer(config, 8).eval()
    x = torch.randn(1, 5, 8)
    other = x.clone()
    other[:, 3] += 10
    mask = torch.ones(1, 1, 5, 5, dtype=torch.bool)
    mask[..., 3] = False
    with torch.no_grad():
        a, b = transformer(x, mask), transformer(other, mask)
    keep = [0, 1, 2, 4]
    torch.testing.assert_close(a[:, keep], b[:, keep], rtol=0, atol=0)


def test_dropout_acts_in_training_only():
    config = TransformerConfig(
        num_layers=1,
        mlp_dim=16,
        num_attention_heads=2,
        dropout_rate=0.5,
        attention_dropout_rate=0.5,
    )
    transformer = Transformer(config, 8)
    x, mask = torch.randn(1, 5, 8), torch.ones(1, 1, 5, 5, dtype=torch.bool)
    with torch.no_grad():
        assert not torch.equal(transformer(x, mask), transformer(x, mask))
        transformer.eval()
        torch.testing.assert_close(transformer(x, mask), transformer(x, mask), rtol=0, atol=0)
