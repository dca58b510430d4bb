# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Numbers ↔ bins."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from octo_ros.model.config import BinConfig

_EPS = 1e-6


class Bins:
    """Bin i holds thresholds[i] <= x < thresholds[i+1]; the thresholds are float32.

    Args:
        config: Their number and places.
    """

    def __init__(self, config: BinConfig) -> None:
        self.config = config
        share = np.arange(config.n_bins + 1, dtype=np.float32) / np.float32(config.n_bins)
        if config.bin_type == 'uniform':
            edges = _between(config.low, config.high, share)
        else:
            probability = torch.from_numpy(_between(_EPS, 1 - _EPS, share)).double()
            edges = torch.special.ndtri(probability).float().numpy()
        self.thresholds = edges

    def encode(self, x: Tensor) -> Tensor:
        """Numbers (...) → bin numbers, int64 (...).

        What lies outside counts to the first or last of the uniform bins. Of the normal bins, it
        counts to the first on either side, as in the original (they reach to 4.75 sigma).
        """
        x = x.float()
        if self.config.bin_type == 'uniform':
            x = x.clamp(self.config.low + _EPS, self.config.high - _EPS)
        edges = torch.from_numpy(self.thresholds).to(x.device)
        # Counted, not searched for: ONNX has no search.
        number = (edges <= x[..., None]).sum(-1) - 1
        return torch.where((number < 0) | (number >= self.config.n_bins), 0, number)

    def decode(self, number: Tensor) -> Tensor:
        """Bin numbers (...) → the middles of the bins, float32 (...)."""
        middles = (self.thresholds[1:] + self.thresholds[:-1]) / 2
        return torch.from_numpy(middles).to(number.device)[number]


def _between(low: float, high: float, share: np.ndarray) -> np.ndarray:
    """Low and high mixed by share, in float32 as in the original, exactly high at the end."""
    edges = np.float32(low) * (1 - share) + np.float32(high) * share
    edges[-1] = high
    return edges
