# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Records of protobuf end at 2 GiB: a part that is longer becomes several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.data.rlds.example import MAX_EXAMPLE_BYTES

if TYPE_CHECKING:
    from octo_ros.data.rlds.spool import SpooledPictures

# Names, lengths and metadata stand beside the rows.
RECORD_BYTES = MAX_EXAMPLE_BYTES - 1024 * 1024


def record_rows(
    pictures: Sequence[SpooledPictures],
    rows: range,
    row_bytes: int,
    limit: int = RECORD_BYTES,
) -> list[range]:
    """Cut a part into pieces that fit into one record each.

    Args:
        pictures: Of every camera, over all rows of the episode.
        rows: Of the part; at least one.
        row_bytes: What a row takes besides its pictures.
        limit: Bytes per record.

    Returns:
        Consecutive ranges, as even as rows allow; the one range if everything fits.
    """
    sizes = np.sum([np.diff(p.offsets[rows.start : rows.stop + 1]) for p in pictures], axis=0)
    sizes = sizes + row_bytes
    fewest = min(max(1, -(-int(sizes.sum()) // limit)), len(rows))
    for count in range(fewest, len(rows) + 1):
        pieces = [r for r in np.array_split(np.arange(len(rows)), count) if len(r)]
        if max(int(sizes[piece].sum()) for piece in pieces) <= limit:
            break
    return [rows[int(piece[0]) : int(piece[-1]) + 1] for piece in pieces]
