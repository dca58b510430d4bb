# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a salvaged bag lost, added up over those who read it."""

from __future__ import annotations

from collections.abc import Iterable

from octo_ros.data.bags.losses import BagLosses


def losses_since(before: BagLosses, now: BagLosses) -> BagLosses:
    """What was found between two looks at the losses of one open bag."""
    return BagLosses(
        now.sentences[len(before.sentences) :],
        now.lost_messages - before.lost_messages,
        now.unreadable_bytes - before.unreadable_bytes,
    )


def losses_in_all(first: BagLosses, others: Iterable[BagLosses]) -> BagLosses:
    """Losses of one bag, of which others may have met the same.

    Args:
        first: Found by who looked through the whole bag.
        others: Found by those who read an episode each; what `first` tells too is not counted
            again.
    """
    sentences = dict.fromkeys(first.sentences)
    messages, size = first.lost_messages, first.unreadable_bytes
    for other in others:
        if not set(other.sentences) <= set(first.sentences):
            messages += other.lost_messages
            size += other.unreadable_bytes
        sentences |= dict.fromkeys(other.sentences)
    return BagLosses(tuple(sentences), messages, size)
