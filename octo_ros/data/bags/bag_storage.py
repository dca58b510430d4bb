# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The files of a bag as one stream of serialised messages."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from functools import partial
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from octo_ros.data.bags.arrival_order import merge
from octo_ros.data.bags.bag_files import PACKED, BagFiles
from octo_ros.data.bags.compression import ZSTD_MAGIC, unpack_file
from octo_ros.data.bags.deferred import Deferred
from octo_ros.data.bags.loss_log import LossLog
from octo_ros.data.bags.metadata import FILE, disagreement
from octo_ros.data.bags.open_storage import open_storage
from octo_ros.data.bags.storage import (
    DamagedFileError,
    StorageFile,
    StoredHeads,
    StoredMessage,
    StoredTopic,
)

FOREVER_NS = (1 << 63) - 1
Serialised = tuple[int, StoredTopic, bytes | memoryview | Deferred]


class BagStorage:
    """All files of a bag, opened.

    Args:
        files: Which they are.
        log: Takes what is lost; None to stop at the first damage.
        stack: Closes the files and removes what was unpacked.
        shared: Where files are unpacked once for several bags or processes, and left.

    Attributes:
        paths: All files as they lie on disk.
        files: Those with messages, in the order of recording.
        topics: Topic → as announced; only those with messages, and of several types of one topic
            the one with the most messages. Those of the others are not read.
        counts: Topic → messages that are read.
        notes: Sentences about what disagrees or is peculiar.

    Raises:
        DamagedFileError: Without a log: a file is damaged or missing.
    """

    def __init__(
        self, files: BagFiles, log: LossLog | None, stack: ExitStack, shared: Path | None = None
    ) -> None:
        self._log, self._stack, self._shared = log, stack, shared
        self._scratch: Path | None = None
        self._metadata = files.metadata
        self.paths = files.paths
        self.files: list[StorageFile] = []
        notes = list(files.notes)
        for name in files.missing:
            self._lose(name, f'{name} is missing', self._listed(name), 0)
        for path in files.paths:
            file = self._opened(path)
            if file is not None:
                notes += file.notes
                if file.start_ns or file.end_ns:
                    self.files.append(file)
        found = self._count(notes)
        if self._metadata is not None and not self.damaged:
            note = disagreement(self._metadata, found, self.start_ns, self.end_ns)
            notes += [note] if note else []
        self.notes = tuple(notes)

    @property
    def damaged(self) -> bool:
        """Whether anything was lost so far."""
        return self._log is not None and bool(self._log.losses)

    @property
    def start_ns(self) -> int:
        """Arrival of the first message [ns]; 0 without any."""
        return min((file.start_ns for file in self.files), default=0)

    @property
    def end_ns(self) -> int:
        """Arrival of the last message [ns]; 0 without any."""
        return max((file.end_ns for file in self.files), default=0)

    @property
    def compression(self) -> str:
        """How the bag is compressed, for people: 'none' or the kinds."""
        kinds = {f'{file.compression} chunks' for file in self.files if file.compression}
        if any(path.suffix == PACKED for path in self.paths):
            kinds.add('zstd files')
        for _, _, data in self.messages(set(self.topics)):
            if not isinstance(data, Deferred) and data[:4] == ZSTD_MAGIC:
                kinds.add('zstd messages')
            break
        return ', '.join(sorted(kinds)) or 'none'

    def messages(
        self,
        topics: Collection[str],
        start_ns: int = 0,
        end_ns: int = FOREVER_NS,
        late: Collection[str] = (),
    ) -> Iterator[Serialised]:
        """Arrival, topic and data of every message, in the order of arrival.

        Args:
            topics: Names of those wanted.
            start_ns: First arrival [ns].
            end_ns: Last arrival [ns].
            late: Types whose messages may be read later.

        Raises:
            DamagedFileError: Part of a file is unreadable, and there is no log.
        """
        sources, stretch = [], 0
        for file in self.files:
            keys = self._keys(file, topics)
            if keys and file.start_ns <= end_ns and file.end_ns >= start_ns:
                later = {key for key in keys if file.topics[key].type in late}
                read = partial(file.messages, keys, start_ns, end_ns, later)
                opening = partial(_placed, file, stretch, read)
                sources.append(((stretch, file.start_ns), opening))
            stretch += file.stretches - 1
        for (_, received_ns), topic, data in merge(sources, lambda item: item[0]):
            yield received_ns, topic, data

    def heads(self, topics: Collection[str]) -> Iterator[tuple[str, StoredHeads]]:
        """Topic and first bytes of its messages, many at once.

        Sorted by stretch and arrival, and else left as they are, the messages of a topic are in
        the order in which `messages` gives them.

        Raises:
            DamagedFileError: As for `messages`.
        """
        stretch = 0
        sources = []
        for file in self.files:
            keys = self._keys(file, topics)
            if keys:
                sources.append((stretch, file.start_ns, file, keys))
            stretch += file.stretches - 1
        for stretch, _, file, keys in sorted(sources, key=lambda source: source[:2]):
            try:
                for batch in file.heads(keys):
                    batch.stretch[:] += stretch
                    for key in np.unique(batch.topic).tolist():
                        own = batch.topic == key
                        yield (
                            file.topics[key].name,
                            StoredHeads(*(column[own] for column in batch)),
                        )
            except DamagedFileError as error:
                raise _named(file, error) from error

    def _keys(self, file: StorageFile, topics: Collection[str]) -> set[int]:
        """Keys of the topics that a file has messages of."""
        return {
            key
            for key, topic in file.topics.items()
            if topic.name in topics
            and file.counts.get(key)
            and topic.type == self.topics[topic.name].type
        }

    def _opened(self, path: Path) -> StorageFile | None:
        """Open a file; None if nothing of it can be read and the bag is salvaged."""
        name, flaw, size = path.name, '', path.stat().st_size
        if path.suffix == PACKED:
            path, flaw = self._unpacked(path)
            if flaw:
                self._lose(name, f'{name}: {flaw}', 0, 0)
        try:
            file = open_storage(path, self._log, name, self._folder)
        except DamagedFileError as error:
            self._lose((name, 'whole'), f'{name}: {error}', self._listed(name), size)
            return None
        self._stack.callback(file.close)
        found = sum(file.counts.values())
        if self.damaged and found < self._listed(name):
            more = self._listed(name) - found
            self._lose((name, 'listed'), f'{name}: {FILE} tells of {more} messages more', more, 0)
        return file

    def _unpacked(self, path: Path) -> tuple[Path, str]:
        """A packed file's content, and what is wrong with it."""
        if self._shared is None:
            target = self._folder() / path.stem
            return target, unpack_file(path, target)
        state = path.stat()
        key = f'{path.resolve()} {state.st_size} {state.st_mtime_ns}'
        folder = self._shared / sha256(key.encode()).hexdigest()[:16]
        target = folder / path.stem
        if target.exists():
            return target, ''
        folder.mkdir(parents=True, exist_ok=True)
        own = folder / f'{os.getpid()}{path.with_suffix("").suffix}'
        flaw = unpack_file(path, own)
        if not flaw:
            own.replace(target)  # Another process may have done the same meanwhile.
        return own if flaw else target, flaw

    def _folder(self) -> Path:
        """A temporary directory of the bag's own."""
        if self._scratch is None:
            folder = TemporaryDirectory(prefix='octo_ros_bag_')
            self._scratch = Path(self._stack.enter_context(folder))
        return self._scratch

    def _listed(self, name: str) -> int:
        """Messages of a file as metadata tells, 0 if it does not."""
        return 0 if self._metadata is None else self._metadata.counts.get(name, 0)

    def _lose(self, place: object, reason: str, messages: int, size: int) -> None:
        if self._log is None:
            raise DamagedFileError(reason)
        self._log.add(place, f'{reason}.', messages, size)

    def _count(self, notes: list[str]) -> dict[str, tuple[str, int]]:
        """Choose the type of every topic; type and number of messages, all types together."""
        self.topics: dict[str, StoredTopic] = {}
        self.counts: Counter[str] = Counter()
        by_kind: dict[str, Counter[StoredTopic]] = {}
        for file in self.files:
            for key, count in file.counts.items():
                topic = file.topics[key]
                by_kind.setdefault(topic.name, Counter())[topic] += count
        found = {}
        for name, kinds in by_kind.items():
            types: Counter[str] = Counter()
            for topic, count in kinds.items():
                types[topic.type] += count
            (chosen, self.counts[name]), *others = types.most_common()
            self.topics[name] = next(
                topic for topic, _ in kinds.most_common() if topic.type == chosen
            )
            found[name] = (chosen, types.total())
            if others:
                told = ', '.join(f'{kind} ({count} messages)' for kind, count in others)
                notes.append(
                    f'{name} has messages of several types: only those of {chosen} '
                    f'({self.counts[name]}) are read, not those of {told}.'
                )
        return found


def _placed(
    file: StorageFile, stretch: int, read: partial[Iterator[StoredMessage]]
) -> Iterator[tuple[tuple[int, int], StoredTopic, bytes | memoryview | Deferred]]:
    try:
        for message in read():
            order = (stretch + message.stretch, message.received_ns)
            yield order, file.topics[message.topic], message.data
    except DamagedFileError as error:
        raise _named(file, error) from error


def _named(file: StorageFile, error: DamagedFileError) -> DamagedFileError:
    return DamagedFileError(f'{file.path.name}: {error}')
