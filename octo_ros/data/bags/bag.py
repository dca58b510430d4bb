# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""ROS 2 bags (sqlite3, MCAP) read one message at a time, in the order of arrival, without ROS."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import ExitStack
from functools import lru_cache, partial
from pathlib import Path
from types import TracebackType

import numpy as np

from octo_ros.data.bags.bag_files import find_files
from octo_ros.data.bags.bag_message import BagMessage
from octo_ros.data.bags.bag_storage import FOREVER_NS, BagStorage
from octo_ros.data.bags.compression import unpack_message
from octo_ros.data.bags.deferred import Deferred
from octo_ros.data.bags.late_picture import KINDS, START, LatePicture, late_picture
from octo_ros.data.bags.loss_log import LossLog
from octo_ros.data.bags.losses import BagLosses
from octo_ros.data.bags.message_types import begins_with_header, decoder
from octo_ros.data.bags.stamps import TopicStamps, header_stamps
from octo_ros.data.bags.storage import DamagedFileError, StoredTopic
from octo_ros.errors import BagError
from octo_ros.observation.stamps import message_stamp_ns

__all__ = ['Bag', 'BagMessage']

KEPT = 4  # pictures that were read late, those of one observation


class Bag:
    """A bag, opened for reading; use it in a `with` statement.

    Read is everything that stock `ros2 bag record` writes. Messages come in the order of arrival:
    by the recorder's stamps, over all files; where the recorder's clock was set back by more than
    a second, what came after it stays after it. Message types come from the definitions that the
    bag carries, else from ROS 2 Jazzy's common ones. Nothing is written beside the bag: packed
    files are unpacked into a temporary directory. Where metadata.yaml and the files disagree, the
    files are believed, and `notes` tells it.

    Args:
        path: Bag directory, or a single `.mcap` or `.db3` file.
        salvage: Read what can be read of a damaged bag and keep account of the rest in `losses`;
            otherwise a damaged bag is refused.
        scratch: Directory in which packed files are unpacked once, for all who name the same one;
            its owner removes it. By default every opening unpacks for itself and cleans up.

    Raises:
        BagError: On entering: the path is missing, is a ROS 1 bag, is damaged (the text tells what
            could be salvaged), or holds no message.
    """

    def __init__(self, path: Path, salvage: bool = False, scratch: Path | None = None) -> None:
        self.path = Path(path)
        self.salvage = salvage
        self._scratch = scratch
        # Who decodes a picture asks for one field after the other.
        self._pictures = lru_cache(maxsize=KEPT)(self._load)

    def __enter__(self) -> Bag:
        self._stack = ExitStack()
        self._log = LossLog()
        self._stamps: dict[str, TopicStamps] = {}
        try:
            files = find_files(self.path)
            log = self._log if self.salvage else None
            self._storage = BagStorage(files, log, self._stack, self._scratch)
            if self.message_count == 0:
                raise BagError(self._empty())
        except DamagedFileError as error:
            self._stack.close()
            raise self._damaged(error) from error
        except OSError as error:
            self._stack.close()
            raise self._unreadable(error) from error
        except BaseException:
            self._stack.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    @property
    def topics(self) -> dict[str, str]:
        """Topics with at least one message, and their types."""
        return {name: topic.type for name, topic in sorted(self._storage.topics.items())}

    @property
    def counts(self) -> dict[str, int]:
        """Messages per topic, as the files tell before they are read."""
        return {name: self._storage.counts[name] for name in self.topics}

    @property
    def message_count(self) -> int:
        """Messages in all."""
        return sum(self._storage.counts.values())

    @property
    def start_ns(self) -> int:
        """Arrival of the first message [ns]."""
        return self._storage.start_ns

    @property
    def end_ns(self) -> int:
        """Arrival of the last message [ns]."""
        return self._storage.end_ns

    @property
    def files(self) -> tuple[Path, ...]:
        """The storage files, in the order of recording."""
        return self._storage.paths

    @property
    def compression(self) -> str:
        """How it is compressed, for people; 'none' if not."""
        return self._storage.compression

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about what is peculiar but harmless, such as wrong metadata."""
        return self._storage.notes

    @property
    def losses(self) -> BagLosses:
        """What was found to be lost so far: grows while a salvaged bag is read."""
        return self._log.losses

    def require(self, topic: str, types: Collection[str], purpose: str) -> None:
        """Check that a topic is there and has one of the expected types.

        Args:
            topic: Topic name.
            types: Allowed types, as in `sensor_msgs/msg/Image`.
            purpose: What it is needed for, as a noun; part of the message.

        Raises:
            BagError: It is missing, has another type, or its type cannot be decoded.
        """
        found = self._storage.topics.get(topic)
        if found is None:
            msg = (
                f'{self.path} has no messages on {topic}, which is needed as {purpose}. It has: '
                f'{", ".join(sorted(self.topics))}. Name another topic on the command line.'
            )
            raise BagError(msg)
        if found.type not in types:
            msg = (
                f'{topic} of {self.path} has type {found.type}; as {purpose} it must be '
                f'{" or ".join(types)}.'
            )
            raise BagError(msg)
        decoder(found)

    def messages(
        self,
        topics: Collection[str],
        start_ns: int | None = None,
        end_ns: int | None = None,
        *,
        late_pictures: bool = False,
    ) -> Iterator[BagMessage]:
        """Read messages in the order of arrival.

        Everything that is read is checked as far as its file permits: by the checksums of MCAP
        chunks, which then are read whole, and by the form of the records.

        Args:
            topics: Topics to read; those that the bag lacks give nothing.
            start_ns: First arrival wanted [ns].
            end_ns: Last arrival wanted [ns].
            late_pictures: Camera messages may be a `LatePicture`, which reads its picture when
                it is looked at, and only while the bag is open; damage of a picture at which
                nobody looks then is not found, but where a checksum covers it. In a salvaged bag
                nothing is late.

        Raises:
            BagError: The bag is damaged and was not opened to salvage, or a type is unknown.
        """
        first, last = _limits(start_ns, end_ns)
        late = KINDS if late_pictures else ()
        try:
            for received_ns, topic, data in self._storage.messages(set(topics), first, last, late):
                value = self._value(received_ns, topic, data)
                if isinstance(value, LatePicture):
                    yield BagMessage(topic.name, received_ns, value.stamp_ns or received_ns, value)
                elif value is not None:
                    stamp_ns = message_stamp_ns(value, received_ns)
                    yield BagMessage(topic.name, received_ns, stamp_ns, value)
        except DamagedFileError as error:
            raise self._damaged(error) from error
        except OSError as error:
            raise self._unreadable(error) from error

    def arrivals(
        self, topic: str, start_ns: int | None = None, end_ns: int | None = None
    ) -> list[int]:
        """Arrival times of a topic's messages [ns], read without decoding them."""
        first, last = _limits(start_ns, end_ns)
        arrivals = self.stamps(topic).received_ns
        return [int(a) for a in arrivals[(arrivals >= first) & (arrivals <= last)]]

    def has_header(self, topic: str) -> bool:
        """Whether a topic's messages begin with a header; False for one that is not there."""
        stored = self._storage.topics.get(topic)
        return stored is not None and begins_with_header(stored)

    def stamps(self, topic: str) -> TopicStamps:
        """Arrival and header stamp of every message of a topic, read without decoding them.

        A topic that the bag lacks gives empty arrays.

        Raises:
            BagError: The bag is damaged and was not opened to salvage.
        """
        if topic in self._stamps:
            return self._stamps[topic]
        received_ns: list[int] = []
        heads: list[bytes] = []
        try:
            for received, _, head in self._storage.heads({topic}):
                received_ns.append(received)
                heads.append(bytes(head))
        except DamagedFileError as error:
            raise self._damaged(error) from error
        except OSError as error:
            raise self._unreadable(error) from error
        self._stamps[topic] = TopicStamps(
            np.array(received_ns, dtype=np.int64),
            header_stamps(heads) if self.has_header(topic) else None,
        )
        return self._stamps[topic]

    def _value(
        self, received_ns: int, topic: StoredTopic, data: bytes | memoryview | Deferred
    ) -> object:
        """The message, maybe read later; None if it is damaged and the bag is salvaged."""
        if not isinstance(data, Deferred):
            return self._decoded(received_ns, topic, data)
        load = partial(self._pictures, received_ns, topic, data)
        return late_picture(topic, data.start(START), load) or load()

    def _load(self, received_ns: int, topic: StoredTopic, data: Deferred) -> object:
        try:
            return self._decoded(received_ns, topic, data.whole())
        except DamagedFileError as error:
            raise self._damaged(error) from error
        except OSError as error:
            raise self._unreadable(error) from error

    def _decoded(self, received_ns: int, topic: StoredTopic, data: bytes | memoryview) -> object:
        """The message; None if it is damaged and the bag is salvaged."""
        decode = decoder(topic)
        try:
            return decode(unpack_message(data))
        except DamagedFileError as error:
            reason = f'a message of {topic.name} ({topic.type}) cannot be read: {error}'
            if not self.salvage:
                raise DamagedFileError(reason) from error
            self._log.add((topic.name, received_ns), f'{reason}.', 1, len(data))
            return None

    def _damaged(self, error: DamagedFileError) -> BagError:
        """One sentence: what is wrong, how much can be read, and how."""
        reason = str(error)
        if self.path.is_file():
            reason = reason.removeprefix(f'{self.path.name}: ')
        what = f'{self.path} is damaged: {reason}.'
        if self.salvage:
            return BagError(f'{what} Nothing of it can be read.')
        try:
            with Bag(self.path, True, self._scratch) as bag:
                count, start_ns, end_ns = bag._readable()
                lost = bag.losses.lost_messages
        except BagError:
            return BagError(f'{what} Nothing of it can be read.')
        known = f' (known to be lost: {lost})' if lost else ''
        return BagError(
            f'{what} Messages that can be read: {count}{known}, over '
            f'{(end_ns - start_ns) / 1e9:.1f} s; --salvage keeps them.'
        )

    def _unreadable(self, error: OSError) -> BagError:
        return BagError(f'{self.path} cannot be read: {error}.')

    def _readable(self) -> tuple[int, int, int]:
        """Number of messages that can be read, first and last arrival [ns]; reads everything."""
        count, start_ns, end_ns = 0, self.end_ns, self.start_ns
        for received_ns, _, _ in self._storage.heads(self.topics.keys()):
            count += 1
            start_ns, end_ns = min(start_ns, received_ns), max(end_ns, received_ns)
        return count, min(start_ns, end_ns), end_ns

    def _empty(self) -> str:
        if self.losses:
            reasons = ' '.join(self.losses.sentences)
            return f'{self.path} is damaged, and no message of it can be read. {reasons}'
        return f'{self.path} holds no message. Was the recording stopped before data came?'


def _limits(start_ns: int | None, end_ns: int | None) -> tuple[int, int]:
    return 0 if start_ns is None else start_ns, FOREVER_NS if end_ns is None else end_ns
