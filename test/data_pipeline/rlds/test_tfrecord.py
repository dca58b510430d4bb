# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The framing, against a reader and a checksum written from the format's description alone."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.data.rlds.tfrecord import read_records, write_record
from octo_ros.errors import DatasetError


def crc32c(data):
    """Castagnoli, reflected, bit by bit."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 & -(crc & 1))
    return crc ^ 0xFFFFFFFF


def masked(data):
    crc = crc32c(data)
    return (((crc >> 15) | (crc << 17)) + 0xA282EAD8) & 0xFFFFFFFF


def test_the_checksum_of_the_test_is_right():
    assert crc32c(b'123456789') == 0xE3069283  # RFC 3720, B.4


@given(st.lists(st.binary(max_size=40), max_size=4))
def test_records_are_framed_as_described(tmp_path_factory, records):
    path = tmp_path_factory.mktemp('records') / 'file'
    with path.open('wb') as file:
        for record in records:
            write_record(file, record)
    expected = b''.join(
        struct.pack('<Q', len(r))
        + struct.pack('<I', masked(struct.pack('<Q', len(r))))
        + r
        + struct.pack('<I', masked(r))
        for r in records
    )
    assert path.read_bytes() == expected
    assert list(read_records(path)) == records


@pytest.mark.parametrize('damage', [slice(0, 1), slice(9, 10), slice(14, 15), slice(-1, None)])
def test_altered_records_are_refused(tmp_path, damage):
    path = tmp_path / 'file'
    with path.open('wb') as file:
        write_record(file, b'some data')
    data = bytearray(path.read_bytes())
    data[damage] = bytes([data[damage][0] ^ 1])
    path.write_bytes(data)
    with pytest.raises(DatasetError, match='is damaged'):
        list(read_records(path))


@pytest.mark.parametrize('length', [3, 11, 15, 24])
def test_cut_off_records_are_refused(tmp_path, length):
    path = tmp_path / 'file'
    with path.open('wb') as file:
        write_record(file, b'some data')
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(DatasetError, match='is damaged'):
        list(read_records(path))
