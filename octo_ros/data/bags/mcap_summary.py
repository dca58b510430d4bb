# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The index at the end of an MCAP file."""

from __future__ import annotations

import struct
import zlib

from octo_ros.data.bags.mcap_records import (
    CHANNEL,
    CHUNK_INDEX,
    FOOTER_SIZE,
    HEAD,
    MAGIC,
    SCHEMA,
    STATISTICS,
    Segment,
    TopicTable,
    records,
)
from octo_ros.data.bags.record_file import RecordFile
from octo_ros.data.bags.storage import DamagedFileError, StoredTopic


def read_summary(file: RecordFile) -> tuple[dict[int, StoredTopic], list[Segment]] | None:
    """Topics and chunks in the order of the file; None if the summary does not tell them all.

    Raises:
        DamagedFileError: The file is cut off, or its summary is damaged.
    """
    if file.size == 0:
        msg = 'it is empty (0 bytes): nothing was written to it'
        raise DamagedFileError(msg)
    if file.some(0, len(MAGIC)) != MAGIC:
        msg = 'it does not begin as an MCAP file'
        raise DamagedFileError(msg)
    footer = file.some(max(0, file.size - FOOTER_SIZE), FOOTER_SIZE)
    if footer[-len(MAGIC) :] != MAGIC or footer[: HEAD.size] != b'\x02\x14' + bytes(7):
        msg = 'it has no end: the recording was cut off'
        raise DamagedFileError(msg)
    start, _, crc = struct.unpack_from('<QQI', footer, HEAD.size)
    if start == 0:
        return None
    end = file.size - FOOTER_SIZE
    if not len(MAGIC) <= start <= end:
        msg = 'its footer points outside of the file'
        raise DamagedFileError(msg)
    data = file.exactly(start, end - start)
    if crc and zlib.crc32(data + footer[: HEAD.size + 16]) != crc:
        msg = 'its summary has a wrong checksum'
        raise DamagedFileError(msg)
    table, segments, total = TopicTable(), [], None
    try:
        for opcode, begin, stop in records(data):
            if opcode in (SCHEMA, CHANNEL):
                table.add(opcode, data[begin:stop])
            elif opcode == CHUNK_INDEX:
                segments.append(_segment(file, data[begin:stop]))
            elif opcode == STATISTICS:
                (total,) = struct.unpack_from('<Q', data, begin)
    except (struct.error, ValueError, DamagedFileError) as error:
        msg = f'its summary is damaged ({error})'
        raise DamagedFileError(msg) from error
    segments.sort(key=lambda segment: segment.place)
    counted = sum(sum(segment.counts.values()) for segment in segments)
    known = {channel for segment in segments for channel in segment.counts}
    if counted != total or not known <= table.topics.keys():
        return None
    return table.topics, segments


def _segment(file: RecordFile, content: bytes) -> Segment:
    start_ns, end_ns, place, size, index_size = struct.unpack_from('<QQQQI', content)
    at = 36 + index_size
    indices = dict(struct.iter_unpack('<HQ', content[36:at]))
    indices_size, name_size = struct.unpack_from('<QI', content, at)
    at += 12
    name = content[at : at + name_size].decode('ascii')
    stored_size, content_size = struct.unpack_from('<QQ', content, at + name_size)
    end = place + size + indices_size
    if end > file.size:
        msg = 'its summary points outside of the file'
        raise DamagedFileError(msg)
    # Message indices follow one another; each has 15 bytes and 16 for every message.
    order = sorted(indices, key=indices.__getitem__)
    ends = [*(indices[channel] for channel in order[1:]), end] if order else []
    counts = {
        channel: (stop - indices[channel] - 15) // 16
        for channel, stop in zip(order, ends, strict=True)
    }
    return Segment(
        place + size - stored_size, stored_size, name, content_size, place, start_ns, end_ns,
        {channel: count for channel, count in counts.items() if count}, indices,
    )  # fmt: skip
