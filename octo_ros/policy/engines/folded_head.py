# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The diffusion head with everything computed ahead that does not depend on the noise.

The first layer reads [time, embedding, chunk] side by side, so it is a sum of three products: the
time's are constants, one per step; the embedding's is the same in every step; the chunk's is left.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from octo_ros.model.diffusion import DiffusionHead


class FoldedDiffusionHead(nn.Module):
    """Draws chunks by DDPM as `DiffusionHead.denoise` does; all steps are one graph.

    Args:
        head: The head, float32; its blocks are shared, not copied.
    """

    def __init__(self, head: DiffusionHead) -> None:
        super().__init__()
        network, config = head.network, head.config
        self.blocks, self.output = network.blocks, network.output
        self.max_action = config.max_action
        self.shape = (config.action_horizon, config.action_dim)
        self.steps = [head.schedule.ddpm_step(t) for t in range(config.diffusion_steps)]
        weight = network.input.weight.detach()
        width = weight.shape[1] - config.time_dim - head.chunk_size
        time, embedding, chunk = weight.split([config.time_dim, width, head.chunk_size], dim=1)
        with torch.no_grad():
            t = torch.arange(config.diffusion_steps, device=weight.device)[:, None]
            condition = network.time_mlp(network.time_features(t))  # (T, time_dim)
            bias = functional.linear(condition, time, network.input.bias)
        self.register_buffer('time_bias', bias, persistent=False)  # (T, hidden)
        self.register_buffer('embedding_weight', embedding.contiguous(), persistent=False)
        self.register_buffer('chunk_weight', chunk.contiguous(), persistent=False)

    def forward(self, embedding: Tensor, initial: Tensor, steps: Tensor, kept: Tensor) -> Tensor:
        """Denoise.

        Args:
            embedding: Shape (B, D).
            initial: Normal noise, shape (..., B, A).
            steps: Normal noise of each step, shape (T, ..., B, A).
            kept: Which numbers of a chunk the robot has, bool (A,); the others stay noise.

        Returns:
            Normalised chunks, shape (..., B, action_horizon, action_dim).
        """
        seen = functional.linear(embedding, self.embedding_weight)
        x = initial
        for i, t in enumerate(reversed(range(len(self.steps)))):
            step, z = self.steps[t], steps[i]
            noise = self._predict(functional.linear(x, self.chunk_weight) + seen, t)
            x = (x - step.eps * noise) / step.scale + step.noise * z
            x = x.clamp(-self.max_action, self.max_action)
            x = torch.where(kept, x, step.spread * z)
        return x.unflatten(-1, self.shape)

    def _predict(self, x: Tensor, t: int) -> Tensor:
        x = x + self.time_bias[t]
        for block in self.blocks:
            x = block(x)
        return self.output(functional.silu(x))
