# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import struct

import pytest

from octo_ros.data.bags.bag import Bag
from octo_ros.data.bags.stamps import header_stamps

MS = 1_000_000
START = 1_700_000_000_000 * MS


def test_both_byte_orders_and_messages_that_are_too_short():
    little = b'\0\1\0\0' + struct.pack('<iI', 5, 7)
    big = b'\0\0\0\0' + struct.pack('>iI', -5, 7)
    assert header_stamps([little, big + b'rest', b'\0\1']).tolist() == [
        5_000_000_007,
        -4_999_999_993,
        0,
    ]
    assert header_stamps([]).tolist() == []


@pytest.mark.parametrize('suffix', ['mcap', 'db3'])
def test_stamps_of_a_topic(tmp_path, bag, serialised, files, suffix):
    bag.image(0, '/camera', 1, delay=50)
    bag.image(10, '/camera', 2, delay=20)
    bag.string(35, '/words', 'hello')
    path = files.plain(tmp_path / f'one.{suffix}', serialised())
    with Bag(path) as opened:
        stamps = opened.stamps('/camera')
        assert (stamps.received_ns - START).tolist() == [30 * MS, 50 * MS]
        assert (stamps.header_ns - START).tolist() == [10 * MS, 0]
        words = opened.stamps('/words')
        assert (words.received_ns.tolist(), words.header_ns) == ([START + 35 * MS], None)
        assert opened.stamps('/none').received_ns.tolist() == []


@pytest.mark.parametrize('suffix', ['mcap', 'db3'])
def test_pictures_are_not_read_for_their_stamps(tmp_path, bag, serialised, files, suffix):
    for i in range(5):
        bag.image(10 * i, '/camera', i)
    path = files.plain(tmp_path / f'one.{suffix}', serialised())
    with Bag(path) as opened:
        (file,) = opened._storage.files
        heads = list(file.heads(file.topics))
    assert [len(head.data) for head in heads] == [12] * 5
