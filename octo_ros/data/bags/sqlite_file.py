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

from octo_ros.data.bags.arrival_order import ClockSteps
from octo_ros.data.bags.compression import message_head
from octo_ros.data.bags.loss_log import LossLog
from octo_ros.data.bags.storage import DamagedFileError, StoredMessage, StoredTopic, modern_type

MAGIC = b'SQLite format 3\0'
FOREVER_NS = (1 << 63) - 1
ERRORS = (apsw.Error, UnicodeDecodeError)


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
        steps = ClockSteps()
        self.counts: Counter[int] = Counter()
        self.start_ns, self.end_ns = FOREVER_NS, 0
        for row, topic, received_ns in self._query(
            'SELECT id, topic_id, timestamp FROM messages ORDER BY id'
        ):
            self.counts[topic] += 1
            self.start_ns = min(self.start_ns, received_ns)
            self.end_ns = max(self.end_ns, received_ns)
            steps.add(topic, received_ns, (row, 0))
        if not self.counts:
            self.start_ns = 0
        self._steps = [row for row, _ in steps.places]
        self.stretches = len(self._steps) + 1
        self.notes = (
            (f'{self._name} is not in order of time; it is read in that order.',)
            if steps.disordered
            else ()
        )

    def messages(
        self, topics: Collection[int], start_ns: int, end_ns: int
    ) -> Iterator[StoredMessage]:
        """See `StorageFile`."""
        for stretch, row, received_ns, topic, blob in self._ordered(topics, start_ns, end_ns):
            try:
                blob.reopen(row)
                data = blob.read()
            except apsw.Error as error:
                self._lose(row, error)
            else:
                yield StoredMessage(stretch, received_ns, topic, data)

    def heads(self, topics: Collection[int]) -> Iterator[StoredMessage]:
        """See `StorageFile`; sqlite finds the start of a message without reading the rest."""
        for stretch, row, received_ns, topic, blob in self._ordered(topics, 0, FOREVER_NS):
            try:
                blob.reopen(row)
                head = message_head(partial(_start, blob))
                if self._log is not None:
                    blob.seek(0)
                    blob.read()  # What cannot be read whole must not count.
            except apsw.Error as error:
                self._lose(row, error)
            else:
                yield StoredMessage(stretch, received_ns, topic, head)

    def close(self) -> None:
        """Release the file."""
        self._database.close(True)

    def _ordered(
        self, topics: Collection[int], start_ns: int, end_ns: int
    ) -> Iterator[tuple[int, int, int, int, apsw.Blob]]:
        """Stretch, row, arrival, topic and the handle for reading of every message, in order."""
        chosen = [topic for topic in topics if self.counts[topic]]
        if not chosen:
            return
        marks = ', '.join('?' * len(chosen))
        bounds = [0, *self._steps, FOREVER_NS]
        blob = None
        for stretch in range(self.stretches):
            # Only the keys go through sqlite's sorter, where there is no index of times.
            query = (
                f'SELECT id, timestamp, topic_id FROM messages WHERE topic_id IN ({marks}) '
                'AND timestamp BETWEEN ? AND ? AND id >= ? AND id < ? ORDER BY timestamp, id'
            )
            limits = (*chosen, start_ns, end_ns, bounds[stretch], bounds[stretch + 1])
            try:
                for row, received_ns, topic in self._database.execute(query, limits):
                    if blob is None:
                        blob = self._database.blob_open('main', 'messages', 'data', row, False)
                    yield stretch, row, received_ns, topic, blob
            except apsw.Error as error:
                msg = f'sqlite cannot read it ({error})'
                raise DamagedFileError(msg) from error

    def _query(self, query: str) -> Iterator[tuple]:
        return iter(self._database.execute(query))

    def _lose(self, row: int, error: Exception) -> None:
        reason = f'message {row} cannot be read ({error})'
        if self._log is None:
            raise DamagedFileError(reason) from error
        self._log.add((self._name, row), f'{self._name}: {reason}.', 1, 0)


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
    with path.open('rb') as file:
        head = file.read(100)
    if size == 0:
        msg = 'it is empty (0 bytes): nothing was written to it'
        raise DamagedFileError(msg)
    if head[:16] != MAGIC or len(head) < 100:
        msg = 'it does not begin as a sqlite3 file'
        raise DamagedFileError(msg)
    (page_size,) = struct.unpack_from('>H', head, 16)
    changes, pages = struct.unpack_from('>II', head, 24)
    (valid_for,) = struct.unpack_from('>I', head, 92)
    expected = pages * (65536 if page_size == 1 else page_size)
    if changes == valid_for and size < expected:
        msg = f'it is cut off: {size} bytes of {expected}'
        raise DamagedFileError(msg)
