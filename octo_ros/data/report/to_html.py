# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The report for people: one page, of a size that opens on a phone whatever the dataset's."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from octo_ros.data.report import plots
from octo_ros.data.report.finding import Finding, Severity
from octo_ros.data.report.page import data_uri, render
from octo_ros.data.report.shortened import SENTENCE, in_few, shortened
from octo_ros.data.report.to_json import episode_counts

if TYPE_CHECKING:
    from markupsafe import Markup

    from octo_ros.data.report.episode_report import EpisodeReport
    from octo_ros.data.report.facts import EpisodeFacts
    from octo_ros.data.report.measured import Measured
    from octo_ros.data.report.measures.actions import ActionField
    from octo_ros.data.report.measures.idle import Idle

PICTURE_BYTES = 4_000_000  # of all thumbnails, before base64 makes a third more of them
THUMBNAILS = 6  # of one episode
PATH_POINTS = 40_000  # of all paths
LEAST_POINTS = 20  # of one
FINDINGS = 100
EPISODES = 1000
SKIPPED = 300
SENTENCES = 20  # about one bag
EARLIER = 50  # reports that are linked to
BAGS = 200
INSTRUCTIONS = 500
OPEN = 12  # episodes and bags are unfolded if there are no more
STATES = {None: '', True: 'success', False: 'failed'}


@dataclass(frozen=True)
class EpisodePart:
    """The page's part about one episode."""

    anchor: str
    report: EpisodeReport
    idle: Idle
    state: str
    worst: str
    thumbnails: tuple[str, ...]
    path: Markup | None


@dataclass(frozen=True)
class ActionPart:
    """The page's part about one number of the actions."""

    field: ActionField
    plot: Markup


def to_html(measured: Measured, findings: Sequence[Finding]) -> str:
    """Render the page."""
    facts = measured.facts
    episodes = facts.episodes[:EPISODES]
    pictures = choose_thumbnails([_thumbnails(episode) for episode in episodes])
    worst = worst_by_place(findings, {episode.report.place for episode in facts.episodes})
    points = min(plots.POINTS, max(LEAST_POINTS, PATH_POINTS // max(len(episodes), 1)))
    parts = [
        _episode(index, measured, shown, worst, points)
        for index, shown in enumerate(pictures.thumbnails)
    ]
    anchors = {part.report.place: part.anchor for part in parts}
    return render(
        'octo_ros.data.report',
        'report.html',
        m=measured,
        facts=facts,
        name=_name(facts.dataset),
        findings=[(finding, _linked(finding, anchors)) for finding in findings[:FINDINGS]],
        counts=Counter(finding.severity.value for finding in findings),
        episode_counts=episode_counts(measured),
        ticks=sum(episode.report.ticks for episode in facts.episodes),
        actions=[ActionPart(field, plots.histogram(field)) for field in measured.actions],
        lag=measured.lag and plots.lags(measured.lag),
        episodes=parts,
        bags=[(PurePath(bag.path).name, bag) for bag in facts.bags[:BAGS]],
        instructions=measured.instructions[:INSTRUCTIONS],
        # What is lost unwanted comes first.
        skipped=sorted(facts.skipped, key=lambda s: s.kind != 'unusable')[:SKIPPED],
        open=OPEN,
        left_out=[
            *_left_out(measured, len(findings)),
            *pictures.left_out,
            *_not_drawn(parts, points),
        ],
        short=shortened,
        in_few=in_few,
        sentence_length=SENTENCE,
        sentences=SENTENCES,
        earlier=EARLIER,
        severities=[severity.value for severity in Severity],
    )


@dataclass(frozen=True)
class ChosenThumbnails:
    """Which thumbnails are shown.

    Attributes:
        thumbnails: Those of each episode.
        left_out: Sentences about those that are not.
    """

    thumbnails: tuple[tuple[bytes, ...], ...]
    left_out: tuple[str, ...]


def choose_thumbnails(
    episodes: Sequence[Sequence[bytes]], budget: int = PICTURE_BYTES
) -> ChosenThumbnails:
    """All thumbnails if they fit; else the middle one of each episode, while they fit.

    Args:
        episodes: Thumbnails of each episode.
        budget: Bytes that all together may take.
    """
    if sum(len(jpeg) for shown in episodes for jpeg in shown) <= budget:
        return ChosenThumbnails(tuple(map(tuple, episodes)), ())
    chosen: list[tuple[bytes, ...]] = []
    for shown in episodes:
        middle = tuple(shown[len(shown) // 2 : len(shown) // 2 + 1])
        budget -= sum(map(len, middle))
        chosen.append(middle if budget >= 0 else ())
    sentences = ['Of each episode only the middle thumbnail is shown, to keep the page light.']
    without = sum(bool(all_of) and not some for all_of, some in zip(episodes, chosen, strict=True))
    if without:
        sentences.append(f'The thumbnails of {without} episodes are left out altogether.')
    return ChosenThumbnails(tuple(chosen), tuple(sentences))


def worst_by_place(findings: Sequence[Finding], places: set[str]) -> Mapping[str, str]:
    """Episode to the worst severity found in it; notes do not count.

    A place of a finding is an episode, `<source> in <episode>` or `<episode> … step <n>`.
    """
    worst: dict[str, str] = {}
    for finding in findings:
        if finding.severity is not Severity.NOTE:
            for place in finding.places:
                name = _episode_of(place, places)
                if name:
                    worst.setdefault(name, finding.severity.value)
    return worst


def _episode_of(place: str, places: set[str] | Mapping[str, str]) -> str:
    before = place.partition(' step ')[0]
    candidates = (place, place.partition(' in ')[2], before, before.rpartition(' part ')[0])
    return next((name for name in candidates if name in places), '')


def _linked(finding: Finding, anchors: Mapping[str, str]) -> list[tuple[str, str]]:
    """All places of a finding, each with the anchor of its episode or nothing."""
    return [(place, anchors.get(_episode_of(place, anchors), '')) for place in finding.places]


def _episode(
    index: int, measured: Measured, shown: Sequence[bytes], worst: Mapping[str, str], points: int
) -> EpisodePart:
    episode = measured.facts.episodes[index]
    return EpisodePart(
        anchor=f'episode-{index + 1}',
        report=episode.report,
        idle=measured.idle[index],
        state=STATES[episode.report.success],
        worst=worst.get(episode.report.place, ''),
        thumbnails=tuple(data_uri(jpeg, 'image/jpeg') for jpeg in shown),
        path=plots.paths(episode.parts, measured.facts.moves_tcp, points),
    )


def _thumbnails(episode: EpisodeFacts) -> tuple[bytes, ...]:
    """At most THUMBNAILS of an episode, spread evenly over its parts."""
    every = [jpeg for part in episode.parts for jpeg in part.thumbnails]
    if len(every) <= THUMBNAILS:
        return tuple(every)
    last = len(every) - 1
    return tuple(every[round(i * last / (THUMBNAILS - 1))] for i in range(THUMBNAILS))


def _left_out(measured: Measured, findings: int) -> list[str]:
    parts = (
        (findings, FINDINGS, 'findings'),
        (len(measured.facts.episodes), EPISODES, 'episodes'),
        (len(measured.facts.bags), BAGS, 'bags'),
        (len(measured.instructions), INSTRUCTIONS, 'instructions'),
        (len(measured.facts.skipped), SKIPPED, 'episodes that are not in the dataset'),
    )
    return [
        f'The first {limit} of {total} {words} are shown; report.json has all of them.'
        for total, limit, words in parts
        if total > limit
    ]


def _not_drawn(episodes: Sequence[EpisodePart], points: int) -> list[str]:
    """Sentences about paths that are drawn in part only."""
    sentences = []
    if points < plots.POINTS:
        sentences.append(f'Paths are drawn with about {points} points, to keep the page light.')
    long = sum(len(episode.report.steps) > plots.PARTS for episode in episodes)
    if long:
        sentences.append(
            f'Of {long} episodes only the paths of the first {plots.PARTS} parts are drawn.'
        )
    return sentences


def _name(dataset: str) -> str:
    """Name and version of a dataset from its directory."""
    path = PurePath(dataset)
    return f'{path.parent.name} {path.name}'.strip()
