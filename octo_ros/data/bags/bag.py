# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""ROS 2 bags (sqlite3, MCAP) read one message at a time, in the order of arrival, without ROS."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from rosbags.highlevel import AnyReader
from rosbags.typesys import Stores, get_typestore

from octo_ros.errors import BagError
from octo_ros.observation.stamps import message_stamp_ns

ROS1_MAGIC = b'#ROSBAG'


@dataclass(frozen=True)
class BagMessage:
    """One message.

    Attributes:
        topic: Its topic.
        received_ns: When it arrived at the recorder [ns].
        stamp_ns: When it was measured: header stamp, else `received_ns`.
        value: The message itself; field names as in its definition.
    """

    topic: str
    received_ns: int
    stamp_ns: int
    value: Any


class Bag:
    """A bag, opened for reading; use it in a `with` statement.

    Message types come from the definitions that the bag carries, else from ROS 2 Jazzy's common
    ones.

    Args:
        path: Bag directory, or a single `.mcap` or `.db3` file.

    Raises:
        BagError: On entering: the path is missing, is a ROS 1 bag, is unreadable, or holds no
            message.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def __enter__(self) -> Bag:
        self._check_path()
        with self._explained('cannot be opened'):
            # Definitions inside the bag win over the default ones.
            self._reader = AnyReader(
                [self.path], default_typestore=get_typestore(Stores.ROS2_JAZZY)
            )
            self._reader.open()
        if self._reader.message_count == 0:
            self._reader.close()
            msg = f'{self.path} holds no message. Was the recording stopped before data came?'
            raise BagError(msg)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._reader.close()

    @property
    def topics(self) -> dict[str, str]:
        """Topics with at least one message, and their types."""
        return {c.topic: c.msgtype for c in self._reader.connections if c.msgcount}

    @property
    def start_ns(self) -> int:
        """Arrival of the first message [ns]."""
        return int(self._reader.start_time)

    @property
    def end_ns(self) -> int:
        """Arrival of the last message [ns]."""
        return int(self._reader.end_time) - 1

    def require(self, topic: str, types: Collection[str], purpose: str) -> None:
        """Check that a topic is there and has one of the expected types.

        Args:
            topic: Topic name.
            types: Allowed types, as in `sensor_msgs/msg/Image`.
            purpose: What it is needed for, as a noun; part of the message.

        Raises:
            BagError: It is missing or has another type.
        """
        found = self.topics.get(topic)
        if found is None:
            msg = (
                f'{self.path} has no messages on {topic}, which is needed as {purpose}. It has: '
                f'{", ".join(sorted(self.topics))}. Name another topic on the command line.'
            )
            raise BagError(msg)
        if found not in types:
            msg = (
                f'{topic} of {self.path} has type {found}; as {purpose} it must be '
                f'{" or ".join(types)}.'
            )
            raise BagError(msg)

    def messages(
        self, topics: Collection[str], start_ns: int | None = None, end_ns: int | None = None
    ) -> Iterator[BagMessage]:
        """Read messages in the order of arrival.

        Args:
            topics: Topics to read; those that the bag lacks give nothing.
            start_ns: First arrival wanted [ns].
            end_ns: Last arrival wanted [ns].

        Raises:
            BagError: The bag is damaged, or a type is unknown.
        """
        for topic, kind, received_ns, raw in self._raw(topics, start_ns, end_ns):
            with self._explained(f'holds a message of {topic} ({kind}) that cannot be read'):
                value = self._reader.deserialize(raw, kind)
            yield BagMessage(topic, received_ns, message_stamp_ns(value, received_ns), value)

    def arrivals(
        self, topic: str, start_ns: int | None = None, end_ns: int | None = None
    ) -> list[int]:
        """Arrival times of a topic's messages [ns], read without decoding them."""
        return [received_ns for _, _, received_ns, _ in self._raw([topic], start_ns, end_ns)]

    def _raw(
        self, topics: Collection[str], start_ns: int | None, end_ns: int | None
    ) -> Iterator[tuple[str, str, int, bytes]]:
        connections = [c for c in self._reader.connections if c.topic in topics and c.msgcount]
        if not connections:
            return
        stop_ns = None if end_ns is None else end_ns + 1
        with self._explained('is damaged'):
            for connection, received_ns, raw in self._reader.messages(
                connections, start_ns, stop_ns
            ):
                yield connection.topic, connection.msgtype, int(received_ns), raw

    def _check_path(self) -> None:
        if not self.path.exists():
            msg = f'There is no bag at {self.path}.'
            raise BagError(msg)
        if self.path.is_file():
            with self.path.open('rb') as file:
                ros1 = file.read(len(ROS1_MAGIC)) == ROS1_MAGIC
            if ros1 or self.path.suffix == '.bag':
                msg = (
                    f'{self.path} is a ROS 1 bag; only ROS 2 bags are read. '
                    f'Convert it first: rosbags-convert --src {self.path} --dst NEW_BAG.'
                )
                raise BagError(msg)

    @contextmanager
    def _explained(self, what: str) -> Iterator[None]:
        """Turn whatever the storage libraries raise into one sentence about this bag."""
        try:
            yield
        except (GeneratorExit, BagError):
            raise
        except Exception as error:
            msg = f'{self.path} {what}: {error or type(error).__name__}'
            raise BagError(msg) from error
