# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The two times of every message of a topic, read from the first bytes of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# CDR: two bytes of encapsulation (the second is odd for little-endian), two of options, then the
# first field; a header begins with its stamp: int32 sec, uint32 nanosec.
HEAD_SIZE = 12
HEAD = np.dtype([('kind', 'u1', 4), ('sec', '<i4'), ('nanosec', '<u4')])


@dataclass(frozen=True)
class TopicStamps:
    """When the messages of a topic arrived and were measured.

    Attributes:
        received_ns: Arrival at the recorder [ns], int64 (n,), in order of arrival: ascending
            except where the recorder's clock was set back.
        header_ns: Header stamps [ns] of the same messages, int64 (n,), as recorded: 0 where never
            set. None if the type does not begin with a header.
    """

    received_ns: NDArray[np.int64]
    header_ns: NDArray[np.int64] | None


def header_stamps(heads: Sequence[bytes]) -> NDArray[np.int64]:
    """Stamps of serialised messages that begin with a header.

    Args:
        heads: First bytes of each message; one shorter than 12 bytes has no stamp.

    Returns:
        Stamps [ns], int64 (n,); 0 for a message without one.
    """
    whole = b''.join(head[:HEAD_SIZE].ljust(HEAD_SIZE, b'\0') for head in heads)
    table = np.frombuffer(whole, HEAD)
    little = table['kind'][:, 1] & 1 == 1
    sec = np.where(little, table['sec'], table['sec'].byteswap()).astype(np.int64)
    nanosec = np.where(little, table['nanosec'], table['nanosec'].byteswap()).astype(np.int64)
    return sec * 1_000_000_000 + nanosec
