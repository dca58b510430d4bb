# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The content of an MCAP chunk, and what of it can be trusted."""

from __future__ import annotations

from typing import NamedTuple

from octo_ros.data.bags.compression import checked, unpack_start
from octo_ros.data.bags.mcap_records import (
    CHANNEL,
    HEAD,
    MESSAGE,
    SCHEMA,
    ChunkHead,
    chunk_head,
    records,
)
from octo_ros.data.bags.record_file import RecordFile
from octo_ros.data.bags.storage import DamagedFileError


class Chunk(NamedTuple):
    """A chunk that was read.

    Attributes:
        head: What it says about itself; None if that is damaged.
        content: Whole records that can be trusted.
        flaw: What is wrong with it, as a clause; '' if nothing.
        suspect: All that could be unpacked.
    """

    head: ChunkHead | None
    content: bytes
    flaw: str
    suspect: bytes


def read_chunk(file: RecordFile, place: int) -> Chunk:
    """Read and check the chunk at a place in the file.

    Of a chunk whose checksum is wrong nothing is trusted. One that the end of the file cuts is
    trusted up to there. In one without checksum, a record that does not end where the next begins
    has lost or gained bytes, so that one and all after it are not trusted.
    """
    head, suspect = None, b''
    try:
        head = chunk_head(file, place)
        stored = file.some(head.place, head.size)
        suspect = unpack_start(stored, head.compression, head.content_size)
        if len(stored) < head.size:
            flaw = f'the file ends within it, after {len(stored)} bytes of {head.size}'
            return Chunk(head, suspect[: _trusted(suspect, head.content_size)], flaw, suspect)
        checked(suspect, head.content_size, head.crc)
    except DamagedFileError as error:
        return Chunk(head, b'', str(error), suspect)
    if head.crc:
        return Chunk(head, suspect, '', suspect)
    before, whole = _whole(suspect)
    if whole == len(suspect):
        return Chunk(head, suspect, '', suspect)
    flaw = f'a record is broken, {before} bytes after its start'
    return Chunk(head, suspect[:before], flaw, suspect)


def _trusted(content: bytes, size: int) -> int:
    """How much of a cut chunk is good: what follows the last whole record must be its next one."""
    before, whole = _whole(content)
    rest = content[whole : whole + HEAD.size]
    opcode, length = HEAD.unpack(rest.ljust(HEAD.size, b'\0'))
    if rest and opcode not in (SCHEMA, CHANNEL, MESSAGE):
        return before
    return before if whole + HEAD.size + length > size else whole


def _whole(content: bytes) -> tuple[int, int]:
    """Where the last whole record begins and ends."""
    before, whole = 0, 0
    try:
        for _, _, end in records(content):
            before, whole = whole, end
    except DamagedFileError:
        return before, whole
    return before, whole
