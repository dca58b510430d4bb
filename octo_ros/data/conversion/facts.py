# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Plan and converted episodes → what the report is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from octo_ros.data.conversion.losses import losses_in_all
from octo_ros.data.report.episode_report import EpisodeReport, SkippedEpisode
from octo_ros.data.report.facts import ConversionFacts, EpisodeFacts, PartFacts

if TYPE_CHECKING:
    from octo_ros.data.conversion.converted_episode import ConvertedEpisode
    from octo_ros.data.conversion.plan import ConversionPlan
    from octo_ros.data.conversion.request import ConversionRequest
    from octo_ros.data.report.facts import BagFacts

GRIPPER = 'gripper'
ONE_EPISODE = (
    'There is only one episode, so it is both the training and the validation split; '
    'validation figures will mean nothing.'
)


def conversion_facts(
    request: ConversionRequest,
    plan: ConversionPlan,
    episodes: Sequence[ConvertedEpisode],
    splits: Mapping[int, tuple[str, ...]],
    *,
    split_episodes: Mapping[str, int],
    dataset: str,
    warnings: tuple[str, ...] = (),
) -> ConversionFacts:
    """All that the conversion knows.

    Args:
        request: What was asked for.
        plan: What was planned.
        episodes: What came of it, one per job.
        splits: Place among `episodes` to the splits that it was written to.
        split_episodes: Split to its records, of the whole dataset.
        dataset: Where the dataset lies.
        warnings: Sentences that a person should act on.
    """
    names = plan.layout.action_names
    skipped = [e.report for e in episodes if isinstance(e.report, SkippedEpisode)]
    lone = len(splits) == 1 and len(next(iter(splits.values()))) > 1
    return ConversionFacts(
        dataset=dataset,
        embodiment=request.embodiment.name,
        hz=request.rate,
        action_source=request.action_source,
        action_names=names,
        gripper_index=names.index(GRIPPER) if GRIPPER in names else None,
        split_episodes=split_episodes,
        bags=tuple(_bag(bag, plan, episodes) for bag in plan.bags),
        episodes=tuple(_episode(episodes[place], own) for place, own in splits.items()),
        skipped=(*plan.skipped, *skipped),
        warnings=(*warnings, ONE_EPISODE) if lone else warnings,
    )


def _bag(bag: BagFacts, plan: ConversionPlan, episodes: Sequence[ConvertedEpisode]) -> BagFacts:
    found = [
        episode.losses
        for job, episode in zip(plan.jobs, episodes, strict=True)
        if str(job.bag) == bag.path
    ]
    return replace(bag, losses=losses_in_all(bag.losses, found))


def _episode(episode: ConvertedEpisode, splits: tuple[str, ...]) -> EpisodeFacts:
    assert isinstance(episode.report, EpisodeReport)  # only those are written to a split
    return EpisodeFacts(
        report=replace(
            episode.report, splits=splits, remarks=episode.remarks, warnings=episode.warnings
        ),
        parts=tuple(
            PartFacts(c.stamps_ns, c.record.actions, c.record.proprio, c.thumbnails)
            for c in episode.records
        ),
        pictures=episode.pictures,
    )
