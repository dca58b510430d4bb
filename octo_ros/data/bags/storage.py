# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What every kind of storage file offers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from octo_ros.errors import BagError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from octo_ros.data.bags.deferred import Deferred


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
        data: Serialised message, its head only, or what reads it.
    """

    stretch: int
    received_ns: int
    topic: int
    data: bytes | memoryview | Deferred


class StoredHeads(NamedTuple):
    """Many messages at once, without their content; n of them.

    Attributes:
        stretch: As in `StoredMessage`, int64 (n,).
        received_ns: int64 (n,).
        topic: int64 (n,).
        heads: First bytes of each, uint8 (n, HEAD_SIZE).
    """

    stretch: NDArray[np.int64]
    received_ns: NDArray[np.int64]
    topic: NDArray[np.int64]
    heads: NDArray[np.uint8]


class StorageFile(Protocol):
    """One opened file."""

    @property
    def path(self) -> Path:
        """The file."""

    @property
    def topics(self) -> Mapping[int, StoredTopic]:
        """Key → topic."""

    @property
    def counts(self) -> Mapping[int, int]:
        """Key → number of messages; topics without any may be left out."""

    @property
    def start_ns(self) -> int:
        """First arrival [ns]; 0 in a file without messages."""

    @property
    def end_ns(self) -> int:
        """Last arrival [ns]."""

    @property
    def stretches(self) -> int:
        """1 + how often the recorder's clock was set back."""

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about peculiarities."""

    @property
    def compression(self) -> str:
        """How its messages are compressed, for people; '' if not."""

    def messages(
        self, topics: Collection[int], start_ns: int, end_ns: int, late: Collection[int] = ()
    ) -> Iterator[StoredMessage]:
        """Messages by stretch, then by arrival; both ends of the range included.

        Args:
            topics: Keys of those wanted.
            start_ns: First arrival [ns].
            end_ns: Last arrival [ns].
            late: Those whose messages may come as `Deferred`, where that saves reading.

        Raises:
            DamagedFileError: Part of the file is unreadable, and it was not opened to salvage.
        """

    def heads(self, topics: Collection[int]) -> Iterator[StoredHeads]:
        """The same for all times, with only the first bytes of each message.

        Sorted by stretch and arrival, and else left as they are, they are in the same order.

        Raises:
            DamagedFileError: As above.
        """

    def close(self) -> None:
        """Release the file."""


def modern_type(name: str) -> str:
    """A type's name as `pkg/msg/Name`; old files spell it `pkg/Name`, IDL `pkg::msg::Name`."""
    parts = name.replace('::', '/').split('/')
    return f'{parts[0]}/msg/{parts[1]}' if len(parts) == 2 else '/'.join(parts)
