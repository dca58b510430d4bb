# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where episodes begin and end in a recording, what was asked, and how they went."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from octo_ros.errors import BagError
from octo_ros.types import EpisodeEventKind

if TYPE_CHECKING:
    from octo_ros.data.bags.bag import Bag, BagMessage

STRING = 'std_msgs/msg/String'
EVENT_TYPES = ('octo_ros_msgs/msg/EpisodeEvent', STRING)


@dataclass(frozen=True)
class Mark:
    """One press of a button: start, stop, success, failure or discard.

    Attributes:
        time_ns: When it happened [ns].
        kind: Which button.
        episode_id: Name of the episode, empty if the mark has none.
        instruction: Task in words, empty if the mark has none.
    """

    time_ns: int
    kind: EpisodeEventKind
    episode_id: str = ''
    instruction: str = ''


@dataclass(frozen=True)
class Episode:
    """A span of a recording that becomes training data.

    Attributes:
        episode_id: Unique within the recording.
        start_ns: First moment [ns].
        end_ns: Last moment [ns].
        instruction: Task in words; empty if nobody said it.
        success: How it went; None if nobody said it.
        discarded: It is not to be used.
    """

    episode_id: str
    start_ns: int
    end_ns: int
    instruction: str = ''
    success: bool | None = None
    discarded: bool = False


def read_marks(bag: Bag, topic: str) -> list[Mark]:
    """The episode marks of a bag; none if the topic is not in it.

    Raises:
        BagError: The topic has another type, or holds a word that is not a mark.
    """
    if topic not in bag.topics:
        return []
    bag.require(topic, EVENT_TYPES, 'episode marks')
    return [_mark(message) for message in bag.messages([topic])]


def read_instructions(bag: Bag, topic: str) -> list[tuple[int, str]]:
    """Arrival [ns] and words of every instruction of a bag; none if the topic is not in it."""
    if topic not in bag.topics:
        return []
    bag.require(topic, (STRING,), 'instruction')
    return [(m.received_ns, m.value.data.strip()) for m in bag.messages([topic])]


def cut(marks: Iterable[Mark], start_ns: int, end_ns: int) -> list[Episode]:
    """Cut a recording at its marks.

    A start while an episode is open ends the open one. Success, failure and discard end an open
    episode, or judge the one that has just ended. An episode that is still open at the end of the
    recording ends there.

    Args:
        marks: In the order of time; without any start the whole recording is one episode.
        start_ns: Begin of the recording [ns].
        end_ns: End of the recording [ns].

    Raises:
        BagError: Something is judged or stopped before any start.
    """
    marks = sorted(marks, key=lambda mark: mark.time_ns)
    if not marks:
        return [Episode('0', start_ns, end_ns)]
    episodes: list[Episode] = []
    is_open = False
    for mark in marks:
        if mark.kind is EpisodeEventKind.START:
            if is_open:
                episodes[-1] = replace(episodes[-1], end_ns=mark.time_ns)
            name = mark.episode_id or str(len(episodes))
            episodes.append(Episode(name, mark.time_ns, end_ns, mark.instruction.strip()))
            is_open = True
            continue
        if not episodes:
            mark_name = mark.kind.name.lower()
            msg = f'Episode mark {mark_name} at {mark.time_ns} ns comes before any start.'
            raise BagError(msg)
        if is_open:
            episodes[-1] = replace(episodes[-1], end_ns=mark.time_ns)
            is_open = False
        episodes[-1] = _judged(episodes[-1], mark)
    return episodes


def with_instruction(episode: Episode, said: Sequence[tuple[int, str]], default: str) -> Episode:
    """Give an episode its words.

    In this order: its own mark; the last one said before it started, or the first one during it;
    the default.

    Args:
        episode: The episode.
        said: Arrival [ns] and words, in the order of arrival.
        default: Words if nobody said any; may be empty.

    Raises:
        BagError: There are no words at all, and the episode is not discarded.
    """
    before = [words for time_ns, words in said if time_ns <= episode.start_ns]
    during = [words for time_ns, words in said if episode.start_ns < time_ns <= episode.end_ns]
    candidates = (episode.instruction, *before[-1:], *during[:1], default.strip())
    words = next((words for words in candidates if words), '')
    if not words and not episode.discarded:
        msg = (
            f'Episode {episode.episode_id!r} has no instruction. Give one with --instruction, or '
            'name the std_msgs/String topic that carries it with --instruction-topic.'
        )
        raise BagError(msg)
    return replace(episode, instruction=words)


def _judged(episode: Episode, mark: Mark) -> Episode:
    if mark.kind is EpisodeEventKind.DISCARD:
        return replace(episode, discarded=True)
    if mark.kind is EpisodeEventKind.STOP:
        return replace(episode, instruction=episode.instruction or mark.instruction.strip())
    return replace(
        episode,
        success=mark.kind is EpisodeEventKind.SUCCESS,
        instruction=episode.instruction or mark.instruction.strip(),
    )


def _mark(message: BagMessage) -> Mark:
    value = message.value
    if hasattr(value, 'kind'):
        if value.kind not in list(EpisodeEventKind):
            msg = f'{message.topic} holds an event of unknown kind {value.kind}.'
            raise BagError(msg)
        return Mark(
            message.stamp_ns,
            EpisodeEventKind(value.kind),
            value.episode_id,
            value.language_instruction,
        )
    word = value.data.strip().upper()
    if word not in EpisodeEventKind.__members__:
        allowed = ', '.join(kind.name.lower() for kind in EpisodeEventKind)
        msg = f'{message.topic} says {value.data!r}; an episode mark is one of {allowed}.'
        raise BagError(msg)
    return Mark(message.received_ns, EpisodeEventKind[word])
