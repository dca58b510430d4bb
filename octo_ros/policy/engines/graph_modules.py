# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The split network's parts as functions of tensors only, the way they are exported."""

from __future__ import annotations

from torch import Tensor, nn

from octo_ros.model.batch import LanguageTokens, Tasks
from octo_ros.policy.engines.split_block import KeyValues, SplitBlock
from octo_ros.policy.engines.torch_network import TorchNetwork


class LanguageGraph(nn.Module):
    """Token ids and their mask, both (1, n), to the instruction's tokens (1, n, D).

    For a network without encoder its input is the instruction's vector, (1, d).
    """

    def __init__(self, network: TorchNetwork) -> None:
        super().__init__()
        self.language = network.octo.octo_transformer.language
        self.embedding = network.octo.octo_transformer.language_embedding

    def forward(self, *inputs: Tensor) -> Tensor:
        """See the class."""
        if self.language.t5 is None:
            return self.embedding(inputs[0][:, None])
        return self.embedding(self.language(Tasks(LanguageTokens(*inputs))).tokens)


class LayerGraph(nn.Module):
    """A block: tokens, keys and values before → tokens, own keys and values.

    Without private tokens there are no private keys and values.
    """

    def __init__(self, block: SplitBlock) -> None:
        super().__init__()
        self.block = block

    def forward(self, x: Tensor, *before: Tensor) -> tuple[Tensor, ...]:
        """See the class."""
        x, own = self.block(x, all_four(before))
        return (x, *given(own, self.block.num_private))


class LastKeyValuesGraph(nn.Module):
    """Tokens → own keys and values of the last block."""

    def __init__(self, block: SplitBlock) -> None:
        super().__init__()
        self.block = block

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """See the class."""
        return given(self.block.key_values(x), self.block.num_private)


class ReadoutGraph(nn.Module):
    """The last block and the last norm: tokens, keys and values before → the head's tokens."""

    def __init__(self, network: TorchNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor, *before: Tensor) -> Tensor:
        """See the class."""
        return self.network.readout(x, all_four(before))


class HeadGraph(nn.Module):
    """The head's tokens → a chunk; for diffusion with its noise (see `FoldedDiffusionHead`)."""

    def __init__(self, network: TorchNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, tokens: Tensor, *noise: Tensor) -> Tensor:
        """See the class."""
        embedding = self.network.pooled(tokens)
        if self.network.folded is None:
            return self.network.octo.head.mean(embedding)
        return self.network.folded(embedding, *noise)


def given(keys: KeyValues, num_private: int) -> tuple[Tensor, ...]:
    """The keys and values that a graph takes or gives."""
    return tuple(keys) if num_private else tuple(keys[:2])


def all_four(tensors: tuple[Tensor, ...]) -> KeyValues:
    """Those of a graph, completed by empty private ones."""
    if len(tensors) == 4:
        return KeyValues(*tensors)
    key, value = tensors
    return KeyValues(key, value, key[:, :, :0], value[:, :, :0])
