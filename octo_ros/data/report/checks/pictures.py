# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Cameras that send the same picture again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from octo_ros.data.report.checks.grading import Limit, graded
from octo_ros.data.report.finding import Finding, Severity
from octo_ros.data.report.measures.pictures import is_faster_than_ticks

if TYPE_CHECKING:
    from octo_ros.data.report.measured import Measured

REPEATED = Limit(0.2, Severity.WARNING, 'warning above 20 % of the frames of a fast camera')
FROZEN = Limit(0.5, Severity.WARNING, 'warning above 0.5 s')


def check_repeated_pictures(measured: Measured) -> Iterator[Finding]:
    """Share of repeated pictures of cameras that are faster than the ticks."""
    yield from graded(
        'repeated_pictures',
        (
            (f'{camera} in {episode.report.place}', pictures.repeated / pictures.frames)
            for episode in measured.facts.episodes
            for camera, pictures in episode.pictures.items()
            if is_faster_than_ticks(episode, camera)
        ),
        (REPEATED,),
        lambda share: (
            f'{100 * share:.0f} % of the frames of a camera show the picture before them.'
        ),
        'The camera is slower than it says: lower the rate of its driver, or find what holds it '
        'up (USB bandwidth, exposure time).',
    )


def check_frozen_pictures(measured: Measured) -> Iterator[Finding]:
    """Longest time for which a camera sent one picture."""
    yield from graded(
        'frozen_camera',
        (
            (f'{camera} in {episode.report.place}', pictures.longest_repeat_s)
            for episode in measured.facts.episodes
            for camera, pictures in episode.pictures.items()
        ),
        (FROZEN,),
        lambda seconds: f'A camera sent one and the same picture for {seconds:.1f} s.',
        'Look at the episode and discard it if the arm moved meanwhile; restart the driver.',
    )
