# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The way of one older slot through the network, in steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from octo_ros.policy.engines.network import Context, SplitNetwork
    from octo_ros.policy.engines.split_block import KeyValues


class SlotRun:
    """Computes the keys and values that a slot leaves behind, one layer per step.

    Args:
        network: Who computes.
        x: The slot's tokens, shape (1, n, D).
        before: The context that the slot sees.
    """

    def __init__(self, network: SplitNetwork, x: Tensor, before: Context) -> None:
        self._network = network
        self._x = x
        self._before = before
        self._own: list[KeyValues] = []

    @property
    def finished(self) -> bool:
        """Whether every layer is done."""
        return len(self._own) == self._network.num_layers

    def advance(self) -> None:
        """One layer more; if it fails nothing has changed."""
        number = len(self._own)
        if number + 1 < self._network.num_layers:
            self._x, own = self._network.layer(number, self._x, self._before[number])
        else:
            own = self._network.last_key_values(self._x)
        self._own.append(own)

    def finish(self) -> list[KeyValues]:
        """All that is left to do; the slot's own keys and values, per layer."""
        while not self.finished:
            self.advance()
        return self._own

    def context(self) -> Context:
        """What the next slot sees.

        Raises:
            RuntimeError: It is not finished.
        """
        if not self.finished:
            msg = 'A half-built slot has no context.'
            raise RuntimeError(msg)
        return [
            before.followed_by(own) for before, own in zip(self._before, self._own, strict=True)
        ]
