# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.model.msgpack_items import Item, ItemReader


@given(value=st.integers(-(2**63), 2**64 - 1))
def test_integers(value):
    reader = ItemReader(msgpack.packb(value))
    assert reader.next() == Item('int', value)
    assert reader.remaining == 0


@given(text=st.text(max_size=400))
def test_strings(text):
    reader = ItemReader(msgpack.packb(text))
    assert reader.string() == text
    assert reader.remaining == 0


@pytest.mark.parametrize('size', [0, 1, 15, 16, 17, 31, 32, 255, 256, 65_535, 65_536])
def test_lengths(size):
    for value, item in (
        (bytes(size), Item('bin', size)),
        ('a' * size, Item('str', size)),
        ([0] * size, Item('array', size)),
        ({f'{i}': 0 for i in range(size)}, Item('map', size)),
        (msgpack.ExtType(5, bytes(size)), Item('ext', size)),
    ):
        assert ItemReader(msgpack.packb(value)).next() == item


def test_the_rest():
    for value, item in (
        (None, Item('nil')),
        (False, Item('bool', 0)),
        (True, Item('bool', 1)),
        (0.5, Item('float')),
    ):
        reader = ItemReader(msgpack.packb(value))
        assert reader.next() == item
        assert reader.remaining == 0
    reader = ItemReader(msgpack.packb(0.5, use_single_float=True))
    assert (reader.next(), reader.remaining) == (Item('float'), 0)


def test_extensions_tell_their_type():
    for code in (0, 1, 127):
        reader = ItemReader(msgpack.packb(msgpack.ExtType(code, b'abc')))
        reader.next_of('ext', 'a leaf')
        assert reader.extension_type() == code
    reader = ItemReader(b'\xd4\xff\x00')
    reader.next_of('ext', 'a leaf')
    assert reader.extension_type() == -1


def test_limits():
    reader = ItemReader(msgpack.packb([1, 2]) + b'\x03')
    reader.expect('array', 'numbers')
    before = reader.limit(1)
    assert reader.next().value == 1
    with pytest.raises(ValueError, match='needs 1 bytes where 0 are left of it'):
        reader.next()
    reader.unlimit(before)
    assert [reader.next().value for _ in range(2)] == [2, 3]
    with pytest.raises(ValueError, match='cut off after 4 bytes'):
        reader.next()


def test_a_limit_beyond_the_end_is_refused():
    with pytest.raises(ValueError, match='cut off after 3 bytes'):
        ItemReader(b'abc').limit(4)


def test_what_a_limit_leaves_over_is_refused():
    reader = ItemReader(b'\x01\x02\x03')
    before = reader.limit(2)
    reader.next()
    with pytest.raises(ValueError, match='followed by 1 bytes'):
        reader.unlimit(before)


def test_skipping():
    reader = ItemReader(b'ab\x05')
    reader.skip(2)
    assert reader.next() == Item('int', 5)
    with pytest.raises(ValueError, match='cut off'):
        reader.skip(1)


def test_another_kind_is_named():
    with pytest.raises(ValueError, match='a shape must be a list, not an extension'):
        ItemReader(b'\xd4\x01\x00').expect('array', 'a shape')
