# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""TFRecord files without TensorFlow.

Frame of a record: u64 length, u32 masked CRC-32C of the length, the data, u32 masked CRC-32C of
the data; all little endian (tensorflow/core/lib/io/record_writer.h).
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NoReturn

import google_crc32c

from octo_ros.errors import DatasetError

LENGTH = struct.Struct('<Q')
CHECKSUM = struct.Struct('<I')


def write_record(file: BinaryIO, data: bytes) -> None:
    """Append one record."""
    length = LENGTH.pack(len(data))
    file.write(length + _checksum(length))
    file.write(data)
    file.write(_checksum(data))


def read_records(path: Path) -> Iterator[bytes]:
    """Read the records of a file one by one.

    Raises:
        DatasetError: A record is cut short or its checksum is wrong.
    """
    for _, data in read_placed_records(path):
        yield data


def read_placed_records(path: Path) -> Iterator[tuple[int, bytes]]:
    """Read the records of a file one by one, each with the byte at which it begins.

    Raises:
        DatasetError: The file cannot be read, a record is cut short, or its checksum is wrong.
    """
    try:
        file = path.open('rb')
    except OSError as error:
        msg = f'{path} cannot be read: {error.strerror}.'
        raise DatasetError(msg) from None
    with file:
        size = os.fstat(file.fileno()).st_size
        place = 0
        while place < size:
            header = file.read(LENGTH.size + CHECKSUM.size)
            if len(header) < LENGTH.size + CHECKSUM.size:
                _damaged(path, place, 'is cut short')
            if header[LENGTH.size :] != _checksum(header[: LENGTH.size]):
                _damaged(path, place, 'has a length with a wrong checksum')
            length = LENGTH.unpack(header[: LENGTH.size])[0]
            end = file.tell() + length + CHECKSUM.size
            if end > size:
                _damaged(path, place, f'is cut short, {end - size} bytes are missing')
            data = file.read(length)
            if file.read(CHECKSUM.size) != _checksum(data):
                _damaged(path, place, f'({length} bytes) has a wrong checksum')
            yield place, data
            place = end


def _damaged(path: Path, place: int, how: str) -> NoReturn:
    msg = f'{path} is damaged: the record that begins at byte {place} {how}.'
    raise DatasetError(msg)


def _checksum(data: bytes) -> bytes:
    crc = google_crc32c.value(data)
    return CHECKSUM.pack((((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF)
