# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The parts into which the network is split, whoever computes them.

With these parts the whole window is: the task's keys and values, then slot after slot, oldest
first. The batch axis B is 1 for all parts but `newest` and `head`, which may serve several robots
at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from torch import Tensor

from octo_ros.policy.engines.split_block import KeyValues

if TYPE_CHECKING:
    from octo_ros.model.batch import Tasks
    from octo_ros.model.sampling import Sampling
    from octo_ros.policy.engines.frame import Frame

# One element per layer: what the tokens of a slot may look at beside their own slot.
Context = Sequence[KeyValues]


@dataclass(frozen=True)
class TaskTokens:
    """A task as the split network reads it.

    Attributes:
        tasks: The task, on the network's device.
        language: Tokens of the instruction, shape (1, n, D), n = 0 without one.
    """

    tasks: Tasks
    language: Tensor


@dataclass(frozen=True)
class FrameFeatures:
    """What a frame becomes before it has a place in the window.

    Attributes:
        tokenizers: Numbers of the observation tokenizers that see something.
        tokens: Their tokens without positions, shape (1, n, D).
    """

    tokenizers: tuple[int, ...]
    tokens: Tensor


class SplitNetwork(Protocol):
    """The parts; results must not be changed by later calls."""

    @property
    def num_layers(self) -> int:
        """Blocks of the transformer."""

    @property
    def max_window(self) -> int:
        """Slots for which there are positions."""

    @property
    def any_thread(self) -> bool:
        """Whether several threads may call it at once."""

    def task(self, tasks: Tasks) -> TaskTokens:
        """The instruction's tokens."""

    def empty_context(self) -> Context:
        """No keys at all."""

    def prefix(self, task: TaskTokens) -> Tensor:
        """The task's own tokens, followed by private ones that mean nothing: (1, n, D)."""

    def features(self, frame: Frame, task: TaskTokens) -> FrameFeatures:
        """Through the stems and the projection, which is the same in every slot."""

    def slot(self, features: FrameFeatures | None, number: int, task: TaskTokens) -> Tensor:
        """All visible tokens of a slot, (1, n, D); without features it is padding."""

    def layer(self, number: int, x: Tensor, before: KeyValues) -> tuple[Tensor, KeyValues]:
        """A block, but not the last one."""

    def last_key_values(self, x: Tensor) -> KeyValues:
        """What an older slot leaves behind in the last block."""

    def newest(self, x: Tensor, context: Context) -> Tensor:
        """All blocks and the last norm.

        Args:
            x: Tokens of the newest slots, shape (B, n, D).
            context: Keys and values in front of them, batch axis B.

        Returns:
            The tokens that the head reads, float32 (B, h, D).
        """

    def announce(self, x: Tensor, context: Context) -> None:
        """`newest` will mostly be called with these shapes; called before the loop begins."""

    def head(self, tokens: Tensor, sampling: Sampling) -> Tensor:
        """Normalised chunks, (*sample_shape, B, action_horizon, action_dim).

        Args:
            tokens: From `newest`.
            sampling: Noise that is given has the batch axis B in front of its last one.
        """
