# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the folded diffusion head takes beside its embedding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from octo_ros.model.sampling import SamplingNoise, check_sampling

if TYPE_CHECKING:
    from octo_ros.model.head_config import DiffusionHeadConfig, HeadConfig
    from octo_ros.model.sampling import Sampling


def kept_numbers(head: HeadConfig, action_dim: int | None) -> Tensor:
    """Which numbers of a flat chunk the robot has, bool (A,); None means all."""
    dims = torch.arange(head.action_horizon * head.action_dim) % head.action_dim
    return dims < (head.action_dim if action_dim is None else action_dim)


def drawn_noise(head: DiffusionHeadConfig, sampling: Sampling, batch: int = 1) -> SamplingNoise:
    """The noise that is given, or fresh noise as `DiffusionHead.draw_noise` draws it.

    Raises:
        PolicyError: The options do not suit the head.
    """
    check_sampling(head, sampling, batch)
    if sampling.noise is not None:
        return sampling.noise
    generator = sampling.generator
    shape = (*sampling.sample_shape, batch, head.action_horizon * head.action_dim)
    device = None if generator is None else generator.device
    return SamplingNoise(
        torch.randn(shape, generator=generator, device=device),
        torch.randn((head.diffusion_steps, *shape), generator=generator, device=device),
    )
