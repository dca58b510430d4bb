# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""T5's encoder: pre-norm blocks without biases, relative positions, no 1/sqrt(d) scaling."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from octo_ros.model.precision import at_least_float32

if TYPE_CHECKING:
    from octo_ros.model.config import T5Config


class T5Norm(nn.Module):
    """x / rms(x) · weight; no mean is subtracted, there is no bias."""

    def __init__(self, width: int, epsilon: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        """float32 (..., width) → (..., width) in the network's type."""
        scale = torch.rsqrt(x.square().mean(-1, keepdim=True) + self.epsilon)
        return self.weight * (x * scale).to(self.weight.dtype)


class T5Attention(nn.Module):
    """Multi-head self-attention with an additive bias."""

    def __init__(self, config: T5Config) -> None:
        super().__init__()
        inner = config.num_heads * config.d_kv
        self.num_heads = config.num_heads
        self.q = nn.Linear(config.d_model, inner, bias=False)
        self.k = nn.Linear(config.d_model, inner, bias=False)
        self.v = nn.Linear(config.d_model, inner, bias=False)
        self.o = nn.Linear(inner, config.d_model, bias=False)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """Tokens (B, n, d_model), bias (B, heads, n, n) → (B, n, d_model)."""
        q, k, v = (
            projection(x).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)
            for projection in (self.q, self.k, self.v)
        )
        logits = q @ k.mT  # (B, heads, n, n)
        logits = logits.to(at_least_float32(logits.dtype)) + bias
        weights = logits.softmax(-1).to(v.dtype)
        return self.o((weights @ v).transpose(1, 2).flatten(2))


class T5Block(nn.Module):
    """Attention and a ReLU feed-forward layer, each behind its norm and added to its input."""

    def __init__(self, config: T5Config) -> None:
        super().__init__()
        self.attention_norm = T5Norm(config.d_model, config.layer_norm_epsilon)
        self.attention = T5Attention(config)
        self.mlp_norm = T5Norm(config.d_model, config.layer_norm_epsilon)
        self.wi = nn.Linear(config.d_model, config.d_ff, bias=False)
        self.wo = nn.Linear(config.d_ff, config.d_model, bias=False)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        """Tokens float32 (B, n, d_model), bias (B, heads, n, n) → float32 (B, n, d_model).

        The sum and the last layer stay float32 whatever the network's type: trained T5s exceed
        float16 there.
        """
        x = x + self.attention(self.attention_norm(x), bias)
        hidden = functional.relu(self.wi(self.mlp_norm(x)))
        return x + functional.linear(hidden.to(x.dtype), self.wo.weight.to(x.dtype))


class T5Encoder(nn.Module):
    """Token ids → last hidden states."""

    def __init__(self, config: T5Config) -> None:
        super().__init__()
        self.config = config
        self.embedding = nn.Embedding(config.vocab_size, config.d_model)
        self.position_bias = nn.Embedding(config.relative_attention_num_buckets, config.num_heads)
        self.blocks = nn.ModuleList(T5Block(config) for _ in range(config.num_layers))
        self.final_norm = T5Norm(config.d_model, config.layer_norm_epsilon)

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Tensor:
        """Ids and mask, both (B, n), to features (B, n, d_model), padded positions included."""
        x = self.embedding(input_ids)
        x = x.to(at_least_float32(x.dtype))
        bias = self._bias(attention_mask)
        for block in self.blocks:
            x = block(x, bias)
        return self.final_norm(x)

    def _bias(self, attention_mask: Tensor) -> Tensor:
        positions = torch.arange(attention_mask.shape[-1], device=attention_mask.device)
        buckets = self._buckets(positions[None, :] - positions[:, None])
        bias = self.position_bias(buckets).permute(2, 0, 1)  # (heads, n, n)
        bias = bias.to(at_least_float32(bias.dtype))
        hidden = attention_mask[:, None, None, :] == 0  # (B, 1, 1, n)
        return bias.masked_fill(hidden, torch.finfo(torch.float32).min)

    def _buckets(self, distance: Tensor) -> Tensor:
        """Key minus query position → bucket: half per sign; near ones exact, far ones log."""
        half = self.config.relative_attention_num_buckets // 2
        exact = half // 2
        size = distance.abs()
        ratio = torch.log(size.clamp(min=1) / exact) / math.log(
            self.config.relative_attention_max_distance / exact
        )
        far = (exact + (ratio * (half - exact)).long()).clamp(max=half - 1)
        return torch.where(distance > 0, half, 0) + torch.where(size < exact, size, far)
