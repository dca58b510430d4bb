# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Message types: as the bag defines them, else the common ones of ROS 2, else those installed."""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

from rosbags.interfaces import Nodetype
from rosbags.serde import SerdeError
from rosbags.typesys import (
    Stores,
    TypesysError,
    get_types_from_idl,
    get_types_from_msg,
    get_typestore,
)
from rosbags.typesys.store import Typestore

from octo_ros.data.bags.storage import DamagedFileError, StoredTopic, modern_type
from octo_ros.errors import BagError

HEADER = ('header', (Nodetype.NAME, 'std_msgs/msg/Header'))
# Between the files of a definition, in either language.
RULE = '=' * 80 + '\n'
CHECKOUT = Path(__file__).resolve().parents[3]
# `package/msg/Name`; what else a damaged file holds must not get into generated code.
TYPE = re.compile(r'[A-Za-z]\w*(/[A-Za-z]\w*){1,3}', re.ASCII)
# What rclpy.serialization leaves after a JointState without a number; others have 8 bytes.
MOST_SPARE = 12
PADDING = 3  # to a whole number of four bytes, which every serialiser may add
Definitions = dict[str, Any]
Decoder = Callable[[bytes | memoryview], tuple[Any, int]]


def decoder(topic: StoredTopic) -> Decoder:
    """What turns a serialised message of a topic into an object.

    The decoder also gives the number of needless bytes after the message. A definition is only
    parsed when its topic is read. The decoder raises `DamagedFileError` on a
    message that does not fit its type.

    Raises:
        BagError: Its type is unknown, or its definition cannot be understood.
    """
    if topic.serialization != 'cdr':
        msg = (
            f'{topic.name} ({topic.type}) is serialised as {topic.serialization!r}; '
            "only 'cdr' can be read."
        )
        raise BagError(msg)
    return _decoder(topic)


def begins_with_header(topic: StoredTopic) -> bool:
    """Whether the first field is a header; False for a type that is not known, or not CDR."""
    if topic.serialization != 'cdr':
        return False
    try:
        fields = _closure(topic)[topic.type][1]
    except BagError:
        return False
    return bool(fields) and fields[0] == HEADER


def field_names(topic: StoredTopic, definitions: Mapping[str, str]) -> tuple[str, ...]:
    """Names of the fields of a topic's type, if the bag defines it as expected; else none.

    Args:
        topic: The topic.
        definitions: Text of the type and of all that it uses.
    """
    try:
        own = _closure(topic)
    except BagError:
        return ()
    for name, text in definitions.items():
        if name not in own or own[name][1] != get_types_from_msg(text, name)[name][1]:
            return ()
    return tuple(name for name, _ in own[topic.type][1])


# Building a decoder takes some 50 ms, and bags are opened for every episode.
@lru_cache(maxsize=256)
def _decoder(topic: StoredTopic) -> Decoder:
    store = get_typestore(Stores.EMPTY)
    try:
        store.register(_closure(topic))
    except TypesysError as error:
        raise _not_understood(topic, error) from error
    return partial(_decoded, store, topic.type)


def _decoded(store: Typestore, name: str, data: bytes | memoryview) -> tuple[Any, int]:
    if len(data) < 4 or bytes(data[:2]) not in (b'\0\0', b'\0\1'):
        msg = 'it does not begin as serialised messages do'
        raise DamagedFileError(msg)
    kind = store.get_msgdef(name)
    decode = kind.deserialize_cdr_le if data[1] else kind.deserialize_cdr_be
    try:
        message, end = decode(data[4:], 0, kind.cls, store)
    except (SerdeError, struct.error, UnicodeDecodeError, ValueError) as error:
        msg = f'it does not fit its type ({error})'
        raise DamagedFileError(msg) from error
    spare = len(data) - 4 - end
    if spare > MOST_SPARE:
        msg = f'it has {spare} bytes more than its type'
        raise DamagedFileError(msg)
    return message, spare if spare > PADDING else 0


# Most bags define all that they use; to get these takes as long as a second of a recording.
@cache
def _common() -> Definitions:
    return get_typestore(Stores.ROS2_JAZZY).fielddefs


def _closure(topic: StoredTopic) -> Definitions:
    """Definitions of a topic's type and of all that it uses."""
    if TYPE.fullmatch(topic.type) is None:
        msg = (
            f'{topic.name} has type {topic.type!r}, which is no name of a message type; expected '
            'one like sensor_msgs/msg/Image. Its description is missing or damaged.'
        )
        raise BagError(msg)
    own = _parsed(topic)
    found: Definitions = {}
    waiting = [topic.type]
    while waiting:
        name = waiting.pop()
        if name not in found:
            definition = own.get(name) or _common().get(name) or _installed(name)
            if definition is None:
                used = '' if name == topic.type else f', which uses {name},'
                msg = (
                    f'{topic.name} has type {topic.type}{used} which neither the bag nor ROS 2 '
                    f'Jazzy defines, nor a sourced workspace. Source one that has '
                    f'{name.split("/")[0]}, or record with MCAP storage, which keeps definitions: '
                    'ros2 bag record --storage mcap.'
                )
                raise BagError(msg)
            found[name] = definition
            waiting += _used(definition[1])
    return found


def _installed(name: str) -> Any:  # noqa: ANN401 - a tree of rosbags
    """Definition in a sourced workspace, or in this package's own messages; None without one."""
    package, *folders, kind = name.split('/')
    shares = [Path(p) / 'share' for p in os.environ.get('AMENT_PREFIX_PATH', '').split(':') if p]
    for folder in (*(share / package for share in shares), CHECKOUT / package):
        path = folder.joinpath(*folders, f'{kind}.msg')
        if path.is_file():
            return get_types_from_msg(path.read_text(), name)[name]
    return None


def _parsed(topic: StoredTopic) -> Definitions:
    """What a bag says about a topic's type; a definition may mix both languages."""
    found: Definitions = {}
    try:
        for part in topic.definition.split(RULE):
            title, _, rest = part.partition('\n')
            if title.startswith('IDL: '):
                found.update(get_types_from_idl(rest))
            elif title.startswith('MSG: '):
                found.update(get_types_from_msg(rest, modern_type(title[5:].strip())))
            elif part.strip() and topic.encoding == 'ros2idl':
                found.update(get_types_from_idl(part))
            elif part.strip():
                found.update(get_types_from_msg(part, topic.type))
    except (TypesysError, ValueError, KeyError) as error:
        raise _not_understood(topic, error) from error
    return found


def _not_understood(topic: StoredTopic, error: Exception) -> BagError:
    return BagError(
        f'{topic.name} has type {topic.type}, whose definition cannot be understood: {error}'
    )


def _used(fields: list) -> Iterator[str]:
    """Types that fields are made of."""
    for _, (node, content) in fields:
        kind, name = (node, content) if node in (Nodetype.BASE, Nodetype.NAME) else content[0]
        if kind == Nodetype.NAME:
            yield name
