# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How much noise each diffusion step adds, and what that makes of the step back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class DdpmStep:
    """One step: x ← (x - eps · predicted noise) / scale + noise · fresh noise.

    Attributes:
        eps: (1 - alpha) / sqrt(1 - alpha_hat).
        scale: sqrt(alpha).
        noise: sqrt(beta), but 0 for the last step.
        spread: sqrt(1 - alpha_hat), the noise that training added.
    """

    eps: float
    scale: float
    noise: float
    spread: float


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

    def ddpm_step(self, t: int) -> DdpmStep:
        """The numbers of the step from t to t-1."""
        spread = np.sqrt(1 - self.alpha_hats[t])
        return DdpmStep(
            eps=float((1 - self.alphas[t]) / spread),
            scale=float(np.sqrt(self.alphas[t])),
            noise=float(np.sqrt(self.betas[t])) if t > 0 else 0.0,
            spread=float(spread),
        )
