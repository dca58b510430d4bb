# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which episodes train and which validate."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import TypeVar

T = TypeVar('T')


def assign_splits(
    episodes: Iterable[T], val_fraction: float, before: int = 0
) -> Iterator[tuple[T, tuple[str, ...]]]:
    """Spread episodes over `train` and `val`, evenly and without knowing how many will come.

    The first goes to `train`, the second to `val`, later every 1/val_fraction-th to `val`; a
    single one goes to both, because Octo's loader fails on an empty validation split; when a
    second one is added, `RldsWriter` takes the first out of `val`.

    Args:
        episodes: Any.
        val_fraction: In (0, 0.5].
        before: Episodes that the dataset has already.
    """
    stream = iter(episodes)
    head = list(islice(stream, 2))
    if len(head) == 1 and before == 0:
        yield head[0], ('train', 'val')
        return

    def val_before(index: int) -> int:
        return math.floor(val_fraction * (index - 2) + 1 + 1e-9)

    for index, episode in enumerate(chain(head, stream), before):
        yield episode, ('val' if val_before(index + 1) > val_before(index) else 'train',)
