# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The convolutional stem that turns frames into tokens: four convolutions, no ResNet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor, nn
from torch.nn import functional

if TYPE_CHECKING:
    from octo_ros.model.config import StemConfig


class StdConv(nn.Conv2d):
    """Convolution with a standardised kernel, (w - mean) / (std + 1e-5) per output channel."""

    def forward(self, x: Tensor) -> Tensor:
        """(N, C_in, H, W) → (N, C_out, H', W')."""
        mean = self.weight.mean(dim=(1, 2, 3), keepdim=True)
        std = self.weight.std(dim=(1, 2, 3), keepdim=True, unbiased=False)
        weight = (self.weight - mean) / (std + 1e-5)
        return self._conv_forward(x, weight, self.bias)


class SmallStem(nn.Module):
    """Convolution of stride 2 → GroupNorm → ReLU, four times, then a bare patch convolution.

    Args:
        config: Sizes.
        channels: Input channels.
    """

    def __init__(self, config: StemConfig, channels: int) -> None:
        super().__init__()
        inputs = (channels, *config.features[:-1])
        self.convs = nn.ModuleList(
            StdConv(n_in, n_out, kernel_size=3, stride=2, padding=1)
            for n_in, n_out in zip(inputs, config.features, strict=True)
        )
        self.norms = nn.ModuleList(nn.GroupNorm(32, n, eps=1e-6) for n in config.features)
        patch = config.patch_kernel
        self.embedding = nn.Conv2d(config.features[-1], config.num_features, patch, stride=patch)

    def forward(self, frames: Tensor) -> Tensor:
        """Frames in -1..1, shape (N, C, H, W), to features (N, num_features, H/16, W/16)."""
        x = frames
        for conv, norm in zip(self.convs, self.norms, strict=True):
            x = functional.relu(norm(conv(x)))
        return self.embedding(x)
