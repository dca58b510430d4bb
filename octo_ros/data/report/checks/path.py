# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Actions that, made one after the other, do not lead along the recorded path."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from octo_ros.data.report.checks.grading import Limit, graded
from octo_ros.data.report.finding import Finding, Severity

if TYPE_CHECKING:
    from octo_ros.data.report.measured import Measured

DISTANCE = Limit(1.0, Severity.ERROR, 'error above 1 mm for achieved actions')
ANGLE = Limit(0.1, Severity.ERROR, 'error above 0.1° for achieved actions')
REMEDY = 'Achieved actions come from the path itself, so this is a mistake: please report it.'


def check_path_distance(measured: Measured) -> Iterator[Finding]:
    """Largest distance per episode."""
    yield from graded(
        'path_distance',
        _errors(measured, 'path_error_mm'),
        (DISTANCE,),
        lambda mm: f'Integrated actions leave the recorded path by {mm:.2f} mm.',
        REMEDY,
    )


def check_path_angle(measured: Measured) -> Iterator[Finding]:
    """Largest angle per episode."""
    yield from graded(
        'path_angle',
        _errors(measured, 'path_error_deg'),
        (ANGLE,),
        lambda degrees: f'Integrated actions turn away from the recorded path by {degrees:.2f}°.',
        REMEDY,
    )


def _errors(measured: Measured, name: str) -> Iterator[tuple[str, float]]:
    """Commanded actions need not follow the path: the arm lags, and the gripper meets things."""
    if measured.facts.action_source != 'achieved_pose':
        return
    for episode in measured.facts.episodes:
        value = getattr(episode.report, name)
        if value is not None:
            yield episode.report.place, value
