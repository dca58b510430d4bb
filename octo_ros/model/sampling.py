# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How action chunks are drawn from a head: options and randomness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from octo_ros.errors import PolicyError


@dataclass(frozen=True)
class SamplingNoise:
    """The randomness of one sampling by diffusion, so that it can be given instead of drawn.

    Attributes:
        initial: Shape (..., A): where the denoising starts.
        steps: Shape (T, ..., A): added after the update of step t = T-1 first, of t = 0 last. DDIM
            does not read it.
    """

    initial: Tensor
    steps: Tensor


@dataclass(frozen=True)
class Sampling:
    """Options of `Octo.sample_actions`; a head ignores those that do not concern it.

    Attributes:
        noise: Diffusion head: the randomness, leading axes (*sample_shape, B).
        generator: Source of fresh randomness.
        sample_shape: Independent samples per window that share the transformer's work.
        embodiment_action_dim: Diffusion head: action dimensions that the robot has; None: all.
        sampler: Diffusion head: `ddpm` as in the original, or `ddim`, deterministic from its
            initial noise.
        steps: Diffusion head: network passes of `ddim`; None takes all there are.
        argmax: Discrete head: the most probable bins instead of random ones.
        temperature: Discrete head: divides the logits before drawing.

    Raises:
        PolicyError: An option is out of range.
    """

    noise: SamplingNoise | None = None
    generator: torch.Generator | None = None
    sample_shape: tuple[int, ...] = ()
    embodiment_action_dim: int | None = None
    sampler: Literal['ddpm', 'ddim'] = 'ddpm'
    steps: int | None = None
    argmax: bool = False
    temperature: float = 1.0

    def __post_init__(self) -> None:
        if self.sampler not in ('ddpm', 'ddim'):
            msg = f'Unknown sampler {self.sampler!r}; known: ddpm, ddim.'
            raise PolicyError(msg)
        if self.steps is not None and self.sampler == 'ddpm':
            msg = 'The sampler ddpm takes every step of its schedule; give steps with ddim only.'
            raise PolicyError(msg)
        if not self.temperature > 0:
            msg = f'temperature is {self.temperature}; it must be positive (or set argmax).'
            raise PolicyError(msg)
