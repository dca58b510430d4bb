# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""TFRecord files without TensorFlow.

Frame of a record: u64 length, u32 masked CRC-32C of the length, the data, u32 masked CRC-32C of
the data; all little endian (tensorflow/core/lib/io/record_writer.h).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import google_crc32c

from octo_ros.errors import DatasetError

LENGTH = struct.Struct('<Q')
CHECKSUM = struct.Struct('<I')


FRAME_BYTES = LENGTH.size + 2 * CHECKSUM.size  # of a record, beside its data


def write_record(file: BinaryIO, data: bytes) -> None:
    """Append one record."""
    write_pieces(file, len(data), [data])


def write_pieces(file: BinaryIO, size: int, pieces: Iterable[bytes]) -> None:
    """Append one record that comes in pieces.

    Args:
        file: Where to.
        size: Bytes of all pieces together.
        pieces: The data.

    Raises:
        ValueError: The pieces are not `size` bytes; the file is then damaged.
    """
    length = LENGTH.pack(size)
    file.write(length + _mask(google_crc32c.value(length)))
    crc = written = 0
    for piece in pieces:
        file.write(piece)
        crc = google_crc32c.extend(crc, piece)
        written += len(piece)
    if written != size:
        msg = f'A record of {size} bytes was announced, {written} came.'
        raise ValueError(msg)
    file.write(_mask(crc))


def record_spans(path: Path) -> Iterator[tuple[int, int]]:
    """Where the records of a file begin, and their sizes [bytes]; their data is not read.

    Raises:
        DatasetError: The file is cut short, or a length's checksum is wrong.
    """
    end = path.stat().st_size
    with path.open('rb') as file:
        while header := file.read(LENGTH.size + CHECKSUM.size):
            size = _size_of(header, path, file)
            begin = file.tell()
            if begin + size + CHECKSUM.size > end:
                _damaged(path, file)
            yield begin, size
            file.seek(begin + size + CHECKSUM.size)


def read_records(path: Path) -> Iterator[bytes]:
    """Read the records of a file one by one.

    Raises:
        DatasetError: A record is cut short or its checksum is wrong.
    """
    with path.open('rb') as file:
        while header := file.read(LENGTH.size + CHECKSUM.size):
            size = _size_of(header, path, file)
            data = file.read(size)
            if len(data) < size or file.read(CHECKSUM.size) != _checksum(data):
                _damaged(path, file)
            yield data


def _size_of(header: bytes, path: Path, file: BinaryIO) -> int:
    length = header[: LENGTH.size]
    if len(header) < LENGTH.size + CHECKSUM.size or header[LENGTH.size :] != _checksum(length):
        _damaged(path, file)
    return int(LENGTH.unpack(length)[0])


def _damaged(path: Path, file: BinaryIO) -> None:
    msg = f'{path} is damaged: the record before byte {file.tell()} is incomplete or altered.'
    raise DatasetError(msg)


def _checksum(data: bytes) -> bytes:
    return _mask(google_crc32c.value(data))


def _mask(crc: int) -> bytes:
    return CHECKSUM.pack((((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF)
