# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What there is to do: bags are looked through once, before anything is written."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from octo_ros.data.bags.bag import Bag
from octo_ros.data.conversion.job import EpisodeJob
from octo_ros.data.episodes.episodes import (
    Episode,
    cut,
    read_instructions,
    read_marks,
    with_instruction,
)
from octo_ros.data.labels.actions import COMMAND_TYPES
from octo_ros.data.report.conversion_report import SkippedEpisode
from octo_ros.data.rlds.features import DatasetLayout
from octo_ros.data.timing.feed import Feed

if TYPE_CHECKING:
    from octo_ros.data.conversion.request import ConversionRequest

GRIPPER_NOT_NORMALISED = (True,) * 6 + (False,)


@dataclass(frozen=True)
class ConversionPlan:
    """What there is to do.

    Attributes:
        jobs: Episodes to convert, in the order of bags and time.
        skipped: Those that are not, and why.
        layout: Of the steps of the dataset.
        normalised: Octo's action_normalization_mask.
    """

    jobs: tuple[EpisodeJob, ...]
    skipped: tuple[SkippedEpisode, ...]
    layout: DatasetLayout
    normalised: tuple[bool, ...]


def make_plan(request: ConversionRequest) -> ConversionPlan:
    """Look through all bags.

    Raises:
        BagError: One is unreadable or lacks something.
    """
    jobs: list[EpisodeJob] = []
    skipped: list[SkippedEpisode] = []
    indices = count()
    for path in request.bags:
        with Bag(path) as bag:
            _check(bag, request)
            episodes = _episodes(bag, request)
        for episode in episodes:
            reason = _reason_to_skip(episode, request)
            if reason:
                skipped.append(SkippedEpisode(str(path), episode.episode_id, reason))
            else:
                jobs.append(EpisodeJob(next(indices), path, episode))
    sizes = {key: (c.height, c.width) for key, c in request.embodiment.cameras.items()}
    return ConversionPlan(
        tuple(jobs), tuple(skipped), DatasetLayout(sizes), GRIPPER_NOT_NORMALISED
    )


def _check(bag: Bag, request: ConversionRequest) -> None:
    Feed(request.embodiment, None, request.topics.pose).check(bag)
    if request.action_source == 'command_delta':
        bag.require(request.topics.commands, COMMAND_TYPES, 'commanded actions')


def _episodes(bag: Bag, request: ConversionRequest) -> list[Episode]:
    marks = read_marks(bag, request.topics.events)
    said = read_instructions(bag, request.topics.instruction)
    episodes = cut(marks, bag.start_ns, bag.end_ns)
    return [with_instruction(episode, said, request.instruction) for episode in episodes]


def _reason_to_skip(episode: Episode, request: ConversionRequest) -> str:
    if episode.discarded:
        return 'discarded when recorded'
    if request.skip_failed and episode.success is False:
        return 'marked as a failure, which --skip-failed leaves out'
    return ''
