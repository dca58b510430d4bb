# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Numbers that are none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.data.report.finding import Finding, Severity

if TYPE_CHECKING:
    from octo_ros.data.report.measured import Measured


def check_finite(measured: Measured) -> Iterator[Finding]:
    """NaN or infinite values in actions or states: one would spoil all statistics."""
    bad = {
        episode.report.place: sum(
            int((~np.isfinite(values)).sum())
            for part in episode.parts
            for values in (part.actions, part.proprio)
        )
        for episode in measured.facts.episodes
    }
    places = sorted((place for place, count in bad.items() if count), key=lambda p: -bad[p])
    if places:
        yield Finding(
            Severity.ERROR,
            'not_finite',
            tuple(places),
            f'{sum(bad.values())} numbers of actions or states are NaN or infinite.',
            'none may be',
            'Find the message that brought them and mend its source; discard the episodes.',
        )
