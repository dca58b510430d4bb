# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What is left of a damaged sqlite3 file, collected page by page."""

from __future__ import annotations

import struct
from array import array
from collections import Counter
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from octo_ros.data.bags.arrival_order import ClockSteps, stretch_of
from octo_ros.data.bags.compression import message_head
from octo_ros.data.bags.deferred import Deferred
from octo_ros.data.bags.loss_log import LossLog
from octo_ros.data.bags.record_file import RecordFile
from octo_ros.data.bags.sqlite_cells import Cell, cells, is_blob, is_integer, is_null, is_text
from octo_ros.data.bags.stamps import heads_of
from octo_ros.data.bags.storage import (
    DamagedFileError,
    StoredHeads,
    StoredMessage,
    StoredTopic,
    modern_type,
)

PAGES_AT_ONCE = 256
FOREVER_NS = (1 << 63) - 1
# Message rows: number, arrival, topic, page and place among the cells of the page.
FIELDS = 5


class SqlitePages:
    """Messages of a damaged sqlite3 file; see `StorageFile`.

    A row that recorders write can be told by its columns, so the tables' trees are not needed.
    What a row holds is not checked: sqlite3 keeps no checksums.

    Args:
        path: The file.
        log: Takes what is lost.
        name: The file's name, for sentences.

    Raises:
        DamagedFileError: No message is found.
    """

    def __init__(self, path: Path, log: LossLog, name: str) -> None:
        self.path = path
        self.compression = ''
        self.notes: tuple[str, ...] = ()
        self._log, self._name = log, name
        self._file = RecordFile(path)
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def _open(self) -> None:
        head = self._file.some(0, 100).ljust(100, b'\0')
        (size,) = struct.unpack_from('>H', head, 16)
        self._page_size = 65536 if size == 1 else size if size >= 512 else 4096
        self._usable = self._page_size - head[20]
        self._definitions: dict[str, tuple[str, str]] = {}
        self._announced: dict[int, tuple[str, str, str]] = {}
        rows = array('q')
        for number, page in self._pages():
            for place, cell in enumerate(cells(page, number == 1, self._usable)):
                self._take(cell, number, place, rows)
        self.topics = {
            key: StoredTopic(name, kind, serialization, *self._definitions.get(kind, ('', '')))
            for key, (name, kind, serialization) in self._announced.items()
        }
        table = np.frombuffer(rows, np.int64).reshape(-1, FIELDS)
        _, first = np.unique(table[:, 0], return_index=True)
        table = table[first]  # in the order of recording
        if len(table):
            self._count_missing(table)
        table = table[np.isin(table[:, 2], list(self.topics))]
        if not len(table):
            msg = 'no message is found in it'
            raise DamagedFileError(msg)
        steps = ClockSteps()
        for row, received_ns, topic in table[:, :3].tolist():
            steps.add(topic, received_ns, (row, 0))
        self.stretches = len(steps.places) + 1
        stretch = np.array([stretch_of((row, 0), steps.places) for row in table[:, 0].tolist()])
        self._table = np.column_stack([table, stretch])
        self._table = self._table[np.lexsort((table[:, 0], table[:, 1], stretch))]
        self.counts = dict(Counter(table[:, 2].tolist()))
        self.start_ns = int(table[:, 1].min())
        self.end_ns = int(table[:, 1].max())

    def messages(
        self, topics: Collection[int], start_ns: int, end_ns: int, late: Collection[int] = ()
    ) -> Iterator[StoredMessage]:
        """See `StorageFile`; nothing comes late, as every message may be damaged."""
        del late
        times = self._table[:, 1]
        chosen = np.isin(self._table[:, 2], list(topics)) & (times >= start_ns) & (times <= end_ns)
        for row, received_ns, topic, page, place, stretch in self._table[chosen].tolist():
            try:
                data = self._data(page, place)
            except DamagedFileError as error:
                sentence = f'{self._name}: message {row} cannot be read: {error}.'
                self._log.add((self._name, row), sentence, 1, 0)
            else:
                yield StoredMessage(stretch, received_ns, topic, data)

    def heads(self, topics: Collection[int]) -> Iterator[StoredHeads]:
        """See `StorageFile`; every message is read whole, so that a lost one does not count."""
        yield from heads_of(self._whole_heads(topics))

    def _whole_heads(self, topics: Collection[int]) -> Iterator[tuple[int, int, int, bytes]]:
        for stretch, received_ns, topic, data in self.messages(topics, 0, FOREVER_NS):
            assert not isinstance(data, Deferred)  # nothing comes late
            yield stretch, received_ns, topic, message_head(partial(_start, data))

    def close(self) -> None:
        """Release the file."""
        self._file.close()

    def _pages(self) -> Iterator[tuple[int, bytes]]:
        """Number and content of every whole page."""
        size, count = self._page_size, self._file.size // self._page_size
        for first in range(0, count, PAGES_AT_ONCE):
            data = self._file.some(first * size, size * min(PAGES_AT_ONCE, count - first))
            for number in range(len(data) // size):
                yield first + number + 1, data[number * size : (number + 1) * size]

    def _take(self, cell: Cell, page: int, place: int, rows: array) -> None:
        kinds = [kind for kind, _, _ in cell.columns]
        if not kinds or not is_null(kinds[0]):
            return
        if len(kinds) == 4 and is_integer(kinds[1]) and is_integer(kinds[2]) and is_blob(kinds[3]):
            rows.extend((cell.row, cell.integer(2), cell.integer(1), page, place))
        elif 4 <= len(kinds) <= 6 and all(is_text(kind) for kind in kinds[1:4]):
            try:
                payload = self._payload(cell)
                texts = [
                    payload[begin : begin + size].decode() for _, begin, size in cell.columns[1:4]
                ]
            except (DamagedFileError, UnicodeDecodeError):
                return  # Messages that miss it are counted as lost.
            if len(kinds) == 5 and texts[1] in ('ros2msg', 'ros2idl'):
                self._definitions[modern_type(texts[0])] = (texts[1], texts[2])
            elif '/' in texts[1]:
                self._announced[cell.row] = (texts[0], modern_type(texts[1]), texts[2])

    def _count_missing(self, table: np.ndarray) -> None:
        """Recorders number messages without gaps."""
        gaps = int(table[-1, 0]) - len(table)
        if gaps > 0:
            sentence = f'{self._name}: {gaps} messages are missing among those that are left.'
            self._log.add((self._name, 'gaps'), sentence, gaps, 0)
        unknown = int((~np.isin(table[:, 2], list(self.topics))).sum())
        if unknown:
            sentence = f'{self._name}: nothing tells the topic of {unknown} messages.'
            self._log.add((self._name, 'topics'), sentence, unknown, 0)

    def _data(self, page: int, place: int) -> bytes:
        content = self._file.exactly((page - 1) * self._page_size, self._page_size)
        for number, cell in enumerate(cells(content, page == 1, self._usable)):
            if number == place:
                return self._payload(cell)[cell.columns[3][1] :]
        msg = 'its page has changed'
        raise DamagedFileError(msg)

    def _payload(self, cell: Cell) -> bytes:
        """A row's content, over all pages that hold it."""
        parts, missing, page = [cell.local], cell.size - len(cell.local), cell.overflow
        while missing > 0:
            if page == 0 or page * self._page_size > self._file.size:
                msg = f'page {page} is not there'
                raise DamagedFileError(msg)
            content = self._file.exactly((page - 1) * self._page_size, self._usable)
            (page,) = struct.unpack_from('>I', content)
            parts.append(content[4 : 4 + missing])
            missing -= len(parts[-1])
        if page != 0:
            msg = 'its pages do not end where it does'
            raise DamagedFileError(msg)
        return b''.join(parts)


def _start(data: bytes | memoryview, size: int) -> bytes | memoryview:
    return data[:size]
