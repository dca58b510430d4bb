# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""All that a conversion knows when it is done: what the report is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from octo_ros.data.bags.losses import BagLosses
    from octo_ros.data.report.episode_report import EpisodeReport, SkippedEpisode
    from octo_ros.data.timing.topic_timing import TopicTiming
    from octo_ros.observation.repeats import PictureCounts


@dataclass(frozen=True)
class BagFacts:
    """One bag.

    Attributes:
        path: Where it lay.
        duration_s: From its first message to its last [s].
        topics: Timing of each topic that was used.
        losses: What a salvaged bag lost; falsy if nothing.
        notes: What was odd about its files, but did no harm, as sentences.
        remarks: What was odd about its episodes and instructions, as sentences.
    """

    path: str
    duration_s: float
    topics: tuple[TopicTiming, ...]
    losses: BagLosses
    notes: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class PartFacts:
    """One RLDS episode; T steps.

    Attributes:
        stamps_ns: Times of the observations [ns]; T of them.
        actions: float32, shape (T, A), as written.
        proprio: float32, shape (T, 7): xyz [m], extrinsic rpy [rad], gripper.
        thumbnails: Small JPEGs of the primary camera: first, middle and last step (see
            `octo_ros.data.report.thumbnails`).
    """

    stamps_ns: tuple[int, ...]
    actions: NDArray[np.float32]
    proprio: NDArray[np.float32]
    thumbnails: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class EpisodeFacts:
    """One recorded episode that was converted.

    Attributes:
        report: What happened to it.
        parts: What was written of it, in the order of time; as many as `report.steps`.
        pictures: Camera key to the pictures that it sent.
    """

    report: EpisodeReport
    parts: tuple[PartFacts, ...]
    pictures: Mapping[str, PictureCounts]


@dataclass(frozen=True)
class ConversionFacts:
    """A whole conversion.

    Attributes:
        dataset: Directory of the dataset, including its version.
        embodiment: Name of the robot.
        hz: Steps per second.
        action_source: How the actions were made, one of `ACTION_SOURCES`.
        action_names: Name of each of the A numbers of an action.
        gripper_index: Which of them is the gripper's opening; None if none is.
        split_episodes: Split to the number of its RLDS episodes; of the whole dataset, also where
            this conversion only added to it.
        bags: The bags.
        episodes: What was converted.
        skipped: What was not.
        warnings: Sentences of the converter itself that a person should act on.
        earlier_reports: Pages of the conversions that the dataset held before, relative to its
            directory, the first conversion first; this one's report tells of what it added.
    """

    dataset: str
    embodiment: str
    hz: float
    action_source: str
    action_names: tuple[str, ...]
    gripper_index: int | None
    split_episodes: Mapping[str, int]
    bags: tuple[BagFacts, ...]
    episodes: tuple[EpisodeFacts, ...]
    skipped: tuple[SkippedEpisode, ...] = ()
    warnings: tuple[str, ...] = ()
    earlier_reports: tuple[str, ...] = ()

    @property
    def steps(self) -> int:
        """Steps of all episodes, each counted once."""
        return sum(sum(episode.report.steps) for episode in self.episodes)

    @property
    def moves_tcp(self) -> bool:
        """Whether actions are displacements of the TCP, not joint positions or their changes."""
        return not self.action_source.startswith('joint')
