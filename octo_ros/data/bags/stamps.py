# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The two times of every message of a topic, read from the first bytes of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from octo_ros.data.bags.storage import StoredHeads

# CDR: two bytes of encapsulation (the second is odd for little-endian), two of options, then the
# first field; a header begins with its stamp: int32 sec, uint32 nanosec.
HEAD_SIZE = 12
BATCH = 1 << 14
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


def stamps_in(heads: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Stamps of serialised messages that begin with a header.

    Args:
        heads: First bytes of each message, shape (n, HEAD_SIZE), as `head_table` gives them.

    Returns:
        Stamps [ns], int64 (n,); 0 for a message too short to have one.
    """
    table = np.ascontiguousarray(heads).view(HEAD)[:, 0]
    little = table['kind'][:, 1] & 1 == 1
    sec = np.where(little, table['sec'], table['sec'].byteswap()).astype(np.int64)
    nanosec = np.where(little, table['nanosec'], table['nanosec'].byteswap()).astype(np.int64)
    return sec * 1_000_000_000 + nanosec


def head_table(heads: Sequence[bytes]) -> NDArray[np.uint8]:
    """First bytes of messages, shape (n, HEAD_SIZE); shorter ones filled up with zeros."""
    whole = b''.join(head[:HEAD_SIZE].ljust(HEAD_SIZE, b'\0') for head in heads)
    return np.frombuffer(whole, np.uint8).reshape(-1, HEAD_SIZE)


def heads_of(messages: Iterable[tuple[int, int, int, bytes]]) -> Iterator[StoredHeads]:
    """Collect stretch, arrival, topic and first bytes of messages into batches."""
    stream = iter(messages)
    while batch := list(islice(stream, BATCH)):
        numbers = np.array([message[:3] for message in batch], np.int64)
        yield StoredHeads(
            numbers[:, 0],
            numbers[:, 1],
            numbers[:, 2],
            head_table([head for _, _, _, head in batch]),
        )


class StampCollector:
    """Puts the stamps of one topic together from batches.

    Args:
        has_header: Whether its messages begin with a header.
    """

    def __init__(self, has_header: bool) -> None:
        self._has_header = has_header
        self._stretch: list[NDArray[np.int32]] = []
        self._received_ns: list[NDArray[np.int64]] = []
        self._header_ns: list[NDArray[np.int64]] = []

    def add(self, batch: StoredHeads) -> None:
        """Take a batch."""
        self._stretch.append(batch.stretch.astype(np.int32))
        self._received_ns.append(batch.received_ns)
        if self._has_header:
            self._header_ns.append(stamps_in(batch.heads))

    def stamps(self) -> TopicStamps:
        """Those of all batches, in the order of arrival; to be asked once."""
        stretch = _joined(self._stretch, np.int32)
        received_ns = _joined(self._received_ns, np.int64)
        header_ns = _joined(self._header_ns, np.int64) if self._has_header else None
        is_ordered = (stretch[1:] == stretch[:-1]).all() and (
            received_ns[1:] >= received_ns[:-1]
        ).all()
        if not is_ordered:
            order = np.lexsort((received_ns, stretch))
            received_ns = received_ns[order]
            header_ns = None if header_ns is None else header_ns[order]
        return TopicStamps(received_ns, header_ns)


def _joined(pieces: list[NDArray[Any]], kind: DTypeLike) -> NDArray[Any]:
    """One array; the pieces are let go, for there may be millions of messages."""
    whole = np.concatenate([np.zeros(0, kind), *pieces])
    pieces.clear()
    return whole
