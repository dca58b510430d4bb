# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A transformer block for one slot of the window, without a mask.

Its rows are (common, private) tokens as `SlotLayout` orders them; what other slots left behind
comes as keys and values. The softmax is written out: on CPUs it beats torch's fused attention in
bfloat16.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from octo_ros.model.transformer import Attention, Block


class KeyValues(NamedTuple):
    """Keys and values of one layer, all of shape (B, heads, n, head_dim); n may be 0.

    Attributes:
        key: Of tokens that everybody sees.
        value: Theirs.
        private_key: Of readout tokens that only their own kind sees.
        private_value: Theirs.
    """

    key: Tensor
    value: Tensor
    private_key: Tensor
    private_value: Tensor

    def followed_by(self, other: KeyValues) -> KeyValues:
        """Both, along the tokens."""
        return KeyValues(*(torch.cat(pair, dim=2) for pair in zip(self, other, strict=True)))

    def without_private(self) -> KeyValues:
        """The common ones alone."""
        return self._replace(
            private_key=self.private_key[:, :, :0], private_value=self.private_value[:, :, :0]
        )


class SplitBlock(nn.Module):
    """One block of the transformer, sharing its weights.

    Args:
        block: The block.
        num_private: Private tokens at the end of every slot.
    """

    def __init__(self, block: Block, num_private: int) -> None:
        super().__init__()
        self.block = block
        self.num_private = num_private

    def forward(
        self, x: Tensor, before: KeyValues, num_rows: int | None = None
    ) -> tuple[Tensor, KeyValues]:
        """One layer.

        Args:
            x: Tokens of the slot, shape (B, n, D).
            before: The layer's keys and values of the task and of the slots before.
            num_rows: How many of the last tokens go on; None means all.

        Returns:
            Those tokens, shape (B, num_rows, D), and the slot's own keys and values.
        """
        normed = self.block.attention_norm(x)
        own = self._key_values(normed)
        if num_rows is not None:
            x, normed = x[:, -num_rows:], normed[:, -num_rows:]
        x = x + self._attend(normed, before, own)
        return x + self.block.mlp(self.block.mlp_norm(x)), own

    def key_values(self, x: Tensor) -> KeyValues:
        """Keys and values alone, for the last layer of an older slot."""
        return self._key_values(self.block.attention_norm(x))

    def _key_values(self, normed: Tensor) -> KeyValues:
        attention = self.block.attention
        key = _heads(attention, attention.key(normed))
        value = _heads(attention, attention.value(normed))
        n = normed.shape[1] - self.num_private
        return KeyValues(key[:, :, :n], value[:, :, :n], key[:, :, n:], value[:, :, n:])

    def _attend(self, normed: Tensor, before: KeyValues, own: KeyValues) -> Tensor:
        attention = self.block.attention
        query = _heads(attention, attention.query(normed))
        query = query * query.shape[-1] ** -0.5
        n = normed.shape[1] - self.num_private
        key = torch.cat([before.key, own.key], dim=2)
        value = torch.cat([before.value, own.value], dim=2)
        found = []
        if n > 0:
            found.append((query[:, :, :n] @ key.mT).softmax(-1) @ value)
        if self.num_private:
            private = query[:, :, n:]
            private_key = torch.cat([before.private_key, own.private_key], dim=2)
            private_value = torch.cat([before.private_value, own.private_value], dim=2)
            logits = torch.cat([private @ key.mT, private @ private_key.mT], dim=-1)
            weights = logits.softmax(-1)
            m = key.shape[2]
            found.append(weights[..., :m] @ value + weights[..., m:] @ private_value)
        return attention.out(torch.cat(found, dim=2).transpose(1, 2).flatten(2))


def _heads(attention: Attention, x: Tensor) -> Tensor:
    """(B, n, D) → (B, heads, n, head_dim)."""
    return x.unflatten(-1, (attention.num_heads, -1)).transpose(1, 2)
