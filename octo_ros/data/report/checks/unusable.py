# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Messages that arrived but could not be used."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from octo_ros.data.report.finding import Finding, Severity

if TYPE_CHECKING:
    from octo_ros.data.report.measured import Measured


def check_unusable_messages(measured: Measured) -> Iterator[Finding]:
    """One finding per topic, with its most frequent reason."""
    reasons: defaultdict[str, Counter[str]] = defaultdict(Counter)
    places: defaultdict[str, Counter[str]] = defaultdict(Counter)
    examples: dict[str, str] = {}
    for episode in measured.facts.episodes:
        for reason, count in episode.report.unusable_messages.items():
            topic = reason.partition(': ')[0]
            reasons[topic][reason] += count
            places[topic][episode.report.place] += count
            examples.setdefault(reason, episode.report.details.get(reason, reason))
    for topic, counts in reasons.items():
        (worst, count), *others = counts.most_common()
        more = f' That holds for {count}; other reasons: {len(others)}.' if others else ''
        yield Finding(
            Severity.WARNING,
            'unusable_messages',
            tuple(place for place, _ in places[topic].most_common()),
            f'Messages on {topic} that could not be used: {counts.total()}. '
            f'{examples[worst].rstrip(".")}.{more}',
            'every message should be usable',
            'Correct the driver or the joint names of the embodiment; the messages were left out.',
        )
