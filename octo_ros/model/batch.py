# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What goes into the network and what flows through it.

B is the batch, W the window, n the tokens of a group, D their width.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor


@dataclass(frozen=True)
class Observations:
    """Windows of observations, oldest first.

    Attributes:
        images: Image key to RGB uint8, shape (B, W, height, width, 3). A camera that is left out
            has no tokens.
        timestep_pad_mask: bool, shape (B, W); False marks padding.
        pad_masks: Image key to bool, shape (B, W); False marks a frame that is not there. Keys
            left out count as there.
        low_dim: Key (`proprio`) to float32, shape (B, W, d), normalised as in training. A
            tokenizer all of whose keys are left out has no tokens.
    """

    images: Mapping[str, Tensor]
    timestep_pad_mask: Tensor
    pad_masks: Mapping[str, Tensor] = field(default_factory=dict)
    low_dim: Mapping[str, Tensor] = field(default_factory=dict)


@dataclass(frozen=True)
class LanguageTokens:
    """Tokenised instructions.

    Attributes:
        input_ids: int64, shape (B, n), padded with 0.
        attention_mask: int64 or bool, shape (B, n); 0 marks padding.
    """

    input_ids: Tensor
    attention_mask: Tensor

    @classmethod
    def empty(cls, batch_size: int, length: int) -> LanguageTokens:
        """The tokens of the empty instruction: T5's end mark (id 1) alone."""
        input_ids = torch.zeros(batch_size, length, dtype=torch.int64)
        input_ids[:, 0] = 1
        return cls(input_ids, input_ids.clone())


@dataclass(frozen=True)
class Tasks:
    """What is asked for.

    Attributes:
        language: Instructions, or None for a network (or a call) without language tokens.
        language_mask: bool, shape (B,); False hides the instruction. None means all True.
        goal_images: Image key to RGB uint8, shape (B, height, width, 3). A key left out becomes an
            all-zero image.
        language_features: The encoder's output for `language`, shape (B, n, d_model), if it is
            already known; made by `Octo.encode_tasks`, because it depends on nothing else.
        vectors: Key to float32, shape (B, d): what FiLM reads, and `language_instruction` for a
            network without language encoder.
    """

    language: LanguageTokens | None = None
    language_mask: Tensor | None = None
    goal_images: Mapping[str, Tensor] = field(default_factory=dict)
    language_features: Tensor | None = None
    vectors: Mapping[str, Tensor] = field(default_factory=dict)


@dataclass(frozen=True)
class TokenGroup:
    """Tokens that belong together: one camera's, the instruction's, one readout's.

    Attributes:
        name: `task_language`, `obs_primary`, `obs_task_language`, `readout_action`.
        tokens: Shape (B, n, D) before the timesteps, (B, W, n, D) within them.
        mask: bool, the same without the last axis; False tokens are attended by nobody.
    """

    name: str
    tokens: Tensor
    mask: Tensor
