# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""From what a frame and a task became to the tokens of a slot: positions and readouts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from octo_ros.policy.engines.network import Context, FrameFeatures
from octo_ros.policy.engines.slot_layout import SlotLayout
from octo_ros.policy.engines.split_block import KeyValues


@dataclass(frozen=True)
class SlotTables:
    """The network's tables of positions.

    Attributes:
        layout: Order of a slot's tokens.
        observations: Per observation tokenizer, shape (1, max_horizon, n, D).
        readouts: Per readout, shape (1, max_horizon, n, D).
        repeat_task: The instruction is part of every slot.
        num_layers: Blocks of the transformer.
        num_heads: Heads of its attention.
    """

    layout: SlotLayout
    observations: Sequence[Tensor]
    readouts: Sequence[Tensor]
    repeat_task: bool
    num_layers: int
    num_heads: int

    @property
    def no_tokens(self) -> Tensor:
        """Shape (1, 0, D)."""
        table = self.readouts[0]
        return table.new_empty(1, 0, table.shape[-1])

    def empty_context(self) -> Context:
        """No keys at all."""
        nothing = self.no_tokens.unflatten(-1, (self.num_heads, -1)).transpose(1, 2)
        return [KeyValues(nothing, nothing, nothing, nothing)] * self.num_layers

    def prefix(self, language: Tensor) -> Tensor:
        """The instruction, and in place of private tokens those of slot 0."""
        return torch.cat([language, *self._readouts(0, self.layout.private)], dim=1)

    def slot(self, features: FrameFeatures | None, number: int, language: Tensor) -> Tensor:
        """All visible tokens of a slot, (1, n, D); without features it is padding."""
        parts = []
        if features is not None and features.tokenizers:
            tables = [self.observations[i][:, number] for i in features.tokenizers]
            parts.append(features.tokens + torch.cat(tables, dim=1))
        if self.repeat_task:
            parts.append(language)
        return torch.cat([*parts, *self._readouts(number, self.layout.readouts)], dim=1)

    def _readouts(self, slot: int, which: Sequence[tuple[int, int]]) -> list[Tensor]:
        return [self.readouts[readout][:, slot, i : i + 1] for readout, i in which]
