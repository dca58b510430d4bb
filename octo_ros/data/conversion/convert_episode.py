# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One recorded episode → what is written of it; depends on nothing but its arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.data.conversion.parts import PartCollector
from octo_ros.data.labels.integration import integration_error
from octo_ros.data.labels.labels import labels_for
from octo_ros.data.labels.states import LabelStates
from octo_ros.data.report.episode_report import EpisodeReport, Skew, SkippedEpisode
from octo_ros.data.rlds.record import EpisodeRecord
from octo_ros.data.timing.align import align, choose_phase, tick_times
from octo_ros.data.timing.feed import Feed
from octo_ros.observation.sync import PRIMARY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.data.bags.bag import Bag
    from octo_ros.data.conversion.parts import Part
    from octo_ros.data.conversion.request import ConversionRequest
    from octo_ros.data.episodes.episode import Episode
    from octo_ros.geometry import Array, Pose

LOST = 'observed, but alone between holes or just before one'


@dataclass(frozen=True)
class EpisodeResult:
    """What came of one recorded episode.

    Attributes:
        records: To be written; none if it was skipped.
        report: What happened; its `splits` are filled in by who writes the records.
    """

    records: tuple[EpisodeRecord, ...]
    report: EpisodeReport | SkippedEpisode


def check_bag(bag: Bag, request: ConversionRequest) -> None:
    """Check that a bag has every topic that the request needs.

    Raises:
        BagError: A topic is missing or has the wrong type.
    """
    Feed(request.embodiment, None, request.topics.pose).check(bag)
    labels_for(request.action_source, request.embodiment, request.topics).check(bag)


def convert_episode(
    bag: Bag,
    episode: Episode,
    request: ConversionRequest,
    tcp_pose: Callable[[Array], Pose] | None,
) -> EpisodeResult:
    """Convert one episode.

    Args:
        bag: The open bag.
        episode: Which span of it.
        request: How.
        tcp_pose: Forward kinematics; None if poses come from a topic.

    Raises:
        BagError: The bag is damaged, or gives poses in the wrong frame.
    """
    feed = Feed(request.embodiment, tcp_pose, request.topics.pose)
    collector = PartCollector(episode.end_ns, request.period_ns)
    ticks = _ticks(bag, episode, request)
    messages = bag.messages(feed.topics, ticks[0] - feed.builder.lead_ns, ticks[-1])
    for tick in align(messages, feed, ticks):
        collector.add(tick)
    parts = _long_enough(collector)
    source = str(bag.path)
    if not parts:
        reason = f'fewer than 2 steps from {len(ticks)} ticks'
        if collector.dropped:
            worst = collector.dropped.most_common(1)[0][0]
            reason += f'; mostly {collector.details.get(worst, worst)}'
        return EpisodeResult((), SkippedEpisode(source, episode.episode_id, reason))
    actions = list(_actions(bag, parts, ticks, request))
    records = tuple(_records(source, episode, parts, actions, request.action_source))
    errors = [integration_error(p.proprio, a) for p, a in zip(parts, actions, strict=True)]
    report = EpisodeReport(
        bag=source,
        episode=episode.episode_id,
        splits=(),
        steps=tuple(record.steps for record in records),
        instruction=episode.instruction,
        success=episode.success,
        dropped_ticks=dict(collector.dropped),
        details=collector.details,
        unusable_messages=dict(feed.unusable),
        skews={key: Skew.of(skew_ns) for key, skew_ns in collector.skew_ns.items()},
        path_error_mm=round(1e3 * max(distance for distance, _ in errors), 4),
        path_error_deg=round(float(np.degrees(max(angle for _, angle in errors))), 4),
    )
    return EpisodeResult(records, report)


def _records(
    source: str,
    episode: Episode,
    parts: list[Part],
    actions: list[NDArray[np.float32]],
    action_source: str,
) -> Iterator[EpisodeRecord]:
    for index, (part, rows) in enumerate(zip(parts, actions, strict=True)):
        steps = _known_actions(part)
        yield EpisodeRecord(
            file_path=source,
            name=episode.episode_id + (f'/{index + 1}' if index else ''),
            instruction=episode.instruction,
            success=episode.success,
            is_terminal=part.is_end,
            action_source=action_source,
            proprio=part.proprio[:steps],
            actions=rows[:steps],
            images={key: jpegs[:steps] for key, jpegs in part.images.items()},
        )


def _known_actions(part: Part) -> int:
    """Before a hole the last action is not known, so its step goes; at the end it is a hold."""
    return len(part.stamps_ns) - (not part.is_end)


def _long_enough(collector: PartCollector) -> list[Part]:
    """The parts of at least two steps; what is lost at holes is counted with the dropped ticks."""
    parts = collector.parts()
    kept = [part for part in parts if _known_actions(part) >= 2]
    lost = sum(len(part.stamps_ns) for part in parts) - sum(_known_actions(p) for p in kept)
    if lost:
        collector.dropped[LOST] = lost
    return kept


def _ticks(bag: Bag, episode: Episode, request: ConversionRequest) -> range:
    primary = request.embodiment.cameras[PRIMARY]
    period_ns = request.period_ns
    arrivals = bag.arrivals(primary.topic, episode.start_ns, episode.end_ns + period_ns)
    # A quarter of the allowed age: other cameras' frames are in by then, and this one is fresh.
    max_delay_ns = round(primary.max_age * 1e9) // 4
    phase_ns = choose_phase(arrivals, episode.start_ns, period_ns, max_delay_ns)
    return tick_times(episode.start_ns, episode.end_ns, period_ns, phase_ns)


def _actions(
    bag: Bag, parts: list[Part], ticks: range, request: ConversionRequest
) -> Iterator[NDArray[np.float32]]:
    labels = labels_for(request.action_source, request.embodiment, request.topics)
    labels.check(bag)
    for message in bag.messages(labels.topics, ticks[0] - labels.lead_ns, ticks[-1]):
        labels.add(message)
    for part in parts:
        proprio = part.proprio
        joints = np.zeros((len(proprio), 0))
        states = LabelStates(proprio, joints, proprio[:, 6].astype(np.float64))
        yield labels.actions(part.stamps_ns, states)
