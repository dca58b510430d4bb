# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Collects losses while a damaged bag is read."""

from __future__ import annotations

from collections.abc import Hashable

from octo_ros.data.bags.losses import BagLosses


class LossLog:
    """Counts each damage once, however often it is met."""

    def __init__(self) -> None:
        self._found: dict[Hashable, tuple[str, int, int]] = {}

    def add(self, place: Hashable, sentence: str, messages: int, size: int) -> None:
        """Note a damage.

        Args:
            place: Where it is; a second note about the same place replaces the first.
            sentence: What is wrong and what was lost.
            messages: Messages known to be lost.
            size: Bytes that gave no message.
        """
        self._found[place] = (sentence, messages, size)

    @property
    def losses(self) -> BagLosses:
        """All so far."""
        notes = self._found.values()
        return BagLosses(
            tuple(sentence for sentence, _, _ in notes),
            sum(messages for _, messages, _ in notes),
            sum(size for _, _, size in notes),
        )
