# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The small network that predicts the noise in a chunk of actions.

Chunks are flat here: A = action_horizon · action_dim numbers, action_dim fastest.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from octo_ros.model.precision import at_least_float32

if TYPE_CHECKING:
    from octo_ros.model.head_config import DiffusionHeadConfig


class ResidualBlock(nn.Module):
    """x + linear(swish(linear(norm(x)))), four times wider inside."""

    def __init__(self, width: int, dropout_rate: float) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout_rate)
        self.norm = nn.LayerNorm(width, eps=1e-6)
        self.hidden = nn.Linear(width, 4 * width)
        self.output = nn.Linear(4 * width, width)

    def forward(self, x: Tensor) -> Tensor:
        """(..., width) → (..., width)."""
        return x + self.output(functional.silu(self.hidden(self.norm(self.dropout(x)))))


class FourierFeatures(nn.Module):
    """cos and sin of 2π·t·w with learned frequencies w."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.kernel = nn.Parameter(torch.zeros(size // 2, 1))

    def forward(self, time: Tensor) -> Tensor:
        """Steps (..., 1), the raw integers, to features (..., size), cosines first.

        The angles reach tens of radians, so they are at least float32 whatever the network's type.
        """
        kernel = self.kernel.to(at_least_float32(self.kernel.dtype))
        angle = 2 * math.pi * time.to(kernel.dtype) @ kernel.mT
        return torch.cat([angle.cos(), angle.sin()], dim=-1).to(self.kernel.dtype)


class ScoreNetwork(nn.Module):
    """Predicts the noise in a chunk from the chunk, the diffusion step and the embedding.

    Args:
        config: Sizes.
        width: Width D of the embedding.
    """

    def __init__(self, config: DiffusionHeadConfig, width: int) -> None:
        super().__init__()
        time, hidden = config.time_dim, config.hidden_dim
        chunk = config.action_horizon * config.action_dim
        self.time_features = FourierFeatures(time)
        self.time_mlp = nn.Sequential(
            nn.Linear(time, 2 * time), nn.SiLU(), nn.Linear(2 * time, time)
        )
        self.input = nn.Linear(time + width + chunk, hidden)
        self.blocks = nn.ModuleList(
            ResidualBlock(hidden, config.dropout_rate) for _ in range(config.num_blocks)
        )
        self.output = nn.Linear(hidden, chunk)

    def forward(self, embedding: Tensor, noisy: Tensor, time: Tensor) -> Tensor:
        """Embedding (..., D), noisy chunk (..., A), step (..., 1) → noise (..., A).

        Leading axes that the embedding lacks are independent samples for the same observation.
        """
        condition = self.time_mlp(self.time_features(time))
        lead = torch.broadcast_shapes(noisy.shape[:-1], embedding.shape[:-1])
        parts = [
            part.expand(*lead, part.shape[-1])
            for part in (condition, embedding, noisy.to(embedding.dtype))
        ]
        x = self.input(torch.cat(parts, dim=-1))
        for block in self.blocks:
            x = block(x)
        return self.output(functional.silu(x))
