# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Storage files written byte by byte, as recorders of all versions write them."""

from __future__ import annotations

import sqlite3
import struct
import zlib
from io import BytesIO

import lz4.frame
import numpy as np
import pytest
from backports import zstd
from rosbags.rosbag2 import CompressionFormat, StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore

from octo_ros.data.bags.bag import Bag

MAGIC = b'\x89MCAP0\r\n'
STORE = get_typestore(Stores.ROS2_JAZZY)
PACKERS = {'': bytes, 'lz4': lz4.frame.compress, 'zstd': zstd.compress}


def text(value):
    data = value.encode()
    return struct.pack('<I', len(data)) + data


def record(opcode, content):
    return struct.pack('<BQ', opcode, len(content)) + content


class McapBytes:
    """An MCAP file of (received_ns, topic, type, data) as the C++ writer lays it out."""

    def __init__(self, **layout):
        self.compression = layout.get('compression', '')
        self.chunk_size = layout.get('chunk', 20_000)
        self.crc = layout.get('crc', True)
        self.summary = layout.get('summary', True)
        self.index = layout.get('index', True)
        self.definitions = layout.get('definitions', {})

    def build(self, messages):
        self.out = BytesIO()
        self.out.write(MAGIC + record(1, text('ros2') + text('test')))
        self.channels, self.told, self.chunks, self.announced = {}, [], [], set()
        pending, self.total = [], 0
        for message in messages:
            self._channel(message)
            pending.append(message)
            self.total += 1
            if self.chunk_size and sum(len(m[3]) for m in pending) > self.chunk_size:
                self._flush(pending)
                pending = []
        self._flush(pending)
        self.out.write(record(0x0F, bytes(4)))
        start = self.out.tell()
        tail = b''.join([*self.told, *self.chunks, self._statistics()]) if self.summary else b''
        footer = struct.pack('<BQQQ', 2, 20, start if self.summary else 0, 0)
        crc = zlib.crc32(tail + footer) if self.summary and self.crc else 0
        self.out.write(tail + footer + struct.pack('<I', crc) + MAGIC)
        return self.out.getvalue()

    def _channel(self, message):
        _, topic, kind, _ = message
        if topic not in self.channels:
            key = len(self.channels) + 1
            self.channels[topic] = key
            if kind in self.definitions:
                encoding, definition = self.definitions[kind]
            else:
                encoding, definition = 'ros2msg', STORE.generate_msgdef(kind, ros_version=2)[0]
            schema = struct.pack('<H', key) + text(kind) + text(encoding) + text(definition)
            channel = struct.pack('<HH', key, key) + text(topic) + text('cdr') + bytes(4)
            self.told += [record(3, schema), record(4, channel)]

    def _flush(self, messages):
        if not messages:
            return
        content, index = BytesIO(), {}
        for received_ns, topic, _, data in messages:
            key = self.channels[topic]
            if topic not in self.announced:
                self.announced.add(topic)
                content.write(self.told[2 * key - 2] + self.told[2 * key - 1])
            index.setdefault(key, []).append((received_ns, content.tell()))
            head = struct.pack('<HIQQ', key, 0, received_ns, received_ns)
            content.write(record(5, head + bytes(data)))
        if not self.chunk_size:
            self.out.write(content.getvalue())
            return
        plain = content.getvalue()
        packed = PACKERS[self.compression](plain)
        times = [m[0] for m in messages]
        sizes = struct.pack('<QQ', len(packed), len(plain))
        crc = zlib.crc32(plain) if self.crc else 0
        head = struct.pack('<QQQI', min(times), max(times), len(plain), crc)
        place = self.out.tell()
        name = text(self.compression)
        self.out.write(record(6, head + name + struct.pack('<Q', len(packed)) + packed))
        end, places = self.out.tell(), b''
        for key, entries in index.items() if self.index else ():
            places += struct.pack('<HQ', key, self.out.tell())
            pairs = b''.join(struct.pack('<QQ', *entry) for entry in entries)
            self.out.write(record(7, struct.pack('<HI', key, len(pairs)) + pairs))
        fields = struct.pack('<QQQQI', min(times), max(times), place, end - place, len(places))
        length = struct.pack('<Q', self.out.tell() - end)
        self.chunks.append(record(8, fields + places + length + name + sizes))

    def _statistics(self):
        sizes = (self.total, len(self.channels), len(self.channels), 0, 0, len(self.chunks))
        return record(0x0B, struct.pack('<QHIIIIQQI', *sizes, 0, 0, 0))


def write_sqlite(path, messages, schema=3, index=True):
    """A .db3 file as recorders before Iron write it: no definitions; rows in the given order."""
    qos = ', offered_qos_profiles TEXT NOT NULL' if schema >= 2 else ''
    database = sqlite3.connect(path)
    database.executescript(
        'CREATE TABLE topics(id INTEGER PRIMARY KEY, name TEXT NOT NULL, type TEXT NOT NULL,'
        f' serialization_format TEXT NOT NULL{qos});'
        'CREATE TABLE messages(id INTEGER PRIMARY KEY, topic_id INTEGER NOT NULL,'
        ' timestamp INTEGER NOT NULL, data BLOB NOT NULL);'
    )
    if index:
        database.execute('CREATE INDEX timestamp_idx ON messages (timestamp ASC)')
    if schema >= 3:
        database.execute(
            'CREATE TABLE schema(schema_version INTEGER PRIMARY KEY, ros_distro TEXT NOT NULL)'
        )
        database.execute("INSERT INTO schema VALUES (3, 'humble')")
    topics = {}
    for received_ns, topic, kind, data in messages:
        if topic not in topics:
            topics[topic] = len(topics) + 1
            row = (topics[topic], topic, kind, 'cdr', *([''] if schema >= 2 else []))
            database.execute(f'INSERT INTO topics VALUES ({", ".join("?" * len(row))})', row)
        database.execute(
            'INSERT INTO messages (topic_id, timestamp, data) VALUES (?, ?, ?)',
            (topics[topic], received_ns, bytes(data)),
        )
    database.commit()
    database.close()
    return path


def write_packed(path, messages, plugin, mode):
    """A bag compressed by rosbag2 itself."""
    writer = Writer(path, version=9, storage_plugin=plugin)
    if mode is not None:
        writer.set_compression(mode, CompressionFormat.ZSTD)
    with writer:
        connections = {}
        for received_ns, topic, kind, data in messages:
            if topic not in connections:
                connections[topic] = writer.add_connection(topic, kind, typestore=STORE)
            writer.write(connections[topic], received_ns, data)
    return path


@pytest.fixture
def serialised(bag):
    """What a bag maker holds, as (received_ns, topic, type, data) in the order of arrival."""

    def of(maker=bag):
        ordered = sorted(maker.messages, key=lambda m: m[0])
        return [
            (t, topic, m.__msgtype__, bytes(STORE.serialize_cdr(m, m.__msgtype__)))
            for t, topic, m in ordered
        ]

    return of


@pytest.fixture
def second(bag, serialised):
    """One second: 20 pictures of 9 kB, 50 joint states, 2 words."""
    for i in range(20):
        picture = bag.make(
            'sensor_msgs/msg/CompressedImage', bag.header(50 * i), 'jpeg',
            np.full(9000, i, np.uint8),
        )  # fmt: skip
        bag.add(50 * i + 22, '/camera', picture)
    for i in range(50):
        bag.joints(20 * i, ['a', 'b'], [float(i), 0.5])
    bag.string(3, '/words', 'go')
    bag.string(997, '/words', 'stop')
    return serialised()


@pytest.fixture
def content():
    """Everything that an opened bag gives: topic, arrival, stamp, and a value that tells one."""

    def of(path, salvage=False):
        with Bag(path, salvage=salvage) as opened:
            found = [
                (m.topic, m.received_ns, m.stamp_ns, _tell(m.value))
                for m in opened.messages(opened.topics)
            ]
            for topic in opened.topics:
                stamps = opened.stamps(topic)
                times = [m[1:3] for m in found if m[0] == topic]
                assert stamps.received_ns.tolist() == [t for t, _ in times]
                if stamps.header_ns is not None:
                    assert stamps.header_ns.tolist() == [s for _, s in times]
            return found, opened.losses, opened.notes

    return of


def _tell(value):
    data = value.position if hasattr(value, 'position') else value.data
    return data if isinstance(data, str) else data.tobytes()


class Files:
    """Writes messages as bags of all kinds and returns their path."""

    def mcap(self, path, messages, **layout):
        path.write_bytes(McapBytes(**layout).build(messages))
        return path

    def sqlite(self, path, messages, schema=3, index=True):
        return write_sqlite(path, messages, schema, index)

    def packed(self, path, messages, plugin=StoragePlugin.MCAP, mode=None):
        return write_packed(path, messages, plugin, mode)

    def plain(self, path, messages):
        """By its suffix."""
        return {'.mcap': self.mcap, '.db3': self.sqlite}[path.suffix](path, messages)


@pytest.fixture
def files():
    return Files()
