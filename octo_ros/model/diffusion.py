# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The diffusion action head: a small network that predicts noise, and the DDPM sampler around it.

Chunks are flat here: A = action_horizon · action_dim numbers, action_dim fastest.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.model.config import DiffusionHeadConfig


@dataclass(frozen=True)
class NoiseSchedule:
    """Noise per diffusion step t = 0..T-1, float32 as in the original, each of shape (T,).

    Attributes:
        betas: Variance that step t adds.
        alphas: 1 - beta.
        alpha_hats: Running product of the alphas.
    """

    betas: NDArray[np.float32]
    alphas: NDArray[np.float32]
    alpha_hats: NDArray[np.float32]

    @classmethod
    def cosine(cls, steps: int) -> NoiseSchedule:
        """The cosine schedule (Nichol & Dhariwal 2021, offset 0.008, betas at most 0.999)."""
        u = np.arange(steps + 1) / steps
        signal = np.cos((u + 0.008) / 1.008 * np.pi / 2) ** 2
        betas = np.clip(1 - signal[1:] / signal[:-1], 0, 0.999).astype(np.float32)
        alphas = 1 - betas
        return cls(betas, alphas, np.cumprod(alphas))


@dataclass(frozen=True)
class SamplingNoise:
    """The randomness of one sampling, so that it can be given instead of drawn.

    Attributes:
        initial: Shape (..., A): where the denoising starts.
        steps: Shape (T, ..., A): added after the update of step t = T-1 first, of t = 0 last.
    """

    initial: Tensor
    steps: Tensor


@dataclass(frozen=True)
class ActionTargets:
    """What the head is trained on, normalised.

    Attributes:
        actions: Shape (B, W, action_horizon, action_dim).
        action_mask: bool, the same shape; False entries do not count.
        timestep_pad_mask: bool, shape (B, W); False timesteps do not count.
    """

    actions: Tensor
    action_mask: Tensor
    timestep_pad_mask: Tensor


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
        self.kernel = nn.Parameter(0.2 * torch.randn(size // 2, 1))

    def forward(self, time: Tensor) -> Tensor:
        """Steps (..., 1), the raw integers, to features (..., size), cosines first."""
        angle = 2 * math.pi * time.to(self.kernel.dtype) @ self.kernel.mT
        return torch.cat([angle.cos(), angle.sin()], dim=-1)


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
        parts = [part.expand(*lead, part.shape[-1]) for part in (condition, embedding, noisy)]
        x = self.input(torch.cat(parts, dim=-1))
        for block in self.blocks:
            x = block(x)
        return self.output(functional.silu(x))


class DiffusionHead(nn.Module):
    """Readout tokens → action chunks.

    Args:
        config: Sizes.
        width: Width D of the readout tokens.
    """

    def __init__(self, config: DiffusionHeadConfig, width: int) -> None:
        super().__init__()
        self.config = config
        self.schedule = NoiseSchedule.cosine(config.diffusion_steps)
        self.network = ScoreNetwork(config, width)

    @property
    def chunk_size(self) -> int:
        """A, numbers per chunk."""
        return self.config.action_horizon * self.config.action_dim

    def draw_noise(self, lead: tuple[int, ...], generator: torch.Generator) -> SamplingNoise:
        """Fresh normal noise for chunks of shape (*lead, A), on the generator's device."""
        shape = (*lead, self.chunk_size)
        device = generator.device
        return SamplingNoise(
            torch.randn(shape, generator=generator, device=device),
            torch.randn((self.config.diffusion_steps, *shape), generator=generator, device=device),
        )

    def loss(
        self, embedding: Tensor, targets: ActionTargets, time: Tensor, noise: Tensor
    ) -> Tensor:
        """The training loss: squared error of the predicted noise, summed over action dimensions.

        Args:
            embedding: Mean of the readout tokens, shape (B, W, D).
            targets: The actions.
            time: Diffusion steps, integers of shape (S, B, W, 1) for S draws per timestep.
            noise: Normal noise, shape (S, B, W, A).

        Returns:
            The mean over everything that counts times action_dim, a scalar.
        """
        limit = self.config.max_action
        clean = targets.actions.clamp(-limit, limit).flatten(-2)
        signal = torch.from_numpy(self.schedule.alpha_hats).to(clean)[time]
        noisy = signal.sqrt() * clean + (1 - signal).sqrt() * noise
        error = (self.network(embedding, noisy, time) - noise).square()
        counts = targets.timestep_pad_mask[..., None, None] & targets.action_mask
        mask = counts.flatten(-2).to(error).expand_as(error)
        return (error * mask).mean() / mask.mean().clamp(min=1e-5) * self.config.action_dim

    def denoise(
        self, embedding: Tensor, noise: SamplingNoise, embodiment_action_dim: int | None = None
    ) -> Tensor:
        """Sample chunks by DDPM with the schedule's own steps.

        Args:
            embedding: Mean of the readout tokens, shape (..., D).
            noise: The randomness; its leading axes may exceed the embedding's by sample axes in
                front.
            embodiment_action_dim: Action dimensions that the robot has; the others stay noise,
                which is how the network has seen them in training.

        Returns:
            Normalised chunks, shape (..., action_horizon, action_dim).
        """
        x = noise.initial.to(embedding)
        for i, t in enumerate(reversed(range(self.config.diffusion_steps))):
            x = self.denoise_step(
                embedding, x, t, noise.steps[i].to(embedding), embodiment_action_dim
            )
        return x.unflatten(-1, (self.config.action_horizon, self.config.action_dim))

    def denoise_step(
        self, embedding: Tensor, x: Tensor, t: int, z: Tensor, action_dim: int | None = None
    ) -> Tensor:
        """One step, x_t → x_(t-1); x and the noise z have shape (..., A).

        The clip acts in every step, after the noise, as in the original.
        """
        s = self.schedule
        time = torch.full((*x.shape[:-1], 1), t, device=x.device)
        eps = self.network(embedding, x, time)
        x = (x - float((1 - s.alphas[t]) / np.sqrt(1 - s.alpha_hats[t])) * eps) / float(
            np.sqrt(s.alphas[t])
        )
        if t > 0:
            x = x + float(np.sqrt(s.betas[t])) * z
        x = x.clamp(-self.config.max_action, self.config.max_action)
        if action_dim is None:
            return x
        masked = torch.arange(self.chunk_size, device=x.device) % self.config.action_dim
        return torch.where(masked >= action_dim, float(np.sqrt(1 - s.alpha_hats[t])) * z, x)
