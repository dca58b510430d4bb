# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a person marked while recording: start, stop, success, failure, discard.

Marks come as `octo_ros_msgs/EpisodeEvent` or as words in `std_msgs/String`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from octo_ros.data.fields import nanoseconds
from octo_ros.errors import BagError
from octo_ros.types import EpisodeEventKind

if TYPE_CHECKING:
    from octo_ros.data.bags.bag import Bag, BagMessage

STRING = 'std_msgs/msg/String'
EVENT = 'octo_ros_msgs/msg/EpisodeEvent'
EVENT_TYPES = (EVENT, STRING)
# A button is recorded within a blink; more is the clock of another host, or simulated time.
SAME_CLOCK_NS = 1_000_000_000
SYNONYMS = {
    'started': EpisodeEventKind.START,
    'stopped': EpisodeEventKind.STOP,
    'succeeded': EpisodeEventKind.SUCCESS,
    'failed': EpisodeEventKind.FAILURE,
    'discarded': EpisodeEventKind.DISCARD,
}
WORDS = {kind.name.lower(): kind for kind in EpisodeEventKind} | SYNONYMS


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

    @property
    def word(self) -> str:
        """The button's name."""
        return self.kind.name.lower()


@dataclass(frozen=True)
class Marks:
    """The marks of a recording.

    Attributes:
        marks: In the order of their times.
        remarks: What was odd about them, as sentences.
    """

    marks: tuple[Mark, ...] = ()
    remarks: tuple[str, ...] = ()


def read_marks(bag: Bag, topic: str) -> Marks:
    """The episode marks of a bag; none if the topic is not in it.

    An event happened at its header's stamp; where stamps are more than a second away from the
    arrival, all count from their arrivals, but for old events that a recorder is sent when it
    starts. A word happened when it arrived: one of start, stop, success, failure, discard or their
    past forms, in any case.

    Args:
        bag: The open bag.
        topic: EpisodeEvent or String.

    Raises:
        BagError: The topic has another type, or holds a word or a kind that is not a mark.
    """
    if topic not in bag.topics:
        return Marks()
    bag.require(topic, EVENT_TYPES, 'episode marks')
    messages = list(bag.messages([topic]))
    if bag.topics[topic] == EVENT:
        return _events(topic, messages, bag.start_ns)
    blank = sum(not message.value.data.strip() for message in messages)
    remarks = (f'{topic}: {blank} empty words were ignored.',) if blank else ()
    return Marks(tuple(_word(m) for m in messages if m.value.data.strip()), remarks)


def _events(topic: str, messages: list[BagMessage], start_ns: int) -> Marks:
    stamps = [nanoseconds(message.value.header.stamp) for message in messages]
    remarks = []
    trouble = _doubt(messages, stamps, start_ns)
    if trouble:
        remarks.append(f'{topic}: {trouble}; the arrivals were used.')
        stamps = [message.received_ns for message in messages]
    elif stamps != sorted(stamps):
        remarks.append(f'{topic}: events were recorded out of order; their stamps were followed.')
    marks = [_event(m, stamp) for m, stamp in zip(messages, stamps, strict=True)]
    return Marks(tuple(sorted(marks, key=lambda mark: mark.time_ns)), tuple(remarks))


def _doubt(messages: list[BagMessage], stamps: list[int], start_ns: int) -> str:
    """Why the stamps of events, in the order of arrival, cannot be believed; '' if they can.

    A recorder that starts late is sent events of long ago at first. Their stamps lie before the
    recording, each as far from its arrival as it is old; those of another clock lie all as far.
    """
    delays = [m.received_ns - stamp for m, stamp in zip(messages, stamps, strict=True)]
    worst = max(delays, key=abs)
    if abs(worst) <= SAME_CLOCK_NS:
        return ''
    if max(delays) - min(delays) <= SAME_CLOCK_NS:
        return f'the stamps are of another clock, {worst / 1e9:.6g} s before the arrivals'
    old = [delay > SAME_CLOCK_NS for delay in delays]
    count = sum(old)
    present = delays[count:]
    if (
        all(old[:count])
        and all(stamp < start_ns for stamp in stamps[:count])
        and all(abs(delay) <= SAME_CLOCK_NS for delay in present)
    ):
        return ''
    return (
        f'the stamps lie {min(delays) / 1e9:.6g} .. {max(delays) / 1e9:.6g} s before the arrivals'
    )


def _event(message: BagMessage, time_ns: int) -> Mark:
    value = message.value
    if value.kind not in list(EpisodeEventKind):
        known = ', '.join(f'{kind.value} {kind.name.lower()}' for kind in EpisodeEventKind)
        msg = f'{message.topic} holds an event of unknown kind {value.kind}; known are {known}.'
        raise BagError(msg)
    kind = EpisodeEventKind(value.kind)
    return Mark(time_ns, kind, value.episode_id.strip(), value.language_instruction.strip())


def _word(message: BagMessage) -> Mark:
    kind = WORDS.get(message.value.data.strip().lower())
    if kind is None:
        allowed = ', '.join(kind.name.lower() for kind in EpisodeEventKind)
        msg = (
            f'{message.topic} says {message.value.data!r}; an episode mark is one of {allowed}. '
            'Name another topic with --event-topic.'
        )
        raise BagError(msg)
    return Mark(message.received_ns, kind)
