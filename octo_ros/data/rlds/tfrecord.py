# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""TFRecord files without TensorFlow.

Frame of a record: u64 length, u32 masked CRC-32C of the length, the data, u32 masked CRC-32C of
the data; all little endian (tensorflow/core/lib/io/record_writer.h).
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NoReturn

import google_crc32c

from octo_ros.errors import DatasetError

LENGTH = struct.Struct('<Q')
CHECKSUM = struct.Struct('<I')


HEADER_BYTES = LENGTH.size + CHECKSUM.size  # of a record, before its data
CHUNK_BYTES = 1024 * 1024
FRAME_BYTES = HEADER_BYTES + CHECKSUM.size  # beside its data


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
    """Where the data of a file's records begins, and its sizes [bytes]; the data is not read.

    Raises:
        DatasetError: The file cannot be read, is cut short, or a length's checksum is wrong.
    """
    with _opened(path) as file:
        yield from _spans(path, file)


def check_records(path: Path) -> None:
    """Check every checksum of a file; of a record little is held at a time.

    Raises:
        DatasetError: As `read_records`.
    """
    with _opened(path) as file:
        for begin, size in _spans(path, file):
            file.seek(begin)
            crc, left = 0, size
            while left and (data := file.read(min(left, CHUNK_BYTES))):
                crc = google_crc32c.extend(crc, data)
                left -= len(data)
            if left or file.read(CHECKSUM.size) != _mask(crc):
                _damaged(path, begin - HEADER_BYTES, f'({size} bytes) has a wrong checksum')


def read_records(path: Path) -> Iterator[bytes]:
    """Read the records of a file one by one.

    Raises:
        DatasetError: The file cannot be read, is cut short, or a checksum is wrong.
    """
    for _, data in read_placed_records(path):
        yield data


def read_placed_records(path: Path) -> Iterator[tuple[int, bytes]]:
    """Read the records of a file one by one, each with the byte at which it begins.

    Raises:
        DatasetError: As `read_records`.
    """
    with _opened(path) as file:
        for begin, size in _spans(path, file):
            file.seek(begin)
            data = file.read(size)
            if file.read(CHECKSUM.size) != _checksum(data):
                _damaged(path, begin - HEADER_BYTES, f'({size} bytes) has a wrong checksum')
            yield begin - HEADER_BYTES, data


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open('rb')
    except OSError as error:
        msg = f'{path} cannot be read: {error.strerror}.'
        raise DatasetError(msg) from None


def _spans(path: Path, file: BinaryIO) -> Iterator[tuple[int, int]]:
    end = os.fstat(file.fileno()).st_size
    place = 0
    while place < end:
        file.seek(place)
        header = file.read(HEADER_BYTES)
        if len(header) < HEADER_BYTES:
            _damaged(path, place, 'is cut short')
        length = header[: LENGTH.size]
        if header[LENGTH.size :] != _checksum(length):
            _damaged(path, place, 'has a length with a wrong checksum')
        size = int(LENGTH.unpack(length)[0])
        begin, place = place + HEADER_BYTES, place + size + FRAME_BYTES
        if place > end:
            _damaged(path, begin - HEADER_BYTES, f'is cut short, {place - end} bytes are missing')
        yield begin, size


def _damaged(path: Path, place: int, how: str) -> NoReturn:
    msg = f'{path} is damaged: the record that begins at byte {place} {how}.'
    raise DatasetError(msg)


def _checksum(data: bytes) -> bytes:
    return _mask(google_crc32c.value(data))


def _mask(crc: int) -> bytes:
    return CHECKSUM.pack((((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF)
