# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Pooling of tokens by attention (MAP), as in the heads of big ViTs."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from octo_ros.model.batch import TokenGroup
from octo_ros.model.transformer import Attention, Mlp

NUM_HEADS = 8  # whatever the width
_DROPOUT_RATE = 0.1  # in training, whatever the transformer's


class MapPooling(nn.Module):
    """Learned queries look at the tokens: out = attention, then out + mlp(norm(out)).

    Args:
        width: Width D of the tokens, a multiple of 8.
        num_queries: Tokens to come out.
    """

    def __init__(self, width: int, num_queries: int = 1) -> None:
        super().__init__()
        self.probe = nn.Parameter(torch.zeros(1, num_queries, width))
        self.attention = Attention(width, NUM_HEADS)
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.mlp = Mlp(width, 4 * width, _DROPOUT_RATE)

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """Pool the second-last axis; hidden tokens count only if all are hidden.

        Args:
            tokens: Shape (B, W, n, D).
            mask: bool, shape (B, W, n).

        Returns:
            Shape (B, W, num_queries, D).
        """
        flat = tokens.flatten(0, 1)  # (B·W, n, D)
        probe = self.probe.expand(flat.shape[0], -1, -1)
        x = self.attention(probe, flat, mask.flatten(0, 1)[:, None, None, :])
        x = x + self.mlp(self.norm(x))
        return x.unflatten(0, tokens.shape[:2])


def pool_to_one(map_head: MapPooling | None, group: TokenGroup, dtype: torch.dtype) -> Tensor:
    """One vector per timestep, shape (B, W, D): by attention, or else the plain mean.

    The mean counts masked tokens too, as in the original.

    Args:
        map_head: The attention, or None.
        group: What is pooled.
        dtype: Of the head; tokens of another type are converted before they are pooled.
    """
    tokens = group.tokens.to(dtype)
    if map_head is None:
        return tokens.mean(dim=2)
    return map_head(tokens, group.mask)[:, :, 0]
