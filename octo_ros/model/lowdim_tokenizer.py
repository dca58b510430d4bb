# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Numbers such as joint positions → features, one token per number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from octo_ros.errors import PolicyError
from octo_ros.model.batch import Observations, Tasks, TokenGroup
from octo_ros.model.bins import Bins
from octo_ros.model.value_checks import check_finite

if TYPE_CHECKING:
    from octo_ros.model.config import LowdimTokenizerConfig


class LowdimTokenizer(nn.Module):
    """The numbers of its keys side by side; it has no parameters.

    A token says how large its number is, the table of positions says which number it is.

    Args:
        config: Keys and sizes.
    """

    def __init__(self, config: LowdimTokenizerConfig) -> None:
        super().__init__()
        self.config = config
        self.bins = Bins(config.bins) if config.bins else None

    def forward(self, observations: Observations, tasks: Tasks) -> TokenGroup | None:
        """Features (B, W, n, num_features) and a mask that hides none, or None without any key.

        Raises:
            PolicyError: Only some of the keys are there, one has another size, or a number is not
                finite.
        """
        del tasks  # A tokenizer of numbers has no goal.
        if not any(key in observations.low_dim for key, _ in self.config.inputs):
            return None
        parts = [self._input(observations, key, size) for key, size in self.config.inputs]
        numbers = torch.cat(parts, dim=-1)
        tokens = numbers[..., None]
        if self.bins is not None:
            one_hot = functional.one_hot(self.bins.encode(numbers), self.config.num_features)
            tokens = one_hot.to(numbers.dtype)
        mask = torch.ones(tokens.shape[:-1], dtype=torch.bool, device=tokens.device)
        return TokenGroup(self.config.name, tokens, mask)

    def _input(self, observations: Observations, key: str, size: int) -> Tensor:
        if key not in observations.low_dim:
            keys, given = [key for key, _ in self.config.inputs], list(observations.low_dim)
            msg = f'Tokenizer {self.config.name!r} reads {keys} together; only {given} given.'
            raise PolicyError(msg)
        numbers = observations.low_dim[key]
        expected = (*observations.timestep_pad_mask.shape, size)
        if tuple(numbers.shape) != expected or numbers.dtype != torch.float32:
            found = f'{numbers.dtype} {tuple(numbers.shape)}'
            msg = f'{key} must be torch.float32 {expected}, got {found}.'
            raise PolicyError(msg)
        check_finite(key, numbers)
        return numbers
