# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Actions too large for one step: a jump of the recording, or a wrong unit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.data.report.checks.grading import Limit, graded
from octo_ros.data.report.finding import Finding, Severity

if TYPE_CHECKING:
    from octo_ros.data.report.measured import Measured

TRANSLATION = Limit(0.1, Severity.ERROR, 'error above 0.1 m per step')
ROTATION = Limit(0.5, Severity.ERROR, 'error above 0.5 rad per step')
REMEDY = (
    'Look at the step: a jump of the pose, a missing piece, or a command in another unit. '
    'A dataset with so few steps per second that the arm really goes so far needs a higher --hz.'
)


def check_translation(measured: Measured) -> Iterator[Finding]:
    """Length of the translation of each action."""
    yield from graded(
        'large_translation',
        _lengths(measured, slice(0, 3)),
        (TRANSLATION,),
        lambda metres: f'An action moves the TCP by {metres:.3f} m in one step.',
        REMEDY,
    )


def check_rotation(measured: Measured) -> Iterator[Finding]:
    """Angle of the rotation of each action."""
    yield from graded(
        'large_rotation',
        _lengths(measured, slice(3, 6)),
        (ROTATION,),
        lambda angle: f'An action turns the TCP by {angle:.2f} rad in one step.',
        REMEDY,
    )


def _lengths(measured: Measured, numbers: slice) -> Iterator[tuple[str, float]]:
    if not measured.facts.moves_tcp:
        return
    for episode in measured.facts.episodes:
        for index, part in enumerate(episode.parts):
            lengths = np.linalg.norm(part.actions[:, numbers], axis=1)
            lengths = np.where(np.isfinite(lengths), lengths, 0.0)  # `not_finite` tells of these
            if len(lengths):
                step = int(np.argmax(lengths))
                piece = f' part {index + 1}' if len(episode.parts) > 1 else ''
                yield f'{episode.report.place}{piece} step {step}', float(lengths[step])
