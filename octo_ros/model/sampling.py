# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How action chunks are drawn from a head: options and randomness."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from octo_ros.errors import PolicyError
from octo_ros.model.head_config import (
    ContinuousHeadConfig,
    DiffusionHeadConfig,
    DiscreteHeadConfig,
    HeadConfig,
)

# Head → its name and the options that it knows beyond those that every head takes.
_KNOWN: dict[type, tuple[str, tuple[str, ...]]] = {
    DiffusionHeadConfig: ('diffusion', ('noise', 'sampler', 'steps')),
    DiscreteHeadConfig: ('discrete', ('argmax', 'temperature')),
    ContinuousHeadConfig: ('continuous', ()),
}


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
    """Options of `Octo.sample_actions`; `check_sampling` tells whether they suit a head.

    Attributes:
        noise: Diffusion head: the randomness, leading axes (*sample_shape, B).
        generator: Source of fresh randomness; a head that draws nothing leaves it alone.
        sample_shape: Independent samples per window that share the transformer's work. Noise that
            is given has that shape in front; then () takes whatever the noise has.
        embodiment_action_dim: Action dimensions that the robot has; None: all. Only the diffusion
            head mixes dimensions, so only its numbers depend on it; for every head those beyond
            have no meaning.
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
        if not 0 < self.temperature < math.inf:
            msg = f'temperature is {self.temperature}; it must be positive (or set argmax).'
            raise PolicyError(msg)
        shape = self.sample_shape
        if not isinstance(shape, tuple) or not all(isinstance(n, int) and n > 0 for n in shape):
            msg = f'sample_shape is {shape!r}; it must be a tuple of positive integers, like (8,).'
            raise PolicyError(msg)


def check_sampling(head: HeadConfig, sampling: Sampling, batch: int) -> None:
    """Refuse options that a head would have to ignore, and randomness that does not fit it.

    A generator is always fine, so that a caller need not know which head it drives.

    Args:
        head: The head.
        sampling: The options.
        batch: Windows B.

    Raises:
        PolicyError: An option does not suit the head.
    """
    name, known = _KNOWN[type(head)]
    given = {
        'noise': sampling.noise is not None,
        'sampler': sampling.sampler != 'ddpm',
        'steps': sampling.steps is not None,
        'argmax': sampling.argmax,
        'temperature': sampling.temperature != 1,
    }
    unknown = [option for option, is_given in given.items() if is_given and option not in known]
    if unknown:
        options = ', '.join(unknown)
        msg = f'The {name} head of this network does not know {options}; leave {options} out.'
        raise PolicyError(msg)
    dim = sampling.embodiment_action_dim
    if dim is not None and not (isinstance(dim, int) and 1 <= dim <= head.action_dim):
        msg = f'embodiment_action_dim is {dim}; this network allows 1 to {head.action_dim}.'
        raise PolicyError(msg)
    if isinstance(head, DiffusionHeadConfig):
        _check_randomness(head, sampling, batch)
    elif isinstance(head, DiscreteHeadConfig) and not (sampling.argmax or sampling.generator):
        msg = 'The discrete head samples with a generator, or takes argmax.'
        raise PolicyError(msg)


def _check_randomness(head: DiffusionHeadConfig, sampling: Sampling, batch: int) -> None:
    noise = sampling.noise
    if (noise is None) == (sampling.generator is None):
        msg = 'The diffusion head needs either noise or generator, and not both.'
        raise PolicyError(msg)
    if noise is None:
        return
    chunk = head.action_horizon * head.action_dim
    initial, steps = tuple(noise.initial.shape), tuple(noise.steps.shape)
    if initial[-2:] != (batch, chunk) or steps != (head.diffusion_steps, *initial):
        msg = (
            f'noise.initial must be (..., {batch}, {chunk}) and noise.steps '
            f'{head.diffusion_steps} of that shape; got {initial} and {steps}.'
        )
        raise PolicyError(msg)
    if not (noise.initial.is_floating_point() and noise.steps.is_floating_point()):
        msg = (
            'noise.initial and noise.steps must be floating-point numbers, got '
            f'{noise.initial.dtype} and {noise.steps.dtype}.'
        )
        raise PolicyError(msg)
    if sampling.sample_shape not in ((), initial[:-2]):
        msg = (
            f'The noise is for samples of shape {initial[:-2]}, but sample_shape is '
            f'{sampling.sample_shape}; leave sample_shape out or give the same.'
        )
        raise PolicyError(msg)
