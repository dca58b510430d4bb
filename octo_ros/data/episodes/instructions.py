# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What was asked of the robot, when, and in which words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from octo_ros.data.episodes.marks import STRING
from octo_ros.errors import BagError

if TYPE_CHECKING:
    from octo_ros.data.bags.bag import Bag
    from octo_ros.data.episodes.episode import Episode

BRIEF_NS = 500_000_000  # a task is often set just after the start of its episode


@dataclass(frozen=True)
class Said:
    """Words that hold from a time on.

    Attributes:
        time_ns: Their arrival [ns].
        words: Task in words; empty: the task was cleared.
    """

    time_ns: int
    words: str


def read_instructions(bag: Bag, topic: str) -> tuple[Said, ...]:
    """Changes of the instruction in a bag, in the order of arrival; none without the topic.

    The same words said again are no change.

    Raises:
        BagError: The topic has another type.
    """
    if topic not in bag.topics:
        return ()
    bag.require(topic, (STRING,), 'instruction')
    changes: list[Said] = []
    for message in bag.messages([topic]):
        words = message.value.data.strip()
        if words != (changes[-1].words if changes else None):
            changes.append(Said(message.received_ns, words))
    return tuple(changes)


def with_instruction(
    episode: Episode, said: Sequence[Said], default: str
) -> tuple[Episode, tuple[str, ...]]:
    """Give an episode its words.

    In this order: its own mark; those that held for most of it; the default.

    Args:
        episode: The episode.
        said: Changes, in the order of arrival.
        default: Words if nobody said any; may be empty.

    Returns:
        The episode, and a sentence if other words held for a part of it.

    Raises:
        BagError: There are no words at all, and the episode is not discarded.
    """
    held: Counter[str] = Counter()
    for words, duration_ns in _held(episode, said):
        held[words] += duration_ns
    longest = held.most_common(1)[0][0] if held else ''
    words = episode.instruction or longest or default.strip()
    if not words and not episode.discarded:
        msg = (
            f'Episode {episode.episode_id!r} has no instruction. Give one with --instruction, or '
            'name the std_msgs/String topic that carries it with --instruction-topic.'
        )
        raise BagError(msg)
    others = [
        f'{other!r} for {duration_ns / 1e9:.3g} s'
        for other, duration_ns in held.items()
        if other != words and duration_ns > BRIEF_NS
    ]
    remarks: tuple[str, ...] = ()
    if others:
        remarks = (
            f'Episode {episode.episode_id!r} is labelled {words!r}, but the instruction was '
            f'{" and ".join(others)} of it.',
        )
    return replace(episode, instruction=words), remarks


def _held(episode: Episode, said: Sequence[Said]) -> Iterator[tuple[str, int]]:
    """Words and how long they held during an episode [ns]."""
    spans = [*said, Said(max(episode.end_ns, said[-1].time_ns), '')] if said else []
    for now, following in pairwise(spans):
        start_ns, end_ns = (
            max(now.time_ns, episode.start_ns),
            min(following.time_ns, episode.end_ns),
        )
        if now.words and start_ns <= end_ns:
            yield now.words, end_ns - start_ns
