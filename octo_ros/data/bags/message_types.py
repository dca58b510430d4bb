# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Message types: as the bag defines them, else the common ones of ROS 2, else those installed."""

from __future__ import annotations

import os
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
Definitions = dict[str, Any]
Decoder = Callable[[bytes | memoryview], Any]


def decoder(topic: StoredTopic) -> Decoder:
    """What turns a serialised message of a topic into an object.

    A definition is only parsed when its topic is read. The decoder raises `DamagedFileError` on a
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
    """Whether the first field is a header; False for a type that is not known."""
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
    store.register(_closure(topic))
    return partial(_decoded, store, topic.type)


def _decoded(store: Typestore, name: str, data: bytes | memoryview) -> Any:  # noqa: ANN401
    try:
        return store.deserialize_cdr(data, name)
    except SerdeError as error:
        raise DamagedFileError(str(error)) from error


# Most bags define all that they use; to get these takes as long as a second of a recording.
@cache
def _common() -> Definitions:
    return get_typestore(Stores.ROS2_JAZZY).fielddefs


def _closure(topic: StoredTopic) -> Definitions:
    """Definitions of a topic's type and of all that it uses."""
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
        msg = f'{topic.name} has type {topic.type}, whose definition cannot be understood: {error}'
        raise BagError(msg) from error
    return found


def _used(fields: list) -> Iterator[str]:
    """Types that fields are made of."""
    for _, (node, content) in fields:
        kind, name = (node, content) if node in (Nodetype.BASE, Nodetype.NAME) else content[0]
        if kind == Nodetype.NAME:
            yield name
