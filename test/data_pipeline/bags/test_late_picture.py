# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A picture that is read late is the same picture, and damage is told where it is met."""

from __future__ import annotations

import os

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rosbags.rosbag2 import CompressionMode, StoragePlugin
from rosbags.typesys import Stores, get_typestore

from octo_ros.data.bags.bag import Bag
from octo_ros.data.bags.late_picture import START, LatePicture, late_picture
from octo_ros.data.bags.mcap_scan import CHUNK_PATTERN
from octo_ros.data.bags.storage import StoredTopic
from octo_ros.errors import BagError

MS = 1_000_000
STORE = get_typestore(Stores.ROS2_JAZZY)
IMAGE, COMPRESSED = 'sensor_msgs/msg/Image', 'sensor_msgs/msg/CompressedImage'
LAYOUTS = [
    {},
    {'crc': False},
    {'crc': False, 'index': False},
    {'crc': False, 'summary': False},
    {'chunk': 0},
]


@pytest.fixture
def pictures(bag, second, serialised):
    """Raw pictures beside the compressed ones, some with stamp 0."""
    del second  # the same maker
    for i in range(5):
        image = bag.make(
            IMAGE, bag.header(200 * i), 40, 30, 'rgb8', 0, 90, np.full(3600, i, np.uint8)
        )
        if i == 3:
            image.header.stamp.sec = image.header.stamp.nanosec = 0
        bag.add(200 * i + 30, '/raw', image)
    return serialised()


def told(message):
    value = message.value
    picture = value.data if isinstance(value.data, str) else None
    if hasattr(value, 'format'):
        picture = (value.format, value.header.frame_id, value.data.tobytes())
    elif hasattr(value, 'encoding'):
        picture = (value.encoding, value.height, value.step, value.data.tobytes())
    return message.topic, message.received_ns, message.stamp_ns, picture


def both(path, **how):
    """All messages, read at once and late, and how many came late."""
    with Bag(path, **how) as opened:
        topics = [topic for topic in opened.topics if topic != '/joint_states']
        at_once = [told(m) for m in opened.messages(topics)]
        late = list(opened.messages(topics, late_pictures=True))
        # Each is read twice, out of order: what was read is not held.
        again = [told(m) for m in reversed(late)][::-1]
        assert [told(m) for m in late] == again == at_once
        return sum(isinstance(m.value, LatePicture) for m in late)


@pytest.mark.parametrize('layout', LAYOUTS, ids=str)
def test_pictures_of_plain_mcap_come_late(tmp_path, pictures, files, layout):
    path = files.mcap(tmp_path / 'one.mcap', pictures, **layout)
    assert both(path) == 25
    assert both(path, salvage=True) == 0


def test_pictures_of_sqlite_come_late(tmp_path, pictures, files):
    path = files.sqlite(tmp_path / 'one.db3', pictures)
    assert both(path) == 25
    assert both(path, salvage=True) == 0


@pytest.mark.parametrize('plugin', list(StoragePlugin))
def test_packed_pictures_come_at_once(tmp_path, pictures, files, plugin):
    assert both(files.packed(tmp_path / 'bag', pictures, plugin, CompressionMode.MESSAGE)) == 0
    path = files.mcap(tmp_path / 'one.mcap', pictures, compression='zstd')
    assert both(path) == 0


def test_what_nobody_looks_at_is_not_read(tmp_path, pictures, files, monkeypatch):
    path = files.mcap(tmp_path / 'one.mcap', pictures, crc=False)
    read, real = [], os.pread

    def counted(descriptor, size, place):
        data = real(descriptor, size, place)
        read.append(len(data))
        return data

    with Bag(path) as opened:
        monkeypatch.setattr(os, 'pread', counted)
        late = list(opened.messages(['/camera'], late_pictures=True))
        assert sum(read) < 0.6 * path.stat().st_size  # half a picture is looked at
        before = sum(read)
        assert [len(m.value.data) for m in late[:2]] == [9000, 9000]
        assert 18_000 <= sum(read) - before < 22_000


def test_a_checksum_is_checked_even_if_nobody_looks(tmp_path, pictures, files):
    path = files.mcap(tmp_path / 'one.mcap', pictures)
    data = bytearray(path.read_bytes())
    data[list(CHUNK_PATTERN.finditer(data))[1].end() + 8000] ^= 0xFF
    path.write_bytes(data)
    with Bag(path) as opened, pytest.raises(BagError, match=r'wrong checksum.*--salvage'):
        list(opened.messages(['/words', '/camera'], late_pictures=True))


def test_a_message_that_is_not_where_the_index_says(tmp_path, pictures, files):
    path = files.mcap(tmp_path / 'one.mcap', pictures, crc=False)
    data = bytearray(path.read_bytes())
    place = data.index(bytes([7]) * 9000)
    data[place - 150 : place - 20] = bytes(130)
    path.write_bytes(data)
    with Bag(path) as opened, pytest.raises(BagError, match=r'one\.mcap.*index.*wrong'):
        list(opened.messages(['/camera'], late_pictures=True))


def test_damage_is_told_when_it_is_looked_at(tmp_path, pictures, files):
    path = files.sqlite(tmp_path / 'one.db3', pictures)
    data = bytearray(path.read_bytes())
    # A page that is full of a picture names the next one; let that be one far away.
    place = data.index(bytes([7]) * 4092)
    data[place - 4 : place] = b'\x7f\0\0\0'
    path.write_bytes(data)
    with Bag(path) as opened:
        late = list(opened.messages(['/camera'], late_pictures=True))
        assert late[6].value.data[0] == 6
        with pytest.raises(BagError, match=r'one\.db3.*cannot be read.*--salvage'):
            _ = late[7].value.data


def test_fields_are_those_of_the_type(tmp_path, pictures, files):
    with Bag(files.mcap(tmp_path / 'one.mcap', pictures)) as opened:
        (raw, *_) = opened.messages(['/raw'], late_pictures=True)
        assert not hasattr(raw.value, 'format')
        with pytest.raises(AttributeError, match="no field 'position'"):
            _ = raw.value.position


def test_another_definition_is_read_as_it_says(tmp_path, bag, serialised, files):
    """An Image with a field more, as only its own definition can tell."""
    definition = (
        'std_msgs/Header header\nuint32 height\nuint32 width\nstring encoding\n'
        'uint8 is_bigendian\nuint32 step\nuint8[] data\nuint32 more\n'
    )
    bag.image(0, '/camera', 3)
    ((time_ns, topic, kind, data),) = serialised()
    data += bytes(-len(data) % 4) + b'\x05\0\0\0'
    layout = {'definitions': {IMAGE: ('ros2msg', definition)}, 'crc': False}
    path = files.mcap(tmp_path / 'one.mcap', [(time_ns, topic, kind, data)], **layout)
    with Bag(path) as opened:
        (message,) = opened.messages(['/camera'], late_pictures=True)
        assert not isinstance(message.value, LatePicture)
        assert message.value.more == 5


@given(
    st.text('ab/', max_size=9), st.text('rgb8;', max_size=9), st.integers(0, 6000), st.booleans(),
    st.sampled_from([IMAGE, COMPRESSED]),
)  # fmt: skip
def test_the_picture_is_found_whatever_stands_before_it(frame, text, size, little, kind):
    types = STORE.types
    stamp = types['builtin_interfaces/msg/Time'](12, 34)
    header, data = types['std_msgs/msg/Header'](stamp, frame), np.arange(size).astype(np.uint8)
    fields = (text,) if kind == COMPRESSED else (2, 3, text, 1, 9)
    message = types[kind](header, *fields, data)
    serialised = bytes(STORE.serialize_cdr(message, kind, little_endian=little))
    found = late_picture(StoredTopic('/camera', kind), serialised[:START], lambda: message)
    assert (found.size, found.stamp_ns) == (size, 12_000_000_034)
    assert found.first_bytes == data.tobytes()[: len(found.first_bytes)]
    assert len(found.first_bytes) >= min(size, START - 80)
    assert found.data is data


def test_a_beginning_that_is_not_as_usual_is_left_to_the_decoder():
    topic = StoredTopic('/camera', IMAGE)
    for start in (b'', b'\0\1\0\0', b'\0\1\0\0' + b'\xff' * 40, b'\0\6\0\0' + bytes(60)):
        assert late_picture(topic, start, lambda: None) is None
    assert late_picture(StoredTopic('/words', 'std_msgs/msg/String'), bytes(60), None) is None
