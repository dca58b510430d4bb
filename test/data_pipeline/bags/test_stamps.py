# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import os
import struct
import tracemalloc

import pytest

from octo_ros.data.bags import mcap_chunks
from octo_ros.data.bags.bag import Bag
from octo_ros.data.bags.stamps import head_table, stamps_in
from octo_ros.data.timing.bag_timings import bag_timings

MS = 1_000_000
START = 1_700_000_000_000 * MS


def test_both_byte_orders_and_messages_that_are_too_short():
    little = b'\0\1\0\0' + struct.pack('<iI', 5, 7)
    big = b'\0\0\0\0' + struct.pack('>iI', -5, 7)
    assert stamps_in(head_table([little, big + b'rest', b'\0\1'])).tolist() == [
        5_000_000_007,
        -4_999_999_993,
        0,
    ]
    assert stamps_in(head_table([])).tolist() == []


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


def test_large_messages_are_not_read_for_their_stamps(tmp_path, second, files, monkeypatch):
    """Twenty pictures of 9 kB in segments of 20 kB, read by their heads alone."""
    path = files.mcap(tmp_path / 'one.mcap', second)
    read = []
    original = os.pread

    def pread(descriptor, size, place):
        read.append(size)
        return original(descriptor, size, place)

    with Bag(path) as opened:
        monkeypatch.setattr('os.pread', pread)
        assert len(opened.stamps('/camera').received_ns) == 20
    assert sum(read) < 20_000


def test_a_packed_chunk_is_unpacked_once_for_all_topics(tmp_path, second, files, monkeypatch):
    path = files.mcap(tmp_path / 'one.mcap', second, compression='zstd')
    unpacked = []
    original = mcap_chunks.unpack_start

    def unpack(data, *options):
        unpacked.append(len(data))
        return original(data, *options)

    monkeypatch.setattr(mcap_chunks, 'unpack_start', unpack)
    with Bag(path) as opened:
        timings = bag_timings(opened, opened.topics)
        (file,) = opened._storage.files
        assert len(unpacked) == len(file._segments) > 5
    assert [timing.messages for timing in timings.values()] == [20, 50, 2]


@pytest.mark.parametrize('suffix', ['mcap', 'db3'])
def test_many_messages_take_little_memory(tmp_path, bag, serialised, files, suffix):
    bag.joints(0, ['a'], [1.0])
    ((_, topic, kind, data),) = serialised()
    messages = [(START + i * MS, topic, kind, data) for i in range(40_000)]
    with Bag(files.plain(tmp_path / f'one.{suffix}', messages)) as opened:
        opened.stamps('/none')
        tracemalloc.start()
        assert len(opened.stamps(topic).received_ns) == 40_000
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most < 200 * 40_000
