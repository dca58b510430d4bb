# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A camera message whose picture stays in the bag until somebody looks at it.

Of three frames at 30 Hz a dataset at 10 Hz uses one. Of the others only the stamp and the first
bytes are wanted, which tell whether the camera still sends new pictures.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from octo_ros.data.bags.message_types import field_names
from octo_ros.data.bags.storage import StoredTopic

# What is read at first: the fields before the picture, and enough of it to tell it from others.
START = 1 << 12
KINDS = ('sensor_msgs/msg/Image', 'sensor_msgs/msg/CompressedImage')
# What `_picture` takes for granted.
USED = {
    'std_msgs/msg/Header': 'builtin_interfaces/Time stamp\nstring frame_id',
    'builtin_interfaces/msg/Time': 'int32 sec\nuint32 nanosec',
}
DEFINITIONS = {
    KINDS[0]: (
        'std_msgs/Header header\nuint32 height\nuint32 width\nstring encoding\n'
        'uint8 is_bigendian\nuint32 step\nuint8[] data'
    ),
    KINDS[1]: 'std_msgs/Header header\nstring format\nuint8[] data',
}
ENCAPSULATION = 4  # bytes; the second is 1 for little-endian CDR and 0 for big-endian
# A number, and the two of a stamp.
LITTLE = (struct.Struct('<I'), struct.Struct('<iI'))
BIG = (struct.Struct('>I'), struct.Struct('>iI'))


class Place(NamedTuple):
    """What the beginning of a serialised message tells.

    Attributes:
        begin: Where its picture begins.
        size: Bytes of the picture.
        stamp_ns: Stamp of its header [ns]; 0 if never set.
    """

    begin: int
    size: int
    stamp_ns: int


class LatePicture:
    """A sensor_msgs Image or CompressedImage: its fields are read when they are asked for.

    Args:
        fields: Names of its fields.
        load: Gives the message, whole and decoded.
        start: First bytes of the serialised message.
        place: What they tell.

    Attributes:
        size: Bytes of `data`.
        first_bytes: The first of them; what is there of START bytes of the message.
        stamp_ns: Stamp of its header [ns]; 0 if never set.
    """

    def __init__(
        self, fields: tuple[str, ...], load: Callable[[], Any], start: bytes, place: Place
    ) -> None:
        self._fields = fields
        self._load = load
        begin, self.size, self.stamp_ns = place
        self.first_bytes = start[begin : begin + self.size]

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a field of the message
        if name.startswith('_') or name not in self._fields:
            msg = f'the message has no field {name!r}'
            raise AttributeError(msg)
        return getattr(self._load(), name)


def late_picture(topic: StoredTopic, start: bytes, load: Callable[[], Any]) -> LatePicture | None:
    """A message of which only the first START bytes are read so far.

    Args:
        topic: Its topic, of one of the KINDS.
        start: First bytes of the serialised message.
        load: Gives the message, whole and decoded.

    Returns:
        None if the beginning is not as usual, so that the whole message must be read to tell.
    """
    fields = _fields(topic)
    place = _picture(start, compressed=topic.type == KINDS[1]) if fields else None
    return None if place is None else LatePicture(fields, load, start, place)


@lru_cache(maxsize=256)
def _fields(topic: StoredTopic) -> tuple[str, ...]:
    if topic.type not in KINDS or topic.serialization != 'cdr':
        return ()
    return field_names(topic, {topic.type: DEFINITIONS[topic.type], **USED})


def _picture(start: bytes, *, compressed: bool) -> Place | None:
    """What the first bytes of a serialised message tell; None if they are not as usual."""
    if start[:1] != b'\0' or start[1:2] not in (b'\0', b'\1'):
        return None
    number, stamp = LITTLE if start[1] else BIG
    try:
        sec, nanosec = stamp.unpack_from(start, ENCAPSULATION)
        place = _after_text(start, ENCAPSULATION + stamp.size, number)
        if compressed:
            place = _after_text(start, place, number)
        else:
            # Height and width before the encoding; is_bigendian and step after it.
            end = place + 8
            end += 4 + number.unpack_from(start, end)[0]
            place = _aligned(end + 1) + 4
        size = number.unpack_from(start, place)[0]
    except struct.error:
        return None
    return Place(place + 4, size, sec * 1_000_000_000 + nanosec)


def _after_text(data: bytes, place: int, number: struct.Struct) -> int:
    """Where the number after a string begins."""
    return _aligned(place + 4 + number.unpack_from(data, place)[0])


def _aligned(place: int) -> int:
    """The next multiple of 4; the encapsulation's length is one, too."""
    return -(-place // 4) * 4
