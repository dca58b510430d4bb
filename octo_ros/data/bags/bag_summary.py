# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a bag holds, in figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from octo_ros.data.bags.bag import Bag
from octo_ros.data.bags.losses import BagLosses
from octo_ros.data.bags.stamps import TopicStamps
from octo_ros.embodiment import Embodiment, load_embodiment, robot_names


@dataclass(frozen=True)
class TopicSummary:
    """One topic.

    Attributes:
        topic: Its name.
        type: Message type.
        messages: How many there are.
        rate_hz: Mean rate between first and last arrival [Hz]; None for fewer than two.
        header: Whether messages begin with a header.
        latency_ms: Median of arrival minus header stamp [ms]; None without stamps.
    """

    topic: str
    type: str
    messages: int
    rate_hz: float | None
    header: bool
    latency_ms: float | None


@dataclass(frozen=True)
class RobotFit:
    """Which topics of a robot's contract a bag has.

    Attributes:
        present: Those that are there.
        missing: Those that are not.
    """

    present: tuple[str, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True)
class BagSummary:
    """One bag.

    Attributes:
        path: Where it is.
        storage: 'sqlite3' or 'mcap'.
        compression: For people; 'none' if not compressed.
        files: Names of its storage files.
        bytes: Their size together.
        start_ns: First arrival [ns].
        duration_s: From first to last arrival [s].
        messages: How many could be read.
        topics: One by one.
        robots: Robot → which of its topics are there.
        notes: What is peculiar but harmless.
        losses: What could not be read.
    """

    path: str
    storage: str
    compression: str
    files: tuple[str, ...]
    bytes: int
    start_ns: int
    duration_s: float
    messages: int
    topics: tuple[TopicSummary, ...]
    robots: Mapping[str, RobotFit]
    notes: tuple[str, ...]
    losses: BagLosses


def summarise(path: Path, salvage: bool = False) -> BagSummary:
    """Look through a bag.

    Args:
        path: The bag.
        salvage: Keep what can be read of a damaged one.

    Raises:
        BagError: It cannot be read, or is damaged and not to be salvaged.
    """
    with Bag(path, salvage=salvage) as bag:
        topics = tuple(_topic(name, kind, bag.stamps(name)) for name, kind in bag.topics.items())
        return BagSummary(
            path=str(path),
            storage='sqlite3' if '.db3' in bag.files[0].suffixes else 'mcap',
            compression=bag.compression,
            files=tuple(file.name for file in bag.files),
            bytes=sum(file.stat().st_size for file in bag.files),
            start_ns=bag.start_ns,
            duration_s=(bag.end_ns - bag.start_ns) / 1e9,
            messages=sum(topic.messages for topic in topics),
            topics=topics,
            robots={name: _fit(load_embodiment(name), bag.topics) for name in robot_names()},
            notes=bag.notes,
            losses=bag.losses,
        )


def _topic(name: str, kind: str, stamps: TopicStamps) -> TopicSummary:
    received, header = stamps.received_ns, stamps.header_ns
    span_s = float(received.max() - received.min()) / 1e9 if len(received) else 0.0
    latency_ms = None
    if header is not None and (header != 0).any():
        latency_ms = float(np.median((received - header)[header != 0])) / 1e6
    return TopicSummary(
        topic=name,
        type=kind,
        messages=len(received),
        rate_hz=(len(received) - 1) / span_s if span_s > 0 else None,
        header=header is not None,
        latency_ms=latency_ms,
    )


def _fit(robot: Embodiment, topics: Mapping[str, str]) -> RobotFit:
    wanted = list(dict.fromkeys(_wanted(robot)))
    return RobotFit(
        tuple(topic for topic in wanted if topic in topics),
        tuple(topic for topic in wanted if topic not in topics),
    )


def _wanted(robot: Embodiment) -> Iterator[str]:
    yield from (camera.topic for camera in robot.cameras.values())
    yield robot.joint_states.topic
