# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""An MCAP file read from its beginning, where its index is missing or damaged."""

from __future__ import annotations

import re
import struct
from collections import Counter
from dataclasses import dataclass, field

from octo_ros.data.bags.arrival_order import ClockSteps
from octo_ros.data.bags.loss_log import LossLog
from octo_ros.data.bags.mcap_chunks import Chunk, read_chunk
from octo_ros.data.bags.mcap_records import (
    CHANNEL,
    CHUNK,
    FOOTER,
    HEAD,
    LAST_OPCODE,
    MAGIC,
    MESSAGE,
    MESSAGE_HEAD,
    MESSAGE_INDEX,
    SCHEMA,
    Segment,
    TopicTable,
    chunk_head,
    records,
)
from octo_ros.data.bags.record_file import RecordFile
from octo_ros.data.bags.storage import DamagedFileError, StoredTopic

# Messages outside of chunks are read in runs of about this length.
RUN_SIZE = 1 << 20
# A chunk record: its length below 2^40, three times and sizes, a checksum, a known compression.
CHUNK_PATTERN = re.compile(
    rb'\x06.{5}\x00{3}.{28}(?:\x00{4}|\x03\x00{3}lz4|\x04\x00{3}zstd)', re.DOTALL
)
PATTERN_SIZE = 64
SEARCH_SIZE = 1 << 22


@dataclass
class _Run:
    """Messages that will be read together."""

    place: int
    end: int = 0
    start_ns: int = 0
    end_ns: int = 0
    counts: Counter[int] = field(default_factory=Counter)

    def add(self, channel: int, log_ns: int) -> None:
        self.start_ns = min(self.start_ns, log_ns) if self.counts else log_ns
        self.end_ns = max(self.end_ns, log_ns) if self.counts else log_ns
        self.counts[channel] += 1

    def segment(self) -> Segment:
        size = self.end - self.place
        return Segment(
            self.place, size, '', size, -1, self.start_ns, self.end_ns, dict(self.counts), {}
        )


@dataclass
class _LostChunk:
    place: int
    end: int
    reason: str
    kept: int
    messages: int = 0


class McapScan:
    """Everything that a file holds, found record by record.

    Args:
        file: The file.
        log: Takes what is lost; None to stop at the first damage.
        name: The file's name, for sentences.

    Raises:
        DamagedFileError: Without a log: at the first damage.
    """

    def __init__(self, file: RecordFile, log: LossLog | None, name: str) -> None:
        self._file, self._log, self._name = file, log, name
        self._table = TopicTable()
        self._run: _Run | None = None
        self._lost: _LostChunk | None = None
        self.segments: list[Segment] = []
        self.steps = ClockSteps()
        self._scan()
        self._close_run()
        self._settle_lost_chunk()
        self._drop_unannounced()

    @property
    def topics(self) -> dict[int, StoredTopic]:
        """Channel → topic."""
        return self._table.topics

    def _scan(self) -> None:
        place, size = len(MAGIC), self._file.size
        while place < size:
            head = self._file.some(place, HEAD.size + MESSAGE_HEAD.size)
            opcode, length = HEAD.unpack_from(head.ljust(HEAD.size, b'\0'))
            end = place + HEAD.size + length
            if len(head) < HEAD.size or end > size or not 0 < opcode <= LAST_OPCODE:
                place = self._broken(place)
            elif opcode == FOOTER:
                return
            else:
                self._take(opcode, place, end, head)
                place = end

    def _take(self, opcode: int, place: int, end: int, head: bytes) -> None:
        begin = place + HEAD.size
        if opcode != MESSAGE:
            self._close_run()
        if opcode != MESSAGE_INDEX:
            self._settle_lost_chunk()
        if opcode in (SCHEMA, CHANNEL):
            try:
                self._table.add(opcode, self._file.exactly(begin, end - begin))
            except DamagedFileError as error:
                self._lose(place, end, str(error))
        elif opcode == CHUNK:
            self._chunk(place, end)
        elif opcode == MESSAGE_INDEX and self._lost is not None and end - begin >= 6:
            # The index of a lost chunk tells how many messages it had.
            self._lost.messages += struct.unpack('<HI', self._file.exactly(begin, 6))[1] // 16
        elif opcode == MESSAGE:
            self._message(place, end, head)

    def _message(self, place: int, end: int, head: bytes) -> None:
        if end - place < HEAD.size + MESSAGE_HEAD.size:
            self._lose(place, end, f'the message at byte {place} is too short', 1)
            self._close_run()
            return
        channel, _, log_ns, _ = MESSAGE_HEAD.unpack_from(head, HEAD.size)
        if self._run is not None and end - self._run.place > RUN_SIZE:
            self._close_run()
        if self._run is None:
            self._run = _Run(place)
        self._run.add(channel, log_ns)
        self._run.end = end
        self.steps.add(channel, log_ns, (self._run.place, place - self._run.place))

    def _close_run(self) -> None:
        if self._run is not None:
            self.segments.append(self._run.segment())
            self._run = None

    def _chunk(self, place: int, end: int) -> None:
        chunk = read_chunk(self._file, place)
        self._announced(chunk.suspect)
        kept = self._messages(place, chunk)
        if chunk.flaw:
            reason = f'the chunk at byte {place} is damaged: {chunk.flaw}'
            if self._log is None:
                raise DamagedFileError(reason)
            self._lost = _LostChunk(place, end, reason, kept)

    def _announced(self, content: bytes) -> None:
        """Take the topics told in a chunk; those of a damaged one are better than none."""
        try:
            for opcode, begin, end in records(content):
                if opcode in (SCHEMA, CHANNEL):
                    self._table.add(opcode, content[begin:end])
        except DamagedFileError:
            return  # The chunk itself is reported as damaged.

    def _messages(self, place: int, chunk: Chunk) -> int:
        """Take a chunk's messages; how many they are."""
        if chunk.head is None:
            return 0
        head, run = chunk.head, _Run(chunk.head.place)
        for opcode, begin, end in records(chunk.content):
            if opcode == MESSAGE and end - begin >= MESSAGE_HEAD.size:
                channel, _, log_ns, _ = MESSAGE_HEAD.unpack_from(chunk.content, begin)
                run.add(channel, log_ns)
                self.steps.add(channel, log_ns, (head.place, begin - HEAD.size))
        self.segments.append(
            Segment(
                head.place, head.size, head.compression, head.content_size, place,
                run.start_ns, run.end_ns, dict(run.counts), {},
            )
        )  # fmt: skip
        return run.counts.total()

    def _broken(self, place: int) -> int:
        """Go on after a place where no whole record begins; where."""
        self._close_run()
        if self._log is None:
            self._lose(place, place, f'it is cut off or damaged at byte {place}')
        # A chunk with a wrong length may have swallowed what follows it.
        lost, self._lost = self._lost, None
        start = place if lost is None else lost.place
        following = self._next_chunk(start + 1)
        if following is None and lost is None and self._file.some(place, 1) == bytes([CHUNK]):
            self._chunk(place, self._file.size)
            lost, self._lost = self._lost, None
        end = self._file.size if following is None else following
        reason = f'damaged or cut off from byte {start} to {end}'
        kept = '' if lost is None else f'; messages kept of its chunk: {lost.kept}'
        self._lose(start, end, reason + kept)
        return end + (following is None)

    def _next_chunk(self, place: int) -> int | None:
        while place < self._file.size:
            data = self._file.some(place, SEARCH_SIZE + PATTERN_SIZE)
            for match in CHUNK_PATTERN.finditer(data):
                found = place + match.start()
                try:
                    head = chunk_head(self._file, found)
                except DamagedFileError:
                    continue
                if head.place + head.size <= self._file.size and head.start_ns <= head.end_ns:
                    return found
            place += SEARCH_SIZE
        return None

    def _lose(self, place: int, end: int, reason: str, messages: int = 0) -> None:
        if self._log is None:
            raise DamagedFileError(reason)
        self._log.add((self._name, place), f'{self._name}: {reason}.', messages, end - place)

    def _settle_lost_chunk(self) -> None:
        if self._lost is not None:
            lost, self._lost = self._lost, None
            count = max(0, lost.messages - lost.kept)
            told = f'{count} of {lost.messages}' if lost.messages else 'an unknown number of'
            self._lose(lost.place, lost.end, f'{lost.reason}; {told} messages are lost', count)

    def _drop_unannounced(self) -> None:
        """Messages whose topic nothing tells are lost."""
        lost: Counter[int] = Counter()
        for segment in self.segments:
            for channel in segment.counts.keys() - self.topics.keys():
                lost[channel] += segment.counts.pop(channel)
        for channel, count in lost.items():
            reason = f'nothing tells the topic of channel {channel}; {count} messages are lost'
            self._lose(-channel - 1, -channel - 1, reason, count)
