# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Pictures of one camera on disk, laid out as they will stand in the dataset."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, overload

import numpy as np

from octo_ros.data.rlds.wire import FIRST, varint, varint_size
from octo_ros.errors import DatasetError

if TYPE_CHECKING:
    from types import TracebackType

    from numpy.typing import NDArray

COPIED = 1024 * 1024  # bytes held at a time


class Spool:
    """Takes pictures one by one and keeps none of them; use it in a `with` statement.

    The file is the body of a protobuf list, so that any run of pictures is one piece of it.

    Args:
        path: File to write; what is there is replaced.
        framed: Encoded pictures, each behind a tag and its length (BytesList). False for bare
            little-endian float32 numbers (FloatList).
    """

    def __init__(self, path: Path, *, framed: bool = True) -> None:
        self.path = path
        self._framed = framed
        self._offsets = array('q', [0])
        self._file = path.open('wb')

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def append(self, picture: bytes) -> None:
        """Take the next picture."""
        head = _head(picture) if self._framed else b''
        self._file.write(head)
        self._file.write(picture)
        self._offsets.append(self._offsets[-1] + len(head) + len(picture))

    def pictures(self) -> SpooledPictures:
        """All pictures so far; they can be read at once."""
        self._file.flush()
        offsets = np.array(self._offsets, dtype=np.int64)
        return SpooledPictures(self.path, offsets, framed=self._framed)


class SpooledPictures(Sequence[bytes]):
    """A run of pictures in a spool; each is read from disk when it is asked for.

    Args:
        path: The spool's file.
        offsets: int64, shape (n + 1,): where each of the n pictures begins, and where the last one
            ends [bytes].
        framed: As for `Spool`.
    """

    def __init__(self, path: Path, offsets: NDArray[np.int64], *, framed: bool = True) -> None:
        self.path = path
        self.framed = framed
        self.offsets = offsets

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> SpooledPictures: ...
    def __getitem__(self, index: int | slice) -> bytes | SpooledPictures:
        """One picture, or a run of consecutive ones."""
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            if step != 1:
                msg = 'Only consecutive pictures are a run.'
                raise ValueError(msg)
            offsets = self.offsets[start : max(start, stop) + 1]
            return SpooledPictures(self.path, offsets, framed=self.framed)
        row = range(len(self))[index]
        begin, end = int(self.offsets[row]), int(self.offsets[row + 1])
        data = b''.join(self._read(begin, end))
        if not self.framed:
            return data
        # A tag, then a length whose last byte is the first one below 128.
        head = next(i for i in range(1, len(data)) if data[i] < 0x80) + 1
        return data[head:]

    def check(self) -> None:
        """Check that the file is as long as it must be.

        Raises:
            DatasetError: It is missing or shorter.
        """
        size = self.path.stat().st_size if self.path.is_file() else 0
        if size < self.offsets[-1]:
            self._cut_short(size)

    def wire_size(self) -> int:
        """Bytes of `wire`."""
        return int(self.offsets[-1] - self.offsets[0])

    def wire(self) -> Iterator[bytes]:
        """The run as the body of a list, in pieces.

        Raises:
            DatasetError: The file is shorter than it was.
        """
        return self._read(int(self.offsets[0]), int(self.offsets[-1]))

    def _read(self, begin: int, end: int) -> Iterator[bytes]:
        with self.path.open('rb') as file:
            file.seek(begin)
            while begin < end:
                data = file.read(min(COPIED, end - begin))
                if not data:
                    self._cut_short(begin)
                begin += len(data)
                yield data

    def _cut_short(self, size: int) -> NoReturn:
        msg = f'{self.path} ends at byte {size} instead of {self.offsets[-1]}; start anew.'
        raise DatasetError(msg)


def wire_size(pictures: Sequence[bytes], *, framed: bool = True) -> int:
    """Bytes of `wire(pictures)`."""
    if isinstance(pictures, SpooledPictures):
        return pictures.wire_size()
    heads = sum(1 + varint_size(len(p)) for p in pictures) if framed else 0
    return heads + sum(map(len, pictures))


def wire(pictures: Sequence[bytes], *, framed: bool = True) -> Iterator[bytes]:
    """Pictures as the body of a protobuf list, in pieces; `framed` as for `Spool`."""
    if isinstance(pictures, SpooledPictures):
        yield from pictures.wire()
        return
    for picture in pictures:
        if framed:
            yield _head(picture)
        yield picture


def _head(picture: bytes) -> bytes:
    return FIRST + varint(len(picture))
