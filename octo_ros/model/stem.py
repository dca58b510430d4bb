# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The convolutional stem that turns frames into tokens: four convolutions, no ResNet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor, nn
from torch.nn import functional

from octo_ros.model.precision import at_least_float32

if TYPE_CHECKING:
    from octo_ros.model.config import StemConfig


class StdConv(nn.Conv2d):
    """Convolution with a standardised kernel, (w - mean) / (std + 1e-5) per output channel."""

    def forward(self, x: Tensor) -> Tensor:
        """(N, C_in, H, W) → (N, C_out, H', W')."""
        return self._conv_forward(x, self.standardised().to(x.dtype), self.bias)

    def standardised(self) -> Tensor:
        """The kernel that it convolves with, at least float32, shape (C_out, C_in, 3, 3)."""
        kernel = self.weight.to(at_least_float32(self.weight.dtype))
        mean = kernel.mean(dim=(1, 2, 3), keepdim=True)
        std = kernel.std(dim=(1, 2, 3), keepdim=True, unbiased=False)
        return (kernel - mean) / (std + 1e-5)


class Film(nn.Module):
    """Features scaled and shifted by a vector: x · (1 + scale(v)) + shift(v), per channel.

    Args:
        size: Numbers in the vector.
        channels: Channels of the features.
    """

    def __init__(self, size: int, channels: int) -> None:
        super().__init__()
        self.scale = nn.Linear(size, channels)
        self.shift = nn.Linear(size, channels)

    def forward(self, features: Tensor, vector: Tensor) -> Tensor:
        """(N, C, H, W) and (N, size) → (N, C, H, W)."""
        scale, shift = (layer(vector)[..., None, None] for layer in (self.scale, self.shift))
        return features * (1 + scale) + shift


class SmallStem(nn.Module):
    """Convolution of stride 2 → GroupNorm → ReLU, four times, then a bare patch convolution.

    Args:
        config: Sizes.
        channels: Input channels.
        film_size: Numbers in the vector that FiLM reads, if `use_film`.
    """

    def __init__(self, config: StemConfig, channels: int, film_size: int = 0) -> None:
        super().__init__()
        inputs = (channels, *config.features[:-1])
        self.convs = nn.ModuleList(
            StdConv(n_in, n_out, kernel_size=3, stride=2, padding=1)
            for n_in, n_out in zip(inputs, config.features, strict=True)
        )
        self.norms = nn.ModuleList(nn.GroupNorm(32, n, eps=1e-6) for n in config.features)
        patch = config.patch_kernel
        self.embedding = nn.Conv2d(config.features[-1], config.num_features, patch, stride=patch)
        self.film = Film(film_size, config.num_features) if config.use_film else None

    def forward(self, frames: Tensor, vector: Tensor | None = None) -> Tensor:
        """Normalised frames → features.

        Args:
            frames: Shape (N, C, H, W).
            vector: What FiLM reads, shape (N, film_size).

        Returns:
            Shape (N, num_features, H/16, W/16), or half of that for patches of 32 pixels.
        """
        x = frames
        for conv, norm in zip(self.convs, self.norms, strict=True):
            x = functional.relu(norm(conv(x)))
        x = self.embedding(x)
        return x if self.film is None else self.film(x, vector)
