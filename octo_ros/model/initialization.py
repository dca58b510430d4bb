# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Fresh parameters, distributed as in the original, and pretrained ones put over them.

That is how fine-tuning adds a camera, states or another action head: build the changed network,
initialise it, then copy what the pretrained one has in common with it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from octo_ros.model.config import OctoConfig, T5Config
from octo_ros.model.octo import Octo
from octo_ros.model.parameters import checkpoint_leaves

Fill = Callable[[Tensor, torch.Generator], Tensor]

# Standard deviation of a standard normal distribution that is cut at +-2.
_CUT_STD = 0.87962566103423978


@dataclass(frozen=True)
class Merge:
    """What became of two networks' parameters, by path in the checkpoint.

    Attributes:
        fresh: Parameters of the new network that the pretrained one lacks.
        unused: Parameters of the pretrained network that the new one lacks.
    """

    fresh: tuple[str, ...]
    unused: tuple[str, ...]


def initialized_octo(config: OctoConfig, generator: torch.Generator) -> Octo:
    """A network with fresh parameters, float32, on the generator's device, in training mode.

    Args:
        config: The network.
        generator: Source of all randomness; torch's global one is left alone.
    """
    with torch.device('meta'):
        model = Octo(config)
    model.to_empty(device=generator.device)
    initialize(model, generator)
    return model


@torch.no_grad()
def initialize(model: Octo, generator: torch.Generator) -> None:
    """Replace every parameter by a fresh one.

    Args:
        model: The network.
        generator: Source of all randomness, on any device.
    """
    rules = _rules(model.config)
    parameters = dict(model.named_parameters())
    for path, leaf in checkpoint_leaves(model).items():
        parameter = parameters[leaf.parameter]
        fill = next(fill for pattern, fill in rules if re.search(pattern, path))
        values = torch.empty(parameter.shape, device=generator.device)
        parameter.copy_(fill(values, generator))


@torch.no_grad()
def merge_pretrained(model: Octo, pretrained: Octo) -> Merge:
    """Copy into the network every pretrained parameter of the same path and shape.

    Args:
        model: The network, initialised.
        pretrained: Where the parameters come from; it is not changed.

    Returns:
        What was not copied.
    """
    ours, theirs = checkpoint_leaves(model), checkpoint_leaves(pretrained)
    common = {path for path in ours.keys() & theirs if ours[path].shape == theirs[path].shape}
    target, source = dict(model.named_parameters()), dict(pretrained.named_parameters())
    for path in common:
        target[ours[path].parameter].copy_(source[theirs[path].parameter])
    return Merge(
        fresh=tuple(path for path in ours if path not in common),
        unused=tuple(path for path in theirs if path not in common),
    )


def _rules(config: OctoConfig) -> tuple[tuple[str, Fill], ...]:
    """Pattern of the path → distribution; the first that is found counts."""
    t5 = _t5_rules(config.language.t5) if config.language and config.language.t5 else ()
    return (
        *t5,
        (r'FilmConditioning_0/', _constant(0)),  # at first FiLM changes nothing
        (r'/(pos_embed|\w+_pos_embedding)$', _normal(0.02)),
        (r'/time_preprocess/kernel$', _normal(0.2)),
        (r'/probe$', _xavier_uniform),
        (r'/(MultiHeadDotProductAttention_0/\w+|MlpBlock_0/\w+)/kernel$', _xavier_uniform),
        (r'/(cond_encoder|reverse_network)/Dense_\d/kernel$', _xavier_uniform),
        (r'/kernel$', _lecun_normal),
        (r'/MlpBlock_0/Dense_\d/bias$', _normal(1e-6)),
        (r'/bias$', _constant(0)),
        (r'/scale$', _constant(1)),
    )


def _t5_rules(t5: T5Config) -> tuple[tuple[str, Fill], ...]:
    """As the original's T5 (transformers 4.36, Flax) does; a released one replaces it anyway."""
    inner = t5.num_heads * t5.d_kv
    return (
        (r'/hf_model/shared/embedding$', _normal(1.0)),
        (r'/hf_model/.*/relative_attention_bias/embedding$', _normal(inner**-0.5)),
        (r'/hf_model/.*/SelfAttention/q/kernel$', _normal((inner * t5.d_kv) ** -0.5)),
        (r'/hf_model/.*/SelfAttention/[kvo]/kernel$', _normal(inner**-0.5)),
        (r'/hf_model/.*/wi/kernel$', _normal(t5.d_model**-0.5)),
        (r'/hf_model/.*/wo/kernel$', _normal(t5.d_ff**-0.5)),
        (r'/hf_model/.*layer_norm/weight$', _constant(1)),
    )


def _constant(value: float) -> Fill:
    return lambda values, _: values.fill_(value)


def _normal(std: float) -> Fill:
    return lambda values, generator: values.normal_(0, std, generator=generator)


def _xavier_uniform(values: Tensor, generator: torch.Generator) -> Tensor:
    """Uniform within +-sqrt(6 / (inputs + outputs)) (Glorot & Bengio 2010)."""
    limit = math.sqrt(6 / sum(values.shape[-2:]))
    return values.uniform_(-limit, limit, generator=generator)


def _lecun_normal(values: Tensor, generator: torch.Generator) -> Tensor:
    """Normal of variance 1 / inputs, cut at twice the standard deviation before the cut."""
    tail = torch.special.ndtr(torch.tensor(-2.0)).item()
    values.uniform_(tail, 1 - tail, generator=generator)
    std = values[0].numel() ** -0.5 / _CUT_STD
    return torch.special.ndtri(values) * std
