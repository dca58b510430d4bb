# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The transformer: pre-norm blocks as in ViT, with a mask given from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from octo_ros.model.precision import at_least_float32

if TYPE_CHECKING:
    from octo_ros.model.config import TransformerConfig


class Attention(nn.Module):
    """Multi-head attention: softmax(q·kᵀ / sqrt(head_dim)) · v, biases everywhere."""

    def __init__(self, width: int, num_heads: int, dropout_rate: float = 0.0) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)
        self.out = nn.Linear(width, width)
        self.dropout = nn.Dropout(dropout_rate)

    def forward(self, x: Tensor, context: Tensor, mask: Tensor) -> Tensor:
        """What the tokens x find in the context; self-attention if they are the same.

        Hidden logits become the smallest float32, not -inf: a row that sees nothing then attends
        to all keys alike, as in the original, instead of turning into NaN.

        Args:
            x: Shape (B, N, D).
            context: Shape (B, M, D).
            mask: bool, shape (B, 1, N or 1, M); False keys are hidden.

        Returns:
            Shape (B, N, D).
        """
        q, k, v = (
            projection(tokens).unflatten(-1, (self.num_heads, -1)).transpose(1, 2)
            for projection, tokens in (
                (self.query, x),
                (self.key, context),
                (self.value, context),
            )
        )  # (B, heads, N or M, head_dim)
        logits = q * q.shape[-1] ** -0.5 @ k.mT
        logits = logits.to(at_least_float32(logits.dtype))
        logits = logits.masked_fill(~mask, torch.finfo(torch.float32).min)
        weights = self.dropout(logits.softmax(-1).to(v.dtype))
        return self.out((weights @ v).transpose(1, 2).flatten(2))


class Mlp(nn.Module):
    """Linear, GELU (tanh form, as in the original), linear."""

    def __init__(self, width: int, hidden: int, dropout_rate: float) -> None:
        super().__init__()
        self.hidden = nn.Linear(width, hidden)
        self.output = nn.Linear(hidden, width)
        self.dropout = nn.Dropout(dropout_rate)

    def forward(self, x: Tensor) -> Tensor:
        """(..., D) → (..., D)."""
        x = self.dropout(functional.gelu(self.hidden(x), approximate='tanh'))
        return self.dropout(self.output(x))


class Block(nn.Module):
    """x + attention(norm(x)), then x + mlp(norm(x))."""

    def __init__(self, config: TransformerConfig, width: int) -> None:
        super().__init__()
        self.attention_norm = nn.LayerNorm(width, eps=1e-6)
        self.attention = Attention(
            width, config.num_attention_heads, config.attention_dropout_rate
        )
        self.mlp_norm = nn.LayerNorm(width, eps=1e-6)
        self.mlp = Mlp(width, config.mlp_dim, config.dropout_rate)
        self.dropout = nn.Dropout(config.dropout_rate)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Tokens (B, N, D), mask bool (B, 1, N, N) → (B, N, D)."""
        normed = self.attention_norm(x)
        x = x + self.dropout(self.attention(normed, normed, mask))
        return x + self.mlp(self.mlp_norm(x))


class Transformer(nn.Module):
    """All blocks and a last norm.

    Args:
        config: Sizes.
        width: Token width D; a multiple of the number of heads.
    """

    def __init__(self, config: TransformerConfig, width: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(Block(config, width) for _ in range(config.num_layers))
        self.final_norm = nn.LayerNorm(width, eps=1e-6)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Tokens (B, N, D), mask bool (B, 1, N, N) → (B, N, D)."""
        for block in self.blocks:
            x = block(x, mask)
        return self.final_norm(x)
