# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What `metadata.yaml` says; the files themselves are believed more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from octo_ros.data.bags.storage import modern_type

FILE = 'metadata.yaml'


@dataclass(frozen=True)
class BagMetadata:
    """The parts of versions 1 to 9 that can be held against the files; what is missing is None.

    Attributes:
        files: Names of the storage files, in the order of recording.
        counts: Messages per file name, where it tells them.
        messages: Messages in all.
        start_ns: First arrival [ns].
        duration_ns: From the first to the last arrival [ns].
        topics: Topic → type and number of messages.
        storage: 'sqlite3' or 'mcap'.
        distribution: ROS distribution of the recorder, or ''.
        version: Of the metadata.
    """

    files: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    messages: int | None = None
    start_ns: int | None = None
    duration_ns: int | None = None
    topics: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    storage: str = ''
    distribution: str = ''
    version: int | None = None


def read_metadata(directory: Path) -> tuple[BagMetadata | None, str]:
    """Read a bag's metadata.

    Returns:
        The metadata, or None where there is none that can be read; and a sentence about that, or
        ''.
    """
    path = directory / FILE
    if not path.exists():
        return None, f'{directory} has no {FILE}; its files were read without it.'
    try:
        whole = yaml.load(path.read_bytes(), Loader=_loader())
        return _parsed(whole['rosbag2_bagfile_information']), ''
    except (yaml.YAMLError, OSError, TypeError, KeyError, ValueError, AttributeError):
        return None, f'{path} cannot be understood; its files were read without it.'


def _loader() -> type:
    return getattr(yaml, 'CSafeLoader', yaml.SafeLoader)


def _parsed(info: Mapping[str, Any]) -> BagMetadata:
    topics: dict[str, tuple[str, int]] = {}
    for entry in info.get('topics_with_message_count') or []:
        name = str(entry['topic_metadata']['name'])
        count = topics.get(name, ('', 0))[1] + int(entry['message_count'])
        topics[name] = (modern_type(str(entry['topic_metadata']['type'])), count)
    messages = info.get('message_count')
    start = (info.get('starting_time') or {}).get('nanoseconds_since_epoch')
    duration = (info.get('duration') or {}).get('nanoseconds')
    version = info.get('version')
    return BagMetadata(
        files=tuple(_name(path) for path in info.get('relative_file_paths') or []),
        counts={
            _name(entry['path']): int(entry['message_count']) for entry in info.get('files') or []
        },
        messages=None if messages is None else int(messages),
        start_ns=None if start is None else int(start),
        duration_ns=None if duration is None else int(duration),
        topics=topics,
        storage=str(info.get('storage_identifier') or ''),
        distribution=str(info.get('ros_distro') or ''),
        version=None if version is None else int(version),
    )


def _name(path: object) -> str:
    """Before version 4, paths began with the bag's directory."""
    return PurePosixPath(str(path).replace('\\', '/')).name


def disagreement(
    metadata: BagMetadata, topics: Mapping[str, tuple[str, int]], start_ns: int, end_ns: int
) -> str:
    """What metadata tells differently from the files.

    Args:
        metadata: What it says.
        topics: Topic → type and number of messages, as the files have them.
        start_ns: First arrival [ns].
        end_ns: Last arrival [ns].

    Returns:
        A sentence, or '' if nothing differs.
    """
    told = []
    total = sum(count for _, count in topics.values())
    if metadata.messages not in (None, total):
        told.append(f'{metadata.messages} messages (there are {total})')
    if total and metadata.start_ns not in (None, start_ns):
        off = (metadata.start_ns or 0) - start_ns
        told.append(f'a start {off / 1e9:+.3f} s from the true one')
    if total and metadata.duration_ns not in (None, end_ns - start_ns):
        told.append(
            f'{(metadata.duration_ns or 0) / 1e9:.3f} s (it is {(end_ns - start_ns) / 1e9:.3f} s)'
        )
    for name, (kind, count) in metadata.topics.items():
        found, number = topics.get(name, (kind, 0))
        if found != kind:
            told.append(f'{name} as {kind} (it is {found})')
        elif number != count and metadata.messages in (None, total):
            told.append(f'{count} messages on {name} (there are {number})')
    untold = sorted(topics.keys() - metadata.topics.keys())
    if untold:
        told.append(f'nothing of {", ".join(untold)}')
    return f'{FILE} is wrong, the files are believed: it tells {"; ".join(told)}.' if told else ''
