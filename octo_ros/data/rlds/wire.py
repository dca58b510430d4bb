# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The little of the protobuf wire format that streaming a tf.train.Example takes.

An Example is a map from feature names to lists; a list of encoded pictures is nothing but each
picture behind its tag and length, so gigabytes of them can be written and skipped without being
held (https://protobuf.dev/programming-guides/encoding; tensorflow/core/example/feature.proto).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from octo_ros.errors import DatasetError

FIRST = b'\x0a'  # field 1, length-delimited: Example.features, Features.feature, a map's key …
SECOND = b'\x12'  # field 2, length-delimited: a map's value, Feature.float_list
MAX_VARINT = 10  # bytes


def varint(value: int) -> bytes:
    """A length as protobuf writes it."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def varint_size(value: int) -> int:
    """Bytes of `varint(value)`."""
    return max(1, (value.bit_length() + 6) // 7)


def entry_header(name: str, feature_size: int) -> bytes:
    """What stands before a Feature of that size in Features, its name included."""
    key = name.encode()
    inside = FIRST + varint(len(key)) + key + SECOND + varint(feature_size)
    return FIRST + varint(len(inside) + feature_size) + inside


def bytes_list_header(size: int) -> bytes:
    """What stands before a BytesList of that size in a Feature."""
    return FIRST + varint(size)


def float_list_header(size: int) -> bytes:
    """What stands before packed floats of that size [bytes] in a Feature: list, then values."""
    values = FIRST + varint(size)
    return SECOND + varint(len(values) + size) + values


def features_in(file: BinaryIO, size: int) -> Iterator[tuple[str, int]]:
    """Name and size of each Feature of an Example, the file standing before its bytes.

    The caller may read or leave the Feature; what was left is skipped.

    Args:
        file: Stands at the Example.
        size: Of the Example.

    Raises:
        DatasetError: It is no Example, or not as `octo_ros` writes one.
    """
    end = file.tell() + size
    _expect(file, FIRST)
    features = _varint_of(file)
    if file.tell() + features != end:
        _refuse(file)
    while file.tell() < end:
        _expect(file, FIRST)
        entry = _varint_of(file)
        entry_end = file.tell() + entry
        _expect(file, FIRST)
        name = file.read(_varint_of(file)).decode()
        _expect(file, SECOND)
        feature = _varint_of(file)
        if file.tell() + feature != entry_end:
            _refuse(file)
        yield name, feature
        file.seek(entry_end)


def _expect(file: BinaryIO, tag: bytes) -> None:
    if file.read(1) != tag:
        _refuse(file)


def _varint_of(file: BinaryIO) -> int:
    value = 0
    for i in range(MAX_VARINT):
        byte = file.read(1)
        if not byte:
            break
        value |= (byte[0] & 0x7F) << (7 * i)
        if byte[0] < 0x80:
            return value
    _refuse(file)
    raise AssertionError  # _refuse never returns


def _refuse(file: BinaryIO) -> None:
    name = getattr(file, 'name', 'The record')
    msg = f'{name} holds no tf.train.Example before byte {file.tell()}; is it an RLDS dataset?'
    raise DatasetError(msg)
