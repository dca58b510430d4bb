# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Many tokens → a few, chosen by attention."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from octo_ros.model.map_pooling import MapPooling


class TokenLearner(nn.Module):
    """Positions added, norm, then pooling by attention.

    Args:
        num_inputs: Tokens that go in.
        width: Their width, a multiple of 8.
        num_tokens: Tokens that come out.
    """

    def __init__(self, num_inputs: int, width: int, num_tokens: int) -> None:
        super().__init__()
        self.positions = nn.Parameter(torch.zeros(num_inputs, width))
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.pooling = MapPooling(width, num_tokens)

    def forward(self, tokens: Tensor) -> Tensor:
        """(B, W, num_inputs, width) → (B, W, num_tokens, width)."""
        x = self.norm(tokens + self.positions)
        everything = torch.ones(x.shape[:-1], dtype=torch.bool, device=x.device)
        return self.pooling(x, everything)
