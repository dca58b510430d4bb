# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What there is to do: bags are looked through once, before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.data.bags.bag import Bag
from octo_ros.data.conversion.job import EpisodeJob
from octo_ros.data.conversion.latencies import with_latencies
from octo_ros.data.episodes.plan import plan_episodes
from octo_ros.data.labels.labels import labels_for
from octo_ros.data.report.episode_report import SkipKind, SkippedEpisode
from octo_ros.data.report.facts import BagFacts
from octo_ros.data.rlds.features import DatasetLayout
from octo_ros.data.timing.bag_timings import readable_span, timings_of, usable_spans
from octo_ros.data.timing.feed import Feed
from octo_ros.observation.sync import PRIMARY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from octo_ros.data.conversion.request import ConversionRequest
    from octo_ros.data.episodes.episode import Episode
    from octo_ros.data.labels.labels import ActionLabels

MIXED = 'recorded while the clock was set back, where two stretches of time are mixed'


@dataclass(frozen=True)
class ConversionPlan:
    """What there is to do.

    Attributes:
        jobs: Episodes to convert, in the order of bags and time.
        skipped: Those that are not, and why.
        bags: What is known of the bags before anything is decoded.
        layout: Of the steps of the dataset.
        normalised: Octo's action_normalization_mask, shape (A,).
    """

    jobs: tuple[EpisodeJob, ...]
    skipped: tuple[SkippedEpisode, ...]
    bags: tuple[BagFacts, ...]
    layout: DatasetLayout
    normalised: tuple[bool, ...]


def make_plan(request: ConversionRequest) -> ConversionPlan:
    """Look through all bags.

    Raises:
        BagError: One is unreadable or lacks something.
    """
    looks = [_Look(path, request) for path in request.bags]
    jobs = [job for look in looks for job in look.jobs]
    labels = looks[0].labels
    return ConversionPlan(
        jobs=tuple(replace(job, index=index) for index, job in enumerate(jobs)),
        skipped=tuple(skipped for look in looks for skipped in look.skipped),
        bags=tuple(look.facts for look in looks),
        layout=DatasetLayout.of(request.embodiment, labels.names),
        normalised=labels.normalised,
    )


class _Look:
    """One look through one bag."""

    def __init__(self, path: Path, request: ConversionRequest) -> None:
        self.path = path
        self._request = request
        self.jobs: list[EpisodeJob] = []
        self.skipped: list[SkippedEpisode] = []
        with Bag(path, salvage=request.salvage) as bag:
            self._look(bag)
            self.facts = BagFacts(
                path=str(path),
                duration_s=(bag.end_ns - bag.start_ns) / 1e9,
                topics=tuple(self._timings.values()),
                losses=bag.losses,
                notes=bag.notes,
                remarks=tuple(self._remarks),
            )

    def _look(self, bag: Bag) -> None:
        request = self._request
        feed = Feed(request.embodiment, None, request.topics.pose)
        feed.check(bag)
        self.labels: ActionLabels = labels_for(
            request.action_source, request.embodiment, request.topics
        )
        self.labels.check(bag)
        plan = plan_episodes(bag, request.topics, request.instruction)
        self._remarks = list(plan.remarks)
        types = bag.topics
        topics = dict.fromkeys([*feed.topics, *self.labels.topics])
        stamps = bag.stamps_of([topic for topic in topics if topic in types])
        self._timings = with_latencies(timings_of(types, stamps), request)
        self._bag_start_ns = bag.start_ns
        self._ends_ns = sorted(episode.end_ns for episode in plan.episodes)
        camera = request.embodiment.cameras[PRIMARY].topic
        arrivals_ns = np.sort(self._timings[camera].clock.known_ns(stamps[camera]))
        for episode in plan.episodes:
            kind, reason = _reason_to_skip(episode, request)
            if kind is None:
                self.jobs += self._jobs(episode, arrivals_ns)
            else:
                self._skip(episode, reason, kind)

    def _jobs(self, episode: Episode, arrivals_ns: NDArray[np.int64]) -> Iterator[EpisodeJob]:
        spans = usable_spans(episode.start_ns, episode.end_ns, self._timings)
        if not spans:
            self._skip(episode, MIXED, 'unusable')
        elif spans != ((episode.start_ns, episode.end_ns),):
            used = sum(end_ns - start_ns for start_ns, end_ns in spans) / 1e9
            self._remarks.append(
                f'The clock of the recorder was set during episode {episode.episode_id!r}, which '
                f'is cut there: {len(spans)} of it, {used:.1f} s in all.'
            )
        period_ns = self._request.period_ns
        for number, (start_ns, last_ns) in enumerate(spans, 1):
            end_ns = last_ns
            name = episode.episode_id + (f':{number}' if number > 1 else '')
            readable_ns = readable_span(start_ns, end_ns, self._timings)
            is_end = end_ns == episode.end_ns
            beyond_ns = end_ns + period_ns * is_end  # what comes after a break is not of it
            first, last = np.searchsorted(arrivals_ns, [start_ns, beyond_ns])
            own_ns = arrivals_ns[first:last].copy()
            if not is_end and len(own_ns):
                # The span reaches to the first arrival after the step, which may be an hour away.
                end_ns = min(end_ns, int(own_ns[-1]) + period_ns)
            yield EpisodeJob(
                index=0,
                bag=self.path,
                episode=replace(episode, episode_id=name, start_ns=start_ns, end_ns=end_ns),
                labels=self.labels.since(start_ns),
                arrivals_ns=own_ns,
                clocks={topic: timing.clock for topic, timing in self._timings.items()},
                readable_ns=readable_ns,
                first_ns=self._first_ns(start_ns) if number == 1 else None,
                is_end=is_end,
            )

    def _first_ns(self, start_ns: int) -> int | None:
        """Earliest stamp of an observation in an episode that starts then.

        The frame that was exposed just before is what the robot saw at the start, unless it is of
        the episode before.
        """
        if start_ns <= self._bag_start_ns:
            return None
        earlier = [end_ns + 1 for end_ns in self._ends_ns if end_ns <= start_ns]
        return max([start_ns - self._request.period_ns // 2, *earlier[-1:]])

    def _skip(self, episode: Episode, reason: str, kind: SkipKind) -> None:
        self.skipped.append(SkippedEpisode(str(self.path), episode.episode_id, reason, kind))


def _reason_to_skip(episode: Episode, request: ConversionRequest) -> tuple[SkipKind | None, str]:
    if episode.discarded:
        return 'discarded', 'discarded when recorded'
    if request.skip_failed and episode.success is False:
        return 'failed', 'marked as a failure, which --skip-failed leaves out'
    return None, ''
