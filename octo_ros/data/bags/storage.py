# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What every kind of storage file offers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from octo_ros.errors import BagError


class DamagedFileError(BagError):
    """A file of a bag is damaged; the text says where and how."""


@dataclass(frozen=True)
class StoredTopic:
    """A topic as one file announces it.

    Attributes:
        name: Its name.
        type: Message type, spelled `pkg/msg/Name`.
        serialization: 'cdr' in every stock bag.
        encoding: Language of the definition: 'ros2msg', 'ros2idl', or '' without one.
        definition: Text of the type and those that it uses, or ''.
    """

    name: str
    type: str
    serialization: str = 'cdr'
    encoding: str = ''
    definition: str = ''


class StoredMessage(NamedTuple):
    """A serialised message.

    Attributes:
        stretch: How often the recorder's clock had been set back before, in this file.
        received_ns: Arrival [ns].
        topic: Key of the topic in the file.
        data: Serialised message, or its head only.
    """

    stretch: int
    received_ns: int
    topic: int
    data: bytes | memoryview


class StorageFile(Protocol):
    """One opened file.

    Attributes:
        path: The file.
        topics: Key → topic.
        counts: Key → number of messages.
        start_ns: First arrival [ns]; 0 in a file without messages.
        end_ns: Last arrival [ns].
        stretches: 1 + how often the recorder's clock was set back.
        notes: Sentences about peculiarities.
        compression: How its messages are compressed, for people; '' if not.
    """

    path: Path
    topics: Mapping[int, StoredTopic]
    counts: Mapping[int, int]
    start_ns: int
    end_ns: int
    stretches: int
    notes: tuple[str, ...]
    compression: str

    def messages(
        self, topics: Collection[int], start_ns: int, end_ns: int
    ) -> Iterator[StoredMessage]:
        """Messages by stretch, then by arrival; both ends of the range included.

        Raises:
            DamagedFileError: Part of the file is unreadable, and it was not opened to salvage.
        """

    def heads(self, topics: Collection[int]) -> Iterator[StoredMessage]:
        """The same for all times, with only the first bytes of each message.

        Raises:
            DamagedFileError: As above.
        """

    def close(self) -> None:
        """Release the file."""


def modern_type(name: str) -> str:
    """A type's name as `pkg/msg/Name`; old files spell it `pkg/Name`, IDL `pkg::msg::Name`."""
    parts = name.replace('::', '/').split('/')
    return f'{parts[0]}/msg/{parts[1]}' if len(parts) == 2 else '/'.join(parts)
