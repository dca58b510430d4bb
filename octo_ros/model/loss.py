# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the action heads are trained on, and how their losses are averaged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from octo_ros.model.precision import at_least_float32


@dataclass(frozen=True)
class ActionTargets:
    """What the head is trained on, normalised.

    Attributes:
        actions: Shape (B, W, action_horizon, action_dim).
        action_mask: bool, the same shape; False entries do not count.
        timestep_pad_mask: bool, shape (B, W); False timesteps do not count.
    """

    actions: Tensor
    action_mask: Tensor
    timestep_pad_mask: Tensor

    @property
    def counts(self) -> Tensor:
        """Which numbers count: bool, shape (B, W, action_horizon, action_dim)."""
        return self.timestep_pad_mask[..., None, None] & self.action_mask


def masked_mean(x: Tensor, mask: Tensor) -> Tensor:
    """mean(x · mask) / max(mean(mask), 1e-5), a float32 scalar; nothing masked in gives 0."""
    x = x.to(at_least_float32(x.dtype))
    weight = mask.to(x.dtype).expand_as(x)
    return (x * weight).mean() / weight.mean().clamp(min=1e-5)


def distance(predicted: Tensor, target: Tensor, loss_type: Literal['mse', 'l1']) -> Tensor:
    """Squared or absolute error, float32, the shape of both broadcast."""
    dtype = at_least_float32(predicted.dtype)
    error = predicted.to(dtype) - target.to(dtype)
    return error.square() if loss_type == 'mse' else error.abs()
