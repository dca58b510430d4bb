# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Observations that do not follow one another evenly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from octo_ros.data.report.finding import Finding, Severity

if TYPE_CHECKING:
    from octo_ros.data.report.episode_report import Spacing
    from octo_ros.data.report.measured import Measured

SHARE = 0.2


def check_spacing(measured: Measured) -> Iterator[Finding]:
    """Steps that are much longer or shorter than the period, as a camera of another rate gives."""
    uneven = [
        (spacing.p95_ms / spacing.period_ms, episode.report.place, spacing)
        for episode in measured.facts.episodes
        if (spacing := episode.report.spacing) is not None
        and spacing.p95_ms > SHARE * spacing.period_ms
    ]
    if uneven:
        uneven.sort(key=lambda entry: -entry[0])
        worst = uneven[0][2]
        yield Finding(
            Severity.WARNING,
            'uneven_steps',
            tuple(place for _, place, _ in uneven),
            f'Steps that should be {worst.period_ms:.0f} ms long are off by {worst.p95_ms:.0f} ms '
            f'(95th percentile; mean {worst.mean_ms:.0f}, at most {worst.max_ms:.0f} ms), so that '
            'actions of the same size mean different speeds.',
            'warning above 20 % of the period for 95 % of the steps',
            _remedy(worst),
        )


def _remedy(spacing: Spacing) -> str:
    if not spacing.camera_hz:
        return 'Look at the rate of the primary camera: --hz should be it, or a whole part of it.'
    per_step = spacing.camera_hz * spacing.period_ms / 1e3
    frames = sorted({max(1, int(per_step)), int(per_step) + 1})
    rates = ' or '.join(f'--hz {spacing.camera_hz / count:.4g}' for count in frames)
    return f'The primary camera runs at {spacing.camera_hz:.4g} Hz; what fits it is {rates}.'
