# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The episodes of a bag: from its marks, else from changes of the instruction, else one.

`plan_episodes(bag, topics, instruction) -> EpisodePlan(episodes, remarks)`; whatever was odd or
left out is a sentence in `remarks`, for the report.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from octo_ros.data.episodes.cut import Cut, cut_at_changes, cut_at_marks
from octo_ros.data.episodes.episode import Episode
from octo_ros.data.episodes.instructions import read_instructions, with_instruction
from octo_ros.data.episodes.marks import EVENT_TYPES, STRING, read_marks

if TYPE_CHECKING:
    from octo_ros.data.bags.bag import Bag
    from octo_ros.data.conversion.request import Topics

EVENTS_TOPIC = '/octo/episode'
INSTRUCTION_TOPIC = '/octo/instruction'


@dataclass(frozen=True)
class EpisodePlan:
    """What of a bag becomes episodes.

    Attributes:
        episodes: In the order of time; discarded ones are among them, and marked so.
        remarks: What was odd or left out, and what was made of it, as sentences.
    """

    episodes: tuple[Episode, ...]
    remarks: tuple[str, ...] = ()


def plan_episodes(bag: Bag, topics: Topics, instruction: str) -> EpisodePlan:
    """Decide what is an episode.

    Args:
        bag: The open bag.
        topics: Of `events` and `instruction`; those that were named must be in the bag.
        instruction: Words for episodes that have none; may be empty.

    Raises:
        BagError: A topic is missing or has the wrong type, a mark is unknown, or an episode has
            no words.
    """
    if topics.events:
        bag.require(topics.events, EVENT_TYPES, 'episode marks')
    if topics.instruction:
        bag.require(topics.instruction, (STRING,), 'instruction')
    found = read_marks(bag, topics.events or topics.own(EVENTS_TOPIC))
    said = read_instructions(bag, topics.instruction or topics.own(INSTRUCTION_TOPIC))
    if found.marks:
        cut = cut_at_marks(found.marks, bag.start_ns, bag.end_ns)
    elif any(change.words for change in said):
        cut = cut_at_changes(said, bag.start_ns, bag.end_ns)
    else:
        cut = Cut((Episode('0', bag.start_ns, bag.end_ns),))
    episodes, remarks = [], [*found.remarks, *cut.remarks]
    for episode in cut.episodes:
        spoken, sentences = with_instruction(episode, said, instruction)
        episodes.append(spoken)
        remarks += sentences
    return EpisodePlan(tuple(episodes), tuple(remarks))
