# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One recorded episode → what is written of it; depends on nothing but its arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.data.conversion.converted_episode import ConvertedEpisode, ConvertedRecord
from octo_ros.data.conversion.job import EpisodeJob, JobProgress, Tell
from octo_ros.data.conversion.parts import PartCollector
from octo_ros.data.conversion.pictures import PictureStore
from octo_ros.data.conversion.split_record import record_rows
from octo_ros.data.labels.actions import (
    CommandedDelta,
    achieved_pose_actions,
    command_delta_actions,
    commanded_delta,
    integration_error,
)
from octo_ros.data.report.conversion_report import EpisodeReport, Skew, SkippedEpisode
from octo_ros.data.rlds.record import EpisodeRecord
from octo_ros.data.timing.align import align, choose_phase, tick_times
from octo_ros.data.timing.feed import Feed
from octo_ros.observation.sync import PRIMARY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.data.bags.bag import Bag
    from octo_ros.data.conversion.parts import Part
    from octo_ros.data.conversion.request import ConversionRequest
    from octo_ros.data.rlds.spool import SpooledPictures
    from octo_ros.geometry import Array, Pose

LOST = 'observed, but alone between holes or just before one'
LEAD_NS = 2_000_000_000  # of commands read before the first tick, more than one may last
TELL_EVERY = 8  # ticks


def convert_episode(
    bag: Bag,
    job: EpisodeJob,
    request: ConversionRequest,
    tcp_pose: Callable[[Array], Pose] | None,
    directory: Path,
    *,
    tell: Tell,
) -> ConvertedEpisode:
    """Convert one episode; its pictures go to disk as they come.

    Args:
        bag: The open bag.
        job: Which span of it.
        request: How.
        tcp_pose: Forward kinematics; None if poses come from a topic.
        directory: For the pictures.
        tell: Called every few ticks.

    Raises:
        BagError: The bag is damaged, or gives poses in the wrong frame.
    """
    episode = job.episode
    feed = Feed(request.embodiment, tcp_pose, request.topics.pose)
    ticks = _ticks(bag, job, request)
    messages = bag.messages(feed.topics, ticks[0] - feed.builder.lead_ns, ticks[-1])
    with PictureStore(directory, request.embodiment.cameras) as pictures:
        collector = PartCollector(episode.end_ns, request.period_ns, pictures)
        for number, tick in enumerate(align(messages, feed, ticks)):
            collector.add(tick)
            if number % TELL_EVERY == 0:
                seconds = (tick.time_ns - episode.start_ns) / 1e9
                tell(JobProgress(job.index, min(seconds, job.seconds), collector.count))
        images = pictures.images()
    parts = _long_enough(collector)
    source = str(bag.path)
    if not parts:
        reason = f'fewer than 2 steps from {len(ticks)} ticks'
        if collector.dropped:
            worst = collector.dropped.most_common(1)[0][0]
            reason += f'; mostly {collector.details.get(worst, worst)}'
        return ConvertedEpisode((), SkippedEpisode(source, episode.episode_id, reason))
    actions = list(_actions(bag, parts, ticks, request))
    records = tuple(_records(job, parts, actions, request, images))
    errors = [integration_error(p.proprio, a) for p, a in zip(parts, actions, strict=True)]
    report = EpisodeReport(
        bag=source,
        episode=episode.episode_id,
        splits=(),
        steps=tuple(converted.record.steps for converted in records),
        instruction=episode.instruction,
        success=episode.success,
        dropped_ticks=dict(collector.dropped),
        details=collector.details,
        unusable_messages=dict(feed.unusable),
        skews={key: Skew.of(skew_ns) for key, skew_ns in collector.skew_ns.items()},
        path_error_mm=round(1e3 * max(distance for distance, _ in errors), 4),
        path_error_deg=round(float(np.degrees(max(angle for _, angle in errors))), 4),
    )
    return ConvertedEpisode(records, report)


def _records(
    job: EpisodeJob,
    parts: list[Part],
    actions: list[NDArray[np.float32]],
    request: ConversionRequest,
    images: dict[str, SpooledPictures],
) -> Iterator[ConvertedRecord]:
    episode, numbers = job.episode, count(1)
    for part, labels in zip(parts, actions, strict=True):
        rows = range(part.start, part.start + _known_actions(part))
        for piece in record_rows(list(images.values()), rows):
            number = next(numbers)
            own = slice(piece.start - part.start, piece.stop - part.start)
            stored = slice(piece.start, piece.stop)
            record = EpisodeRecord(
                file_path=str(job.bag),
                name=episode.episode_id + (f'/{number}' if number > 1 else ''),
                instruction=episode.instruction,
                success=episode.success,
                is_terminal=part.is_end and piece.stop == rows.stop,
                action_source=request.action_source,
                proprio=part.proprio[own],
                actions=labels[own],
                images={key: pictures[stored] for key, pictures in images.items()},
                embodiment=request.embodiment.name,
                hz=request.rate,
            )
            yield ConvertedRecord(record, part.stamps_ns[own])


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


def _ticks(bag: Bag, job: EpisodeJob, request: ConversionRequest) -> range:
    primary, episode = request.embodiment.cameras[PRIMARY], job.episode
    period_ns = request.period_ns
    arrivals = bag.arrivals(primary.topic, episode.start_ns, episode.end_ns + period_ns)
    # A quarter of the allowed age: other cameras' frames are in by then, and this one is fresh.
    max_delay_ns = round(primary.max_age * 1e9) // 4
    phase_ns = choose_phase(arrivals, episode.start_ns, period_ns, max_delay_ns)
    return tick_times(episode.start_ns, episode.end_ns, period_ns, phase_ns)


def _actions(
    bag: Bag, parts: list[Part], ticks: range, request: ConversionRequest
) -> Iterator[NDArray[np.float32]]:
    if request.action_source == 'achieved_pose':
        yield from (achieved_pose_actions(part.proprio) for part in parts)
        return
    messages = bag.messages([request.topics.commands], ticks[0] - LEAD_NS, ticks[-1])
    commands: list[CommandedDelta] = sorted(
        (commanded_delta(message.value) for message in messages), key=lambda c: c.time_ns
    )
    for part in parts:
        yield command_delta_actions(part.stamps_ns, part.proprio, commands)
