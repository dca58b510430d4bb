# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One MCAP file: chunks found through its index, or by a scan where that is missing."""

from __future__ import annotations

import struct
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from octo_ros.data.bags.arrival_order import STEP_NS, ClockSteps, merge, stretch_of
from octo_ros.data.bags.compression import ZSTD_MAGIC, message_head
from octo_ros.data.bags.deferred import Deferred
from octo_ros.data.bags.loss_log import LossLog
from octo_ros.data.bags.mcap_chunks import read_chunk
from octo_ros.data.bags.mcap_heads import DATA_OFFSET, Entries, Entry, gather, goes_back
from octo_ros.data.bags.mcap_records import (
    HEAD,
    MESSAGE,
    MESSAGE_HEAD,
    MESSAGE_INDEX,
    Segment,
    chunk_head,
    records,
)
from octo_ros.data.bags.mcap_scan import McapScan
from octo_ros.data.bags.mcap_summary import read_summary
from octo_ros.data.bags.record_file import RecordFile
from octo_ros.data.bags.stamps import HEAD_SIZE, head_table
from octo_ros.data.bags.storage import (
    DamagedFileError,
    StoredHeads,
    StoredMessage,
    StoredTopic,
)

# Segments that overlap in time are kept up to this size, and beyond it read again.
CACHE_SIZE = 1 << 24
# A small message is copied, so that keeping it does not keep its whole chunk.
COPY_SIZE = 1 << 16
# What is read of a message at first; most are shorter, but for pictures.
GUESS = 1 << 10
FOREVER_NS = (1 << 63) - 1
INDEX_HEAD = struct.Struct('<HI')
# Where messages take less than this in a segment, all of it is read for their heads [bytes].
DENSE = 1 << 12
PACKED = np.frombuffer(ZSTD_MAGIC, np.uint8)


class McapFile:
    """An MCAP file, opened for reading; see `StorageFile`.

    Args:
        path: The file.
        log: Takes what is lost; None to stop at the first damage.
        name: The file's name, for sentences.

    Raises:
        DamagedFileError: Without a log: it is cut off, or its index or a chunk is damaged.
    """

    def __init__(self, path: Path, log: LossLog | None, name: str) -> None:
        self.path = path
        self._log, self._name = log, name
        self._file = RecordFile(path)
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def _open(self) -> None:
        self._cache: OrderedDict[int, bytes] = OrderedDict()
        self._cached = 0
        found = self._summary()
        if found is None:
            scan = McapScan(self._file, self._log, self._name)
            self.topics, self._segments, steps = scan.topics, scan.segments, scan.steps
        else:
            self.topics, self._segments = found
            steps = self._find_steps()
        self._segments = [segment for segment in self._segments if segment.counts]
        self._steps = steps.places
        self.notes = (
            (f'{self._name} is not in order of time; it is read in that order.',)
            if steps.disordered
            else ()
        )
        self.stretches = len(self._steps) + 1
        self.counts: Counter[int] = Counter()
        for segment in self._segments:
            self.counts.update(segment.counts)
        self.start_ns = min((segment.start_ns for segment in self._segments), default=0)
        self.end_ns = max((segment.end_ns for segment in self._segments), default=0)
        self.compression = ', '.join(
            sorted({segment.compression for segment in self._segments} - {''})
        )

    def messages(
        self, topics: Collection[int], start_ns: int, end_ns: int, late: Collection[int] = ()
    ) -> Iterator[StoredMessage]:
        """See `StorageFile`.

        Late messages leave a chunk in the file if it is not compressed and has no checksum;
        whatever a checksum covers is read and checked.
        """
        sparse = self._unchecked if late else _never
        for stretch, number, entry in self._ordered(topics, start_ns, end_ns, sparse):
            log_ns, _, channel = entry
            data: bytes | memoryview | Deferred
            if channel in late and self._stays(self._segments[number]):
                start = partial(self._start, number, entry)
                data = Deferred(self._name, start, partial(self._message, number, entry))
            else:
                data = self._message(number, entry)
            yield StoredMessage(stretch, log_ns, channel, data)

    def heads(self, topics: Collection[int]) -> Iterator[StoredHeads]:
        """See `StorageFile`; each chunk is unpacked once, for all topics.

        Of chunks that are not compressed, only the heads are read, unless most messages are small.
        """
        chosen = [
            number
            for number, segment in enumerate(self._segments)
            if not segment.counts.keys().isdisjoint(topics)
        ]
        for number in sorted(chosen, key=lambda number: self._segments[number].start_ns):
            entries, heads = self._heads(number, topics)
            for i in np.flatnonzero((heads[:, :4] == PACKED).all(axis=1)):
                entry = (int(entries.log_ns[i]), int(entries.offsets[i]), int(entries.channels[i]))
                heads[i] = head_table([message_head(partial(self._start, number, entry))])[0]
            place = self._segments[number].place
            stretch = np.zeros(len(heads), np.int64)
            if self._steps:
                stretch[:] = [
                    stretch_of((place, o), self._steps) for o in entries.offsets.tolist()
                ]
            yield StoredHeads(stretch, entries.log_ns, entries.channels, heads)
            self._cached -= len(self._cache.pop(number, b''))

    def _heads(self, number: int, topics: Collection[int]) -> tuple[Entries, NDArray[np.uint8]]:
        segment = self._segments[number]
        entries = self._table(number, topics).ordered
        if not self._stays(segment):
            found = gather(self._load(number), entries)
            if found is None:  # The index is wrong; the content is not.
                entries = Entries.of(self._entries(number, topics, _never)).ordered
                found = gather(self._load(number), entries)
                assert found is not None  # they come from this content
            return entries, found
        if segment.size <= DENSE * len(entries.offsets):
            found = gather(self._file.exactly(segment.place, segment.size), entries)
            if found is None:
                raise _wrong_index(segment)
            return entries, found
        rows = [self._start(number, entry, HEAD_SIZE) for entry in entries.rows]
        return entries, head_table(rows).copy()

    def _table(self, number: int, topics: Collection[int]) -> Entries:
        """A segment's messages, read from its index where that can be trusted."""
        segment = self._segments[number]
        if self._log is None and segment.indices:
            return self._indexed(segment, topics)
        return Entries.of(self._entries(number, topics, self._stays))

    def close(self) -> None:
        """Release the file."""
        self._file.close()

    def _ordered(
        self,
        topics: Collection[int],
        start_ns: int,
        end_ns: int,
        sparse: Callable[[Segment], bool],
    ) -> Iterator[tuple[int, int, Entry]]:
        """Stretch, segment and entry of every message, in order; `sparse` as for `_entries`."""
        chosen = [
            (number, segment)
            for number, segment in enumerate(self._segments)
            if segment.start_ns <= end_ns
            and segment.end_ns >= start_ns
            and not segment.counts.keys().isdisjoint(topics)
        ]
        for stretch in range(self.stretches):
            sources = [
                (segment.start_ns, partial(self._sorted, number, topics, stretch, sparse))
                for number, segment in chosen
                if self._touches(number, stretch)
            ]
            for number, entry in merge(sources, lambda item: item[1][0]):
                if start_ns <= entry[0] <= end_ns:
                    yield stretch, number, entry

    def _touches(self, number: int, stretch: int) -> bool:
        """Whether a segment has messages of a stretch."""
        if not self._steps:
            return True
        place = self._segments[number].place
        first = stretch_of((place, 0), self._steps)
        return first <= stretch <= stretch_of((place, FOREVER_NS), self._steps)

    def _sorted(
        self, number: int, topics: Collection[int], stretch: int, sparse: Callable[[Segment], bool]
    ) -> Iterator[tuple[int, Entry]]:
        entries = self._entries(number, topics, sparse)
        if self._steps:
            place = self._segments[number].place
            entries = [e for e in entries if stretch_of((place, e[1]), self._steps) == stretch]
        entries.sort()
        for entry in entries:
            yield number, entry
        # The next segment can then use the same memory, which saves the time to get it zeroed.
        self._cached -= len(self._cache.pop(number, b''))

    def _entries(
        self, number: int, topics: Collection[int], sparse: Callable[[Segment], bool]
    ) -> list[Entry]:
        """A segment's messages; sparse: without reading them."""
        segment = self._segments[number]
        if not sparse(segment):
            content = self._load(number)
            return list(_walk(content, topics)) if content else []
        if segment.indices:
            return self._indexed(segment, topics).rows
        return self._skimmed(segment, topics)

    def _stays(self, segment: Segment) -> bool:
        """Whether messages can be read one by one.

        A salvaged file is read whole, so that nothing counts that later proves damaged.
        """
        return not segment.compression and self._log is None

    def _unchecked(self, segment: Segment) -> bool:
        """Whether messages can be read one by one, with no checksum that covers them."""
        return self._stays(segment) and (
            segment.chunk < 0 or not chunk_head(self._file, segment.chunk).crc
        )

    def _indexed(self, segment: Segment, topics: Collection[int]) -> Entries:
        found = [np.zeros((0, 3), np.int64)]
        for channel in segment.counts.keys() & set(topics):
            place = segment.indices[channel]
            size = segment.counts[channel] * 16
            head = HEAD.pack(MESSAGE_INDEX, size + 6) + INDEX_HEAD.pack(channel, size)
            data = self._file.exactly(place, len(head) + size)
            if not data.startswith(head):
                msg = f'the message index at byte {place} is damaged'
                raise DamagedFileError(msg)
            pairs = np.frombuffer(data, '<i8', offset=len(head)).reshape(-1, 2)
            found.append(np.column_stack([pairs, np.full(len(pairs), channel)]))
        return Entries(*np.concatenate(found).T)

    def _skimmed(self, segment: Segment, topics: Collection[int]) -> list[Entry]:
        found, offset = [], 0
        while offset + DATA_OFFSET <= segment.size:
            head = self._file.exactly(segment.place + offset, DATA_OFFSET)
            opcode, length = HEAD.unpack_from(head)
            if offset + HEAD.size + length > segment.size:
                break
            if opcode == MESSAGE:
                channel, _, log_ns, _ = MESSAGE_HEAD.unpack_from(head, HEAD.size)
                if channel in topics:
                    found.append((log_ns, offset, channel))
            offset += HEAD.size + length
        return found

    def _start(self, number: int, entry: Entry, size: int) -> bytes:
        """Up to `size` bytes from the start of a message."""
        segment = self._segments[number]
        if not self._stays(segment):
            content = self._load(number)
            begin, end = entry[1] + DATA_OFFSET, _end(content, entry[1])
            return content[begin : min(end, begin + size)]
        data, length = self._record(segment, entry, size)
        return data[DATA_OFFSET:length]

    def _message(self, number: int, entry: Entry) -> bytes | memoryview:
        """A whole message."""
        segment = self._segments[number]
        if self._stays(segment) and number not in self._cache:
            data, length = self._record(segment, entry, GUESS)
            if len(data) >= length:
                return memoryview(data)[DATA_OFFSET:length]
            place = segment.place + entry[1] + DATA_OFFSET
            return self._file.exactly(place, length - DATA_OFFSET)
        content = self._load(number)
        begin, end = entry[1] + DATA_OFFSET, _end(content, entry[1])
        return content[begin:end] if end - begin < COPY_SIZE else memoryview(content)[begin:end]

    def _record(self, segment: Segment, entry: Entry, size: int) -> tuple[bytes, int]:
        """A message's record up to so many bytes of its data, and the record's length."""
        log_ns, offset, channel = entry
        data = self._file.some(segment.place + offset, DATA_OFFSET + size)
        if len(data) >= DATA_OFFSET:
            opcode, length = HEAD.unpack_from(data)
            found, _, stamp_ns, _ = MESSAGE_HEAD.unpack_from(data, HEAD.size)
            fits = offset + HEAD.size + length <= segment.size
            if fits and (opcode, found, stamp_ns) == (MESSAGE, channel, log_ns):
                return data, HEAD.size + length
        raise _wrong_index(segment)

    def _load(self, number: int) -> bytes:
        """A segment's records; empty if it is damaged and the file is salvaged."""
        content = self._cache.get(number)
        if content is None:
            segment = self._segments[number]
            content, flaw = self._read(segment)
            if flaw:
                self._lose(segment, content, flaw)
            self._cache[number] = content
            self._cached += len(content)
            while self._cached > CACHE_SIZE and len(self._cache) > 1:
                self._cached -= len(self._cache.popitem(last=False)[1])
        return content

    def _read(self, segment: Segment) -> tuple[bytes, str]:
        """Records that can be trusted, and what is wrong with the others."""
        if segment.chunk < 0:
            return self._file.exactly(segment.place, segment.size), ''
        chunk = read_chunk(self._file, segment.chunk)
        if not chunk.flaw and chunk.head is not None and chunk.head.place != segment.place:
            return b'', 'it is not where the index says'
        return chunk.content, chunk.flaw

    def _lose(self, segment: Segment, content: bytes, flaw: str) -> None:
        """Account for a damaged chunk; a scan has done so already for what it found."""
        reason = f'the chunk at byte {segment.chunk} is damaged: {flaw}'
        if self._log is None:
            raise DamagedFileError(reason)
        count = sum(segment.counts.values())
        lost = count - sum(1 for _ in _walk(content, segment.counts.keys()))
        if lost > 0:
            sentence = f'{self._name}: {reason}; {lost} of {count} messages are lost.'
            self._log.add((self._name, segment.chunk), sentence, lost, segment.size)

    def _summary(self) -> tuple[dict[int, StoredTopic], list[Segment]] | None:
        """The index at the end; None where there is none, or where it is damaged."""
        try:
            return read_summary(self._file)
        except DamagedFileError as error:
            if self._log is None:
                raise
            self._log.add((self._name, -1), f'{self._name}: {error}.', 0, 0)
            return None

    def _tables(self) -> Iterator[Entries]:
        """All messages of every segment, as they are stored."""
        for number, segment in enumerate(self._segments):
            yield self._table(number, segment.counts.keys()).stored

    def _find_steps(self) -> ClockSteps:
        steps = ClockSteps()
        newest, suspicious = 0, False
        for segment in self._segments:
            suspicious = suspicious or segment.start_ns < newest - STEP_NS
            newest = max(newest, segment.end_ns)
        # Within the last chunk, a step back shows in nothing that follows.
        if self._segments and not suspicious:
            suspicious = self._segments[-1].end_ns - self._segments[-1].start_ns > STEP_NS
        if suspicious and goes_back(self._tables()):
            for segment, entries in zip(self._segments, self._tables(), strict=True):
                for log_ns, offset, channel in entries.rows:
                    steps.add(channel, log_ns, (segment.place, offset))
        return steps


def _wrong_index(segment: Segment) -> DamagedFileError:
    return DamagedFileError(f'the message index of the chunk at byte {segment.chunk} is wrong')


def _never(segment: Segment) -> bool:
    del segment
    return False


def _walk(content: bytes, topics: Collection[int]) -> Iterator[Entry]:
    """Messages within the records of a segment."""
    for opcode, begin, end in records(content):
        if opcode == MESSAGE and end - begin >= MESSAGE_HEAD.size:
            channel, _, log_ns, _ = MESSAGE_HEAD.unpack_from(content, begin)
            if channel in topics:
                yield log_ns, begin - HEAD.size, channel


def _end(content: bytes, offset: int) -> int:
    """Where the record at `offset` ends."""
    return offset + HEAD.size + HEAD.unpack_from(content, offset)[1]
