# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The continuous action head: one linear layer predicts the actions themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from octo_ros.model.loss import ActionTargets, distance, masked_mean
from octo_ros.model.map_pooling import MapPooling, pool_to_one
from octo_ros.model.precision import at_least_float32
from octo_ros.model.sampling import check_sampling

if TYPE_CHECKING:
    from octo_ros.model.batch import TokenGroup
    from octo_ros.model.head_config import ContinuousHeadConfig
    from octo_ros.model.sampling import Sampling


class ContinuousHead(nn.Module):
    """Readout tokens → action chunks, by regression.

    Args:
        config: Sizes.
        width: Width D of the readout tokens.
    """

    def __init__(self, config: ContinuousHeadConfig, width: int) -> None:
        super().__init__()
        self.config = config
        self.map_head = MapPooling(width) if config.use_map else None
        self.mean_projection = nn.Linear(width, config.action_horizon * config.action_dim)

    def pool(self, group: TokenGroup) -> Tensor:
        """The embedding that the head reads, shape (B, W, D), in the head's own type."""
        return pool_to_one(self.map_head, group, self.mean_projection.weight.dtype)

    def mean(self, embedding: Tensor) -> Tensor:
        """Embedding (..., D) → normalised chunks, float32 (..., action_horizon, action_dim).

        A tanh squashes them into +-max_action.
        """
        limit = self.config.max_action
        mean = self.mean_projection(embedding)
        mean = mean.to(at_least_float32(mean.dtype))
        mean = mean.unflatten(-1, (self.config.action_horizon, self.config.action_dim))
        return (mean / limit).tanh() * limit

    def loss(self, embedding: Tensor, targets: ActionTargets) -> Tensor:
        """The training loss: distance to the actions, summed over action dimensions.

        Args:
            embedding: What `pool` gives, shape (B, W, D).
            targets: The actions.

        Returns:
            The mean over everything that counts times action_dim, a scalar.
        """
        error = distance(self.mean(embedding), targets.actions, self.config.loss_type)
        return masked_mean(error, targets.counts) * self.config.action_dim

    def training_loss(
        self, embedding: Tensor, targets: ActionTargets, generator: torch.Generator
    ) -> Tensor:
        """`loss`; nothing is drawn."""
        del generator
        return self.loss(embedding, targets)

    def sample(self, embedding: Tensor, sampling: Sampling) -> Tensor:
        """The predicted chunks, the same for every sample; a generator is not used.

        Args:
            embedding: What `pool` gives for one timestep, shape (B, D).
            sampling: Its shape counts.

        Returns:
            Shape (*sample_shape, B, action_horizon, action_dim).

        Raises:
            PolicyError: An option does not suit the head.
        """
        check_sampling(self.config, sampling, embedding.shape[0])
        mean = self.mean(embedding)
        return mean.expand(*sampling.sample_shape, *mean.shape)
