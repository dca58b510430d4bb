# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Messages that arrived but could not be used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from octo_ros.data.report.finding import Finding, Severity

if TYPE_CHECKING:
    from octo_ros.data.report.measured import Measured


def check_unusable_messages(measured: Measured) -> Iterator[Finding]:
    """One finding per reason."""
    counts: dict[str, Counter[str]] = {}
    for episode in measured.facts.episodes:
        for reason, count in episode.report.unusable_messages.items():
            counts.setdefault(reason, Counter())[episode.report.place] += count
    for reason, places in counts.items():
        yield Finding(
            Severity.WARNING,
            'unusable_messages',
            tuple(place for place, _ in places.most_common()),
            f'Messages that could not be used: {places.total()}. {reason}',
            'every message should be usable',
            'Correct the driver or the joint names of the embodiment; the messages were left out.',
        )
