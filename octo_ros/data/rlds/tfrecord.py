# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""TFRecord files without TensorFlow.

Frame of a record: u64 length, u32 masked CRC-32C of the length, the data, u32 masked CRC-32C of
the data; all little endian (tensorflow/core/lib/io/record_writer.h).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

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
    with path.open('rb') as file:
        while header := file.read(LENGTH.size + CHECKSUM.size):
            length = header[: LENGTH.size]
            if len(header) < LENGTH.size + CHECKSUM.size or header[LENGTH.size :] != _checksum(
                length
            ):
                _damaged(path, file)
            size = LENGTH.unpack(length)[0]
            data = file.read(size)
            if len(data) < size or file.read(CHECKSUM.size) != _checksum(data):
                _damaged(path, file)
            yield data


def _damaged(path: Path, file: BinaryIO) -> None:
    msg = f'{path} is damaged: the record before byte {file.tell()} is incomplete or altered.'
    raise DatasetError(msg)


def _checksum(data: bytes) -> bytes:
    crc = google_crc32c.value(data)
    return CHECKSUM.pack((((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF)
