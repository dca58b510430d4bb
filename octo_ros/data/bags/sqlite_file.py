# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One sqlite3 file (.db3), read in place and never written to."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path
from urllib.parse import quote

import apsw

from octo_ros.data.bags.arrival_order import STEP_NS, ClockSteps
from octo_ros.data.bags.compression import ZSTD_MAGIC, message_head
from octo_ros.data.bags.deferred import Deferred
from octo_ros.data.bags.loss_log import LossLog
from octo_ros.data.bags.stamps import HEAD_SIZE, heads_of
from octo_ros.data.bags.storage import (
    DamagedFileError,
    StoredHeads,
    StoredMessage,
    StoredTopic,
    modern_type,
)

MAGIC = b'SQLite format 3\0'
FOREVER_NS = (1 << 63) - 1
HEADER_SIZE = 100
# The head of a message of up to 1 kB that is not compressed, else nothing.
SHORT_HEAD = (
    f"IIF(length(data) <= 1024 AND substr(data, 1, 4) <> X'{ZSTD_MAGIC.hex()}', "
    f'substr(data, 1, {HEAD_SIZE}), NULL)'
)
# What a damaged schema leads to: errors of sqlite, and columns that hold something else.
ERRORS = (apsw.Error, ValueError, TypeError, AttributeError)


class SqliteFile:
    """A sqlite3 file, opened for reading; see `StorageFile`.

    Args:
        path: The file; nothing beside it (journal, write-ahead log) is looked at.
        log: Takes messages that cannot be read; None to stop at the first.
        name: The file's name, for sentences.

    Raises:
        DamagedFileError: It is not a bag, cut off, or damaged where its messages are listed.
    """

    def __init__(self, path: Path, log: LossLog | None, name: str) -> None:
        self.path = path
        self._log, self._name = log, name
        self.compression = ''
        self._blob: apsw.Blob | None = None
        check_whole(path)
        flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
        self._database = apsw.Connection(f'file:{quote(str(path))}?immutable=1', flags=flags)
        try:
            self._open()
        except ERRORS as error:
            self.close()
            msg = f'sqlite cannot read it ({error})'
            raise DamagedFileError(msg) from error
        except BaseException:
            self.close()
            raise

    def _open(self) -> None:
        tables = {name for (name,) in self._query('SELECT name FROM sqlite_master')}
        if not {'topics', 'messages'} <= tables:
            msg = 'it has no tables of a bag'
            raise DamagedFileError(msg)
        definitions = {}
        if 'message_definitions' in tables:
            definitions = {
                modern_type(kind): (encoding, text)
                for kind, encoding, text in self._query(
                    'SELECT topic_type, encoding, encoded_message_definition '
                    'FROM message_definitions'
                )
            }
        self.topics: dict[int, StoredTopic] = {}
        for key, topic, kind, serialization in self._query(
            'SELECT id, name, type, serialization_format FROM topics'
        ):
            encoding, text = definitions.get(modern_type(kind), ('', ''))
            self.topics[key] = StoredTopic(topic, modern_type(kind), serialization, encoding, text)
        # This loop runs over all rows whenever a bag is opened, so it does as little as possible.
        counts: dict[int, int] = {}
        first_ns, newest_ns, back = FOREVER_NS, 0, False
        for topic, received_ns in self._query(
            'SELECT topic_id, timestamp FROM messages ORDER BY id'
        ):
            counts[topic] = counts.get(topic, 0) + 1
            if received_ns >= newest_ns:
                newest_ns = received_ns
            elif received_ns < newest_ns - STEP_NS:
                back = True
            first_ns = min(first_ns, received_ns)
        self.counts = Counter(counts)
        self.start_ns, self.end_ns = (first_ns if counts else 0), newest_ns
        steps = ClockSteps()
        if back:
            for row, topic, received_ns in self._query(
                'SELECT id, topic_id, timestamp FROM messages ORDER BY id'
            ):
                steps.add(topic, received_ns, (row, 0))
        self._steps = [row for row, _ in steps.places]
        self.stretches = len(self._steps) + 1
        self.notes = (
            (f'{self._name} is not in order of time; it is read in that order.',)
            if steps.disordered
            else ()
        )

    def messages(
        self, topics: Collection[int], start_ns: int, end_ns: int, late: Collection[int] = ()
    ) -> Iterator[StoredMessage]:
        """See `StorageFile`; of a salvaged file nothing comes late."""
        for stretch, row, received_ns, topic, _ in self._ordered(topics, start_ns, end_ns):
            if topic in late and self._log is None:
                data = Deferred(self._name, partial(self._begin, row), partial(self._whole, row))
                yield StoredMessage(stretch, received_ns, topic, data)
                continue
            content = self._read(row, heads=False)
            if content is not None:
                # Slices of a view are no copies.
                yield StoredMessage(stretch, received_ns, topic, memoryview(content))

    def heads(self, topics: Collection[int]) -> Iterator[StoredHeads]:
        """See `StorageFile`; sqlite finds the start of a long message without reading the rest."""
        yield from heads_of(self._each_head(topics))

    def _each_head(self, topics: Collection[int]) -> Iterator[tuple[int, int, int, bytes]]:
        # A length is read without the message, and a short message comes faster with its row.
        column = 'NULL' if self._log is not None else SHORT_HEAD
        for stretch, row, received_ns, topic, short in self._ordered(
            topics, 0, FOREVER_NS, column
        ):
            head = self._read(row, heads=True) if short is None else short
            if head is not None:
                yield stretch, received_ns, topic, head

    def close(self) -> None:
        """Release the file."""
        self._drop_blob()
        self._database.close(True)

    def _ordered(
        self, topics: Collection[int], start_ns: int, end_ns: int, column: str = 'NULL'
    ) -> Iterator[tuple[int, int, int, int, bytes | None]]:
        """Stretch, row, arrival, topic and a further column of every message, in order."""
        chosen = [topic for topic in topics if self.counts[topic]]
        if not chosen:
            return
        marks = ', '.join('?' * len(chosen))
        bounds = [0, *self._steps, FOREVER_NS]
        # An index that is damaged would hide messages that are there.
        table = 'messages' if self._log is None else 'messages NOT INDEXED'
        for stretch in range(self.stretches):
            # Only the keys go through sqlite's sorter, where there is no index of times.
            query = (
                f'SELECT id, timestamp, topic_id, {column} FROM {table} '
                f'WHERE topic_id IN ({marks}) '
                'AND timestamp BETWEEN ? AND ? AND id >= ? AND id < ? ORDER BY timestamp, id'
            )
            limits = (*chosen, start_ns, end_ns, bounds[stretch], bounds[stretch + 1])
            try:
                for row, received_ns, topic, more in self._database.execute(query, limits):
                    yield stretch, row, received_ns, topic, more
            except apsw.Error as error:
                msg = f'sqlite cannot read it ({error})'
                raise DamagedFileError(msg) from error

    def _begin(self, row: int, size: int) -> bytes:
        """Up to `size` bytes from the start of a message."""
        try:
            return _start(self._at(row), size)
        except apsw.Error as error:
            self._drop_blob()
            raise _unreadable(row, error) from error

    def _whole(self, row: int) -> memoryview:
        content = self._read(row, heads=False)
        assert content is not None  # without a log, what cannot be read is raised
        return memoryview(content)

    def _at(self, row: int) -> apsw.Blob:
        """The message of a row, to be read from its start."""
        if self._blob is None:
            self._blob = self._database.blob_open('main', 'messages', 'data', row, False)
        else:
            self._blob.reopen(row)
        return self._blob

    def _query(self, query: str) -> Iterator[tuple]:
        return iter(self._database.execute(query))

    def _read(self, row: int, *, heads: bool) -> bytes | None:
        """A message or its head; None if it is damaged and the file is salvaged."""
        try:
            blob = self._at(row)
            if not heads:
                return blob.read()
            head = message_head(partial(_start, blob))
            if self._log is not None:
                _start(blob, blob.length())  # What cannot be read must not count.
            return head
        except apsw.Error as error:
            self._drop_blob()
            self._lose(row, error)
            return None

    def _drop_blob(self) -> None:
        """A handle is of no use after an error, and tells the error again when it is closed."""
        if self._blob is not None:
            self._blob.close(True)
            self._blob = None

    def _lose(self, row: int, error: Exception) -> None:
        reason = _unreadable(row, error)
        if self._log is None:
            raise reason from error
        self._log.add((self._name, row), f'{self._name}: {reason}.', 1, 0)


def _unreadable(row: int, error: Exception) -> DamagedFileError:
    return DamagedFileError(f'message {row} cannot be read ({error})')


def _start(blob: apsw.Blob, size: int) -> bytes:
    """First bytes of a blob."""
    blob.seek(0)
    return bytes(blob.read(min(size, blob.length())))


def check_whole(path: Path) -> None:
    """Check that a database has all its pages.

    Raises:
        DamagedFileError: It is empty, none, or cut off.
    """
    size = path.stat().st_size
    if size == 0:
        msg = 'it is empty (0 bytes): nothing was written to it'
        raise DamagedFileError(msg)
    with path.open('rb') as file:
        magic = file.read(len(MAGIC))
    if magic != MAGIC or size < HEADER_SIZE:
        msg = 'it does not begin as a sqlite3 file'
        raise DamagedFileError(msg)
    missing = missing_bytes(path)
    if missing:
        msg = f'it is cut off: {size} bytes of {size + missing}'
        raise DamagedFileError(msg)


def missing_bytes(path: Path) -> int:
    """How many bytes a database is shorter than its first page says."""
    with path.open('rb') as file:
        head = file.read(HEADER_SIZE)
    if len(head) < HEADER_SIZE:
        return 0
    (page_size,) = struct.unpack_from('>H', head, 16)
    changes, pages = struct.unpack_from('>II', head, 24)
    (valid_for,) = struct.unpack_from('>I', head, 92)
    if changes != valid_for:
        return 0  # Old writers of sqlite do not keep the number of pages.
    return max(0, pages * (65536 if page_size == 1 else page_size) - path.stat().st_size)
