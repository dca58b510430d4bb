# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One recorded episode → what is written of it; depends on nothing but its arguments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.data.conversion.converted_episode import ConvertedEpisode, ConvertedRecord
from octo_ros.data.conversion.job import EpisodeJob, JobProgress, Tell
from octo_ros.data.conversion.parts import PartCollector
from octo_ros.data.conversion.pictures import PictureStore
from octo_ros.data.conversion.split_record import record_rows
from octo_ros.data.labels.integration import integration_error
from octo_ros.data.report.episode_report import EpisodeReport, Skew, SkippedEpisode, Spacing
from octo_ros.data.report.thumbnails import thumbnails
from octo_ros.data.rlds.record import EpisodeRecord
from octo_ros.data.timing.align import align
from octo_ros.data.timing.command_stamps import stamp_commands
from octo_ros.data.timing.feed import Feed
from octo_ros.data.timing.grid import camera_period_ns, choose_grid
from octo_ros.observation.sync import PRIMARY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.data.bags.bag import Bag
    from octo_ros.data.conversion.parts import Part
    from octo_ros.data.conversion.request import ConversionRequest
    from octo_ros.data.labels.labels import ActionLabels
    from octo_ros.data.rlds.spool import SpooledPictures
    from octo_ros.data.timing.grid import Grid
    from octo_ros.geometry import Array, Pose

LOST = 'observed, but alone between holes or just before one'
TOO_LONG = 'longer than the 2 GiB that one record can hold: further ones go on from there'
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
    episode, robot = job.episode, request.embodiment
    feed = Feed(robot, tcp_pose, request.topics.pose, job.clocks)
    grid = _grid(job, request)
    ticks = grid.ticks
    feed.prepare(bag)
    remarks_before = bag.remarks
    window = job.window(ticks[0] - feed.builder.lead_ns, ticks[-1])
    messages = bag.messages(feed.topics, *window, late_pictures=True)
    with PictureStore(directory, robot.cameras, robot.depth_cameras) as pictures:
        collector = PartCollector(job.first_ns, episode.end_ns, grid.period_ns, pictures)
        for number, tick in enumerate(align(messages, feed, ticks)):
            collector.add(tick)
            if number % TELL_EVERY == 0:
                seconds = (tick.time_ns - episode.start_ns) / 1e9
                tell(JobProgress(job.index, min(seconds, job.seconds), collector.count))
        collector.finish()
        stored = _Stored(pictures.images(), pictures.depths())
    remarks: Counter[str] = Counter()
    if grid.period_ns != request.period_ns:
        remarks[grid.reason] += 1
    parts = _long_enough(collector)
    counts = feed.builder.pictures()
    if not parts:
        reason = f'fewer than 2 steps from {len(ticks)} ticks'
        if collector.dropped:
            worst = collector.dropped.most_common(1)[0][0]
            reason += f'; mostly {collector.details.get(worst, worst)}'
        skipped = SkippedEpisode(str(job.bag), episode.episode_id, reason)
        return ConvertedEpisode((), skipped, counts, remarks)
    labels, stray = _labels(bag, job, ticks)
    actions = [labels.actions(part.stamps_ns, part.states) for part in parts]
    records = tuple(_records(job, parts, actions, request, stored))
    if len(records) > len(parts):
        remarks[TOO_LONG] += len(records) - len(parts)
    distance, angle = _path_error(parts, actions, request)
    report = EpisodeReport(
        bag=str(job.bag),
        episode=episode.episode_id,
        splits=(),
        steps=tuple(converted.record.steps for converted in records),
        instruction=episode.instruction,
        success=episode.success,
        dropped_ticks=dict(collector.dropped),
        details={**collector.details, **feed.examples},
        unusable_messages=dict(feed.unusable),
        skews={key: Skew.of(skew_ns) for key, skew_ns in collector.skew_ns.items()},
        starts_late_s=collector.starts_late_s,
        ends_early_s=collector.ends_early_s,
        spacing=Spacing.of(
            [part.stamps_ns for part in parts],
            request.period_ns,
            camera_period_ns(np.asarray(job.arrivals_ns, np.int64)),
        ),
        path_error_mm=distance,
        path_error_deg=angle,
    )
    return ConvertedEpisode(
        records,
        report,
        counts,
        remarks + labels.remarks + stray + bag.remarks - remarks_before,
        dict(labels.warnings),
    )


class _Stored:
    """The pictures of all rows of an episode."""

    def __init__(
        self, images: dict[str, SpooledPictures], depths: dict[str, SpooledPictures]
    ) -> None:
        self.images = images
        self.depths = depths

    def all(self) -> list[SpooledPictures]:
        return [*self.images.values(), *self.depths.values()]


def _records(
    job: EpisodeJob,
    parts: list[Part],
    actions: list[NDArray[np.float32]],
    request: ConversionRequest,
    stored: _Stored,
) -> Iterator[ConvertedRecord]:
    episode, numbers = job.episode, count(1)
    for part, labels in zip(parts, actions, strict=True):
        rows = range(part.start, part.start + _known_actions(part))
        vectors = [part.states.proprio, labels, *part.observations.values()]
        row_bytes = 64 + len(episode.instruction.encode()) + sum(v[0].nbytes for v in vectors)
        for piece in record_rows(stored.all(), rows, row_bytes):
            number = next(numbers)
            own = slice(piece.start - part.start, piece.stop - part.start)
            on_disk = slice(piece.start, piece.stop)
            record = EpisodeRecord(
                file_path=str(job.bag),
                name=episode.episode_id + (f'/{number}' if number > 1 else ''),
                instruction=episode.instruction,
                success=episode.success,
                is_terminal=job.is_end and part.is_end and piece.stop == rows.stop,
                action_source=request.action_source,
                proprio=part.states.proprio[own],
                actions=labels[own],
                images={key: pictures[on_disk] for key, pictures in stored.images.items()},
                depths={key: pictures[on_disk] for key, pictures in stored.depths.items()},
                observations={key: values[own] for key, values in part.observations.items()},
                embodiment=request.embodiment.name,
                hz=request.rate,
            )
            small = thumbnails(record.images[PRIMARY])
            yield ConvertedRecord(record, part.stamps_ns[own], small)


def _known_actions(part: Part) -> int:
    """Before a hole the last action is not known, so its step goes; at the end it is a hold.

    The end is where the data of all sources ends, be it before the end of the recording.
    """
    return len(part.stamps_ns) - (not part.is_end)


def _long_enough(collector: PartCollector) -> list[Part]:
    """The parts of at least two steps; what is lost at holes is counted with the dropped ticks."""
    parts = collector.parts()
    kept = [part for part in parts if _known_actions(part) >= 2]
    lost = sum(len(part.stamps_ns) for part in parts) - sum(_known_actions(p) for p in kept)
    if lost:
        collector.dropped[LOST] = lost
    if kept and not kept[-1].is_end:
        kept[-1] = replace(kept[-1], is_end=True)  # only single observations came after it
    return kept


def _grid(job: EpisodeJob, request: ConversionRequest) -> Grid:
    # A quarter of the allowed age: other cameras' frames are in by then, and this one is fresh.
    max_delay_ns = round(request.embodiment.cameras[PRIMARY].max_age * 1e9) // 4
    start_ns, end_ns = job.episode.start_ns, job.episode.end_ns
    return choose_grid(job.arrivals_ns, start_ns, end_ns, request.period_ns, max_delay_ns)


def _labels(bag: Bag, job: EpisodeJob, ticks: range) -> tuple[ActionLabels, Counter[str]]:
    """The job's own labels, fed with what they need of its span, and remarks on its stamps."""
    labels = deepcopy(job.labels)
    clocks = [job.clocks[topic] for topic in labels.topics if topic in job.clocks]
    late_ns = max((clock.latency_ns for clock in clocks), default=0)
    window = job.window(ticks[0] - labels.lead_ns, ticks[-1] + late_ns)
    commands, remarks = stamp_commands(bag.messages(labels.topics, *window), job.clocks)
    for command in commands:
        labels.add(command)
    return labels, remarks


def _path_error(
    parts: list[Part], actions: list[NDArray[np.float32]], request: ConversionRequest
) -> tuple[float | None, float | None]:
    """Largest distance [mm] and angle [deg] of the integrated actions from the recorded path."""
    if request.action_source.startswith('joint'):
        return None, None
    errors = [
        integration_error(part.states.proprio, rows)
        for part, rows in zip(parts, actions, strict=True)
    ]
    distance, angle = (max(values) for values in zip(*errors, strict=True))
    return round(1e3 * distance, 4), round(float(np.degrees(angle)), 4)
