# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Floating-point operations of a network's parts, two per multiplication, batch 1.

What is not a product with a weight or within attention (norms, softmax, GELU, pooling by
attention, FiLM, TokenLearner) is not counted; in the released networks it is below one percent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from octo_ros.model.config import (
    ImageTokenizerConfig,
    LowdimTokenizerConfig,
    OctoConfig,
)
from octo_ros.model.head_config import DiffusionHeadConfig, DiscreteHeadConfig
from octo_ros.policy.engines.manifest import Precision

_GIGA = 1e9


@dataclass(frozen=True)
class Flops:
    """Work by kind [GFLOP].

    Attributes:
        linear: The transformer's products with weights.
        attention: Scores and weighted sums.
        stem: Observation tokenizers and their projections.
        head: The action head; 20 denoising steps in the released networks.
    """

    linear: float = 0.0
    attention: float = 0.0
    stem: float = 0.0
    head: float = 0.0

    @property
    def total(self) -> float:
        """All of it."""
        return self.linear + self.attention + self.stem + self.head

    def seconds_at(
        self, peaks: Mapping[Precision, float], linear: Precision, rest: Precision
    ) -> float:
        """The shortest time that it could take [s].

        Args:
            peaks: GFLOP/s of the machine by precision.
            linear: Precision of the products with weights.
            rest: Of attention and stems; the head is always float32.

        Raises:
            KeyError: One of these peaks is not known.
        """
        others = (self.attention + self.stem) / peaks[rest]
        return self.linear / peaks[linear] + others + self.head / peaks['fp32']


def full_window(config: OctoConfig) -> Flops:
    """A whole window through the plain network, all tokens through all layers."""
    window, tokens = config.window_size, slot_tokens(config)
    n = prefix_tokens(config) + window * tokens
    layers, width = config.transformer.num_layers, config.token_embedding_size
    return Flops(
        linear=layers * n * _linear(config) / _GIGA,
        attention=layers * _attention(n, n, width) / _GIGA,
        stem=window * _stems(config) / _GIGA,
        head=_head(config) / _GIGA,
    )


def critical_path(config: OctoConfig) -> Flops:
    """The newest slot against kept keys and values, of the last layer only the readouts."""
    n, before = slot_tokens(config), (config.window_size - 1) * slot_tokens(config)
    keys = prefix_tokens(config) + before + n
    readouts = sum(size for _, size in config.readouts)
    width = config.token_embedding_size
    last = readouts * (_linear(config) - _key_values(config)) + n * _key_values(config)
    inner = config.transformer.num_layers - 1
    return Flops(
        linear=(inner * n * _linear(config) + last) / _GIGA,
        attention=(inner * _attention(n, keys, width) + _attention(readouts, keys, width)) / _GIGA,
        stem=_stems(config) / _GIGA,
        head=_head(config) / _GIGA,
    )


def prefix_tokens(config: OctoConfig) -> int:
    """Tokens in front of the first slot."""
    return 0 if config.language is None else config.language.num_tokens


def slot_tokens(config: OctoConfig) -> int:
    """Tokens of a timestep: 337 in the released version 1.5."""
    observed = sum(tokenizer.num_tokens for tokenizer in config.observation_tokenizers)
    repeated = prefix_tokens(config) if config.repeat_task_tokens else 0
    return observed + repeated + sum(size for _, size in config.readouts)


def _linear(config: OctoConfig) -> float:
    """Of a token in a layer."""
    width = config.token_embedding_size
    return 2 * (4 * width**2 + 2 * width * config.transformer.mlp_dim)


def _key_values(config: OctoConfig) -> float:
    return 2 * 2 * config.token_embedding_size**2


def _attention(queries: int, keys: int, width: int) -> float:
    return 2 * 2 * queries * keys * width


def _stems(config: OctoConfig) -> float:
    """Of one timestep, the projections to the transformer's width included."""
    result = 0.0
    for tokenizer in config.observation_tokenizers:
        features = tokenizer.num_features * config.token_embedding_size
        result += _stem(tokenizer) + 2 * tokenizer.num_tokens * features
    return result


def _stem(tokenizer: ImageTokenizerConfig | LowdimTokenizerConfig) -> float:
    if not isinstance(tokenizer, ImageTokenizerConfig):
        return 0.0
    (height, width), channels, result = tokenizer.image_size, tokenizer.channels, 0.0
    for features in tokenizer.stem.features:
        height, width = ceil(height / 2), ceil(width / 2)
        result += 2 * height * width * 9 * channels * features
        channels = features
    patch = tokenizer.stem.patch_kernel**2 * channels * tokenizer.stem.num_features
    return result + 2 * tokenizer.num_patches * patch


def _head(config: OctoConfig) -> float:
    """Of one position of the window."""
    head, width = config.head, config.token_embedding_size
    chunk = head.action_horizon * head.action_dim
    if not isinstance(head, DiffusionHeadConfig):
        return 2 * width * chunk * (head.vocab_size if isinstance(head, DiscreteHeadConfig) else 1)
    time, hidden = head.time_dim, head.hidden_dim
    blocks = head.num_blocks * 2 * hidden * 4 * hidden
    inputs, outputs = (time + width + chunk) * hidden, hidden * chunk
    return 2 * head.diffusion_steps * (2 * time * 2 * time + inputs + blocks + outputs)
