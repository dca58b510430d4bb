# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a bag holds, in figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from octo_ros.data.bags.bag import Bag
from octo_ros.data.bags.losses import BagLosses
from octo_ros.data.timing.bag_timings import bag_timings
from octo_ros.data.timing.topic_timing import TopicTiming
from octo_ros.embodiment import Embodiment, load_embodiment, robot_names


@dataclass(frozen=True)
class TopicSummary:
    """One topic.

    Attributes:
        header: Whether its messages begin with a header.
        timing: Its type, number, rate, delay and clock.
    """

    header: bool
    timing: TopicTiming


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
        timings = bag_timings(bag, bag.topics)
        topics = tuple(
            TopicSummary(bag.has_header(topic), timing) for topic, timing in timings.items()
        )
        return BagSummary(
            path=str(path),
            storage='sqlite3' if '.db3' in bag.files[0].suffixes else 'mcap',
            compression=bag.compression,
            files=tuple(file.name for file in bag.files),
            bytes=sum(file.stat().st_size for file in bag.files),
            start_ns=bag.start_ns,
            duration_s=(bag.end_ns - bag.start_ns) / 1e9,
            messages=sum(topic.timing.messages for topic in topics),
            topics=topics,
            robots={name: _fit(load_embodiment(name), bag.topics) for name in robot_names()},
            notes=bag.notes,
            losses=bag.losses,
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
