# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Instructions → features, before they are projected to the transformer's width."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from octo_ros.errors import PolicyError
from octo_ros.model.batch import LanguageTokens, Tasks, TokenGroup
from octo_ros.model.config import LANGUAGE_VECTOR
from octo_ros.model.t5 import T5Encoder
from octo_ros.model.value_checks import check_finite, check_token_ids

if TYPE_CHECKING:
    from octo_ros.model.config import LanguageTokenizerConfig


class LanguageTokenizer(nn.Module):
    """Instructions through the frozen T5 encoder, or as the vectors that tasks bring along.

    Args:
        config: Sizes.
    """

    def __init__(self, config: LanguageTokenizerConfig) -> None:
        super().__init__()
        self.config = config
        self.t5 = T5Encoder(config.t5) if config.t5 else None

    @torch.no_grad()
    def encode(self, language: LanguageTokens) -> Tensor:
        """Features of the instructions, shape (B, n, d_model); no gradient flows into the encoder.

        Raises:
            PolicyError: The instructions have another number of tokens or ids beyond the
                vocabulary, or there is no encoder.
        """
        if self.t5 is None:
            msg = f'This network has no language encoder; give tasks a vector {LANGUAGE_VECTOR!r}.'
            raise PolicyError(msg)
        if language.input_ids.shape[1] != self.config.num_tokens:
            given = language.input_ids.shape[1]
            msg = f'Instructions take {self.config.num_tokens} token ids, got {given}.'
            raise PolicyError(msg)
        check_token_ids(language.input_ids, self.t5.config.vocab_size)
        return self.t5(language.input_ids, language.attention_mask)

    def forward(self, tasks: Tasks) -> TokenGroup | None:
        """Features (B, n, num_features) with their mask (B, n), or None without instruction.

        The mask hides all tokens or none: Octo attends to the padding of an instruction too.

        Raises:
            PolicyError: The instruction does not fit the network.
        """
        tokens = self._features(tasks)
        if tokens is None:
            return None
        mask = tasks.language_mask
        if mask is None:
            mask = torch.ones(tokens.shape[0], dtype=torch.bool, device=tokens.device)
        return TokenGroup(self.config.name, tokens, mask[:, None].expand(tokens.shape[:-1]))

    def _features(self, tasks: Tasks) -> Tensor | None:
        if self.t5 is None:
            return self._vector(tasks)
        if tasks.language is None:
            return None
        if tasks.language_features is not None:
            return tasks.language_features
        return self.encode(tasks.language)

    def _vector(self, tasks: Tasks) -> Tensor | None:
        """The instruction as one token, (B, 1, vector_size)."""
        if tasks.language is not None:
            msg = f'This network takes no token ids; give a vector {LANGUAGE_VECTOR!r} instead.'
            raise PolicyError(msg)
        vector = tasks.vectors.get(LANGUAGE_VECTOR)
        if vector is None:
            return None
        if vector.shape[1:] != (self.config.vector_size,):
            size, given = self.config.vector_size, tuple(vector.shape[1:])
            msg = f'{LANGUAGE_VECTOR} must hold {size} numbers, got shape {given}.'
            raise PolicyError(msg)
        check_finite(LANGUAGE_VECTOR, vector)
        return vector[:, None]
