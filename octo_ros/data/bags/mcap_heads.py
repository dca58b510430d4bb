# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""First bytes of many messages of an MCAP segment at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from octo_ros.data.bags.arrival_order import STEP_NS
from octo_ros.data.bags.mcap_records import HEAD, MESSAGE, MESSAGE_HEAD
from octo_ros.data.bags.stamps import HEAD_SIZE

DATA_OFFSET = HEAD.size + MESSAGE_HEAD.size
# A record of a message up to its data, and the first bytes of that.
ROW = np.dtype(
    [
        ('opcode', 'u1'),
        ('length', '<u8'),
        ('channel', '<u2'),
        ('sequence', '<u4'),
        ('log_ns', '<i8'),
        ('publish_ns', '<i8'),
        ('head', 'u1', HEAD_SIZE),
    ]
)


# A message: log time, where its record begins within those of the segment, channel.
Entry = tuple[int, int, int]


class Entries(NamedTuple):
    """Messages of a segment; n of them.

    Attributes:
        log_ns: Log times [ns], int64 (n,).
        offsets: Where their records begin within those of the segment, int64 (n,).
        channels: int64 (n,).
    """

    log_ns: NDArray[np.int64]
    offsets: NDArray[np.int64]
    channels: NDArray[np.int64]

    @classmethod
    def of(cls, entries: list[Entry]) -> Entries:
        """From tuples of log time, offset and channel."""
        return cls(*np.array(entries, dtype=np.int64).reshape(-1, 3).T)

    @property
    def rows(self) -> list[Entry]:
        """The same as tuples."""
        return list(zip(*(column.tolist() for column in self), strict=True))

    @property
    def stored(self) -> Entries:
        """By place."""
        order = np.argsort(self.offsets)
        return Entries(*(column[order] for column in self))

    @property
    def ordered(self) -> Entries:
        """By log time, then by place."""
        order = np.lexsort((self.offsets, self.log_ns))
        return Entries(*(column[order] for column in self))


def gather(content: bytes, entries: Entries) -> NDArray[np.uint8] | None:
    """First bytes of messages.

    Args:
        content: Records of the segment.
        entries: Which messages.

    Returns:
        uint8 (n, HEAD_SIZE), shorter messages filled up with zeros; None if the records are no
        such messages.
    """
    if len(entries.offsets) == 0:
        return np.zeros((0, HEAD_SIZE), np.uint8)
    size = len(content)
    last = int(entries.offsets.max())
    if last < 0 or last + DATA_OFFSET > size:
        return None
    # Only the last records may lack what a row has.
    data = np.frombuffer(
        content[: last + ROW.itemsize].ljust(last + ROW.itemsize, b'\0'), np.uint8
    )
    rows = data[entries.offsets[:, None] + np.arange(ROW.itemsize)].view(ROW)[:, 0]
    lengths = rows['length'].astype(np.int64)
    fits = (
        (rows['opcode'] == MESSAGE)
        & (rows['channel'] == entries.channels)
        & (rows['log_ns'] == entries.log_ns)
        & (lengths >= MESSAGE_HEAD.size)
        & (lengths <= size - HEAD.size - entries.offsets)
    )
    if not fits.all():
        return None
    is_there = np.arange(HEAD_SIZE) < (lengths - MESSAGE_HEAD.size)[:, None]
    heads: NDArray[np.uint8] = np.where(is_there, rows['head'], 0)
    return heads


def goes_back(segments: Iterable[Entries]) -> bool:
    """Whether the log times of any channel go back by more than a step of the clock.

    Args:
        segments: Messages as they are stored.
    """
    newest: dict[int, int] = {}
    for entries in segments:
        for channel in np.unique(entries.channels).tolist():
            times = entries.log_ns[entries.channels == channel]
            highest = np.maximum.accumulate(times)
            highest = np.maximum(highest, newest.get(channel, int(times[0])))
            if (times < highest - STEP_NS).any():
                return True
            newest[channel] = int(highest[-1])
    return False
