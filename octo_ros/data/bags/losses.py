# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a damaged bag has lost."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BagLosses:
    """Everything that could not be read; false if nothing was lost.

    Attributes:
        sentences: One per damage, in the order in which they were met.
        lost_messages: Messages known to be lost; more may be where nothing tells their number.
        unreadable_bytes: Bytes of the files, present or missing, that gave no message.
    """

    sentences: tuple[str, ...] = ()
    lost_messages: int = 0
    unreadable_bytes: int = 0

    def __bool__(self) -> bool:
        return bool(self.sentences)
