# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The discrete action head: which bin each number of a chunk lies in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from octo_ros.model.bins import Bins
from octo_ros.model.config import BinConfig
from octo_ros.model.loss import ActionTargets, masked_mean
from octo_ros.model.map_pooling import MapPooling
from octo_ros.model.precision import at_least_float32
from octo_ros.model.sampling import check_sampling

if TYPE_CHECKING:
    from octo_ros.model.batch import TokenGroup
    from octo_ros.model.head_config import DiscreteHeadConfig
    from octo_ros.model.sampling import Sampling


class DiscreteHead(nn.Module):
    """Readout tokens → action chunks, by classification.

    Args:
        config: Sizes.
        width: Width D of the readout tokens.
    """

    def __init__(self, config: DiscreteHeadConfig, width: int) -> None:
        super().__init__()
        self.config = config
        self.map_head = MapPooling(width, config.num_tokens) if config.use_map else None
        numbers = config.action_horizon * config.action_dim
        self.vocabulary_projection = nn.Linear(
            width, numbers * config.vocab_size // config.num_tokens
        )
        self.bins = Bins(BinConfig(config.vocab_size, config.normalization_type))

    def pool(self, group: TokenGroup) -> Tensor:
        """The tokens that the head reads, shape (B, W, num_tokens, D), in the head's own type."""
        tokens = group.tokens.to(self.vocabulary_projection.weight.dtype)
        if self.map_head is None:
            return tokens
        return self.map_head(tokens, group.mask)

    def logits(self, tokens: Tensor) -> Tensor:
        """Tokens (..., num_tokens, D) → float32 (..., action_horizon, action_dim, vocab_size)."""
        c = self.config
        logits = self.vocabulary_projection(tokens)
        logits = logits.to(at_least_float32(logits.dtype)).flatten(-2)
        return logits.unflatten(-1, (c.action_horizon, c.action_dim, c.vocab_size))

    def loss(self, tokens: Tensor, targets: ActionTargets) -> Tensor:
        """The training loss: cross entropy of the bins.

        Args:
            tokens: What `pool` gives, shape (B, W, num_tokens, D).
            targets: The actions.

        Returns:
            The mean over everything that counts, a scalar (here it is not times action_dim).
        """
        log_probability = functional.log_softmax(self.logits(tokens), dim=-1)
        labels = self.bins.encode(targets.actions)[..., None]
        return masked_mean(-log_probability.gather(-1, labels)[..., 0], targets.counts)

    def training_loss(
        self, tokens: Tensor, targets: ActionTargets, generator: torch.Generator
    ) -> Tensor:
        """`loss`; nothing is drawn."""
        del generator
        return self.loss(tokens, targets)

    def sample(self, tokens: Tensor, sampling: Sampling) -> Tensor:
        """Draw the bin of each number on its own, and return its middle.

        Args:
            tokens: What `pool` gives for one timestep, shape (B, num_tokens, D).
            sampling: With a generator, or with argmax.

        Returns:
            Shape (*sample_shape, B, action_horizon, action_dim).

        Raises:
            PolicyError: There is neither generator nor argmax, or an option does not suit the
                head.
        """
        check_sampling(self.config, sampling, tokens.shape[0])
        logits = self.logits(tokens)  # (B, action_horizon, action_dim, vocab_size)
        if sampling.argmax:
            number = logits.argmax(-1)
            return self.bins.decode(number.expand(*sampling.sample_shape, *number.shape))
        gumbel = self._gumbel((*sampling.sample_shape, *logits.shape), sampling.generator)
        # The largest of logits + Gumbel noise is a draw from their softmax.
        number = (logits / sampling.temperature + gumbel.to(logits)).argmax(-1)
        return self.bins.decode(number)

    @staticmethod
    def _gumbel(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
        tiny = torch.finfo(torch.float32).tiny
        uniform = torch.rand(shape, generator=generator, device=generator.device)
        return -(-uniform.clamp(min=tiny).log()).clamp(min=tiny).log()
