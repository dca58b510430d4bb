# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Records of the MCAP format (https://mcap.dev/spec), little-endian throughout."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from octo_ros.data.bags.record_file import RecordFile
from octo_ros.data.bags.storage import DamagedFileError, StoredTopic, modern_type

MAGIC = b'\x89MCAP0\r\n'
FOOTER, SCHEMA, CHANNEL, MESSAGE, CHUNK = 0x02, 0x03, 0x04, 0x05, 0x06
MESSAGE_INDEX, CHUNK_INDEX, STATISTICS, DATA_END, SUMMARY_OFFSET = 0x07, 0x08, 0x0B, 0x0F, 0x0E
LAST_OPCODE = 0x0F
# Opcode and length before the content of a record.
HEAD = struct.Struct('<BQ')
# Channel, sequence, log time, publish time before the data of a message.
MESSAGE_HEAD = struct.Struct('<HIQQ')
# First and last log time, length and checksum of the content, length of the compression's name.
CHUNK_HEAD = struct.Struct('<QQQII')
CHUNK_START = HEAD.size + CHUNK_HEAD.size
LONGEST_NAME = 16
FOOTER_SIZE = HEAD.size + 20 + len(MAGIC)


class Segment(NamedTuple):
    """A stretch of a file that is read at once: a chunk, or a run of messages outside of chunks.

    Attributes:
        place: Where its records begin in the file, as stored.
        size: Stored length.
        compression: '', 'lz4' or 'zstd'.
        content_size: Length of the records.
        chunk: Where the chunk begins in the file; -1 for messages outside of chunks.
        start_ns: First log time [ns].
        end_ns: Last log time [ns].
        counts: Channel → messages.
        indices: Channel → where its message index lies in the file; empty without one.
    """

    place: int
    size: int
    compression: str
    content_size: int
    chunk: int
    start_ns: int
    end_ns: int
    counts: dict[int, int]
    indices: dict[int, int]


class ChunkHead(NamedTuple):
    """What a chunk record says before its content; see `Segment`."""

    start_ns: int
    end_ns: int
    content_size: int
    crc: int
    compression: str
    place: int
    size: int


def records(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Opcode, begin and end of every record's content.

    Raises:
        DamagedFileError: After the last whole one, if there is more.
    """
    place, size = 0, len(data)
    while place < size:
        if place + HEAD.size > size:
            msg = 'a record is cut off'
            raise DamagedFileError(msg)
        opcode, length = HEAD.unpack_from(data, place)
        begin = place + HEAD.size
        place = begin + length
        if place > size or not opcode > 0:
            msg = 'a record is cut off'
            raise DamagedFileError(msg)
        yield opcode, begin, place


def chunk_head(file: RecordFile, place: int) -> ChunkHead:
    """The head of the chunk record at `place`.

    Raises:
        DamagedFileError: There is no chunk record, or its lengths disagree.
    """
    data = file.some(place, CHUNK_START + LONGEST_NAME + 8).ljust(CHUNK_START, b'\0')
    opcode, length = HEAD.unpack_from(data)
    start_ns, end_ns, content_size, crc, name_size = CHUNK_HEAD.unpack_from(data, HEAD.size)
    name_place = place + CHUNK_START
    if opcode != CHUNK or name_size > LONGEST_NAME:
        msg = f'it has no chunk at byte {place}'
        raise DamagedFileError(msg)
    tail = data[CHUNK_START : CHUNK_START + name_size + 8]
    if len(tail) < name_size + 8:
        msg = f'it ends at byte {file.size}, within a record'
        raise DamagedFileError(msg)
    (size,) = struct.unpack_from('<Q', tail, name_size)
    if CHUNK_HEAD.size + name_size + 8 + size != length:
        msg = f'the chunk at byte {place} has lengths that disagree'
        raise DamagedFileError(msg)
    name = tail[:name_size].decode('ascii', 'replace')
    return ChunkHead(start_ns, end_ns, content_size, crc, name, name_place + len(tail), size)


class TopicTable:
    """Schemas and channels as they are met."""

    def __init__(self) -> None:
        self._schemas: dict[int, tuple[str, str, str]] = {}
        self.topics: dict[int, StoredTopic] = {}

    def add(self, opcode: int, content: bytes) -> None:
        """Take a record; kinds other than schema and channel are ignored.

        Raises:
            DamagedFileError: It is shorter than its fields.
        """
        try:
            if opcode == SCHEMA:
                (key,) = struct.unpack_from('<H', content)
                name, encoding, text = _strings(content, 2, 3)
                self._schemas[key] = (modern_type(name), encoding, text)
            elif opcode == CHANNEL:
                key, schema = struct.unpack_from('<HH', content)
                topic, serialization = _strings(content, 4, 2)
                kind, encoding, text = self._schemas.get(schema, ('', '', ''))
                self.topics[key] = StoredTopic(topic, kind, serialization, encoding, text)
        except (struct.error, UnicodeDecodeError) as error:
            msg = 'a topic is announced by a damaged record'
            raise DamagedFileError(msg) from error


def _strings(content: bytes, place: int, count: int) -> list[str]:
    found = []
    for _ in range(count):
        (size,) = struct.unpack_from('<I', content, place)
        place += 4 + size
        if place > len(content):
            msg = 'string is cut off'
            raise struct.error(msg)
        found.append(content[place - size : place].decode())
    return found
