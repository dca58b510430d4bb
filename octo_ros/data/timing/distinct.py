# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Different times among many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def distinct(times_ns: NDArray[np.int64]) -> NDArray[np.int64]:
    """Ascending, each once.

    `np.unique` does the same with a hash table in which times at regular distances collide: a
    million of them take it half a minute, and sorting a tenth of a second.

    Args:
        times_ns: Shape (n,) [ns].
    """
    ordered = np.sort(times_ns)
    return ordered[np.append(True, np.diff(ordered) != 0)] if len(ordered) else ordered
