# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Angles of the state that jump from one end of their range to the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.data.report.finding import Finding, Severity

if TYPE_CHECKING:
    from octo_ros.data.report.measured import Measured


def check_angle_wrap(measured: Measured) -> Iterator[Finding]:
    """Roll, pitch or yaw that changes by more than half a turn from one step to the next."""
    places = tuple(
        episode.report.place
        for episode in measured.facts.episodes
        if any(
            (np.abs(np.diff(part.proprio[:, 3:6], axis=0)) > np.pi).any() for part in episode.parts
        )
    )
    if places:
        yield Finding(
            Severity.NOTE,
            'angle_wrap',
            places,
            'An angle of the state wraps around at ±180°.',
            'less than half a turn from step to step',
            'The actions are right: they are made from rotations, not from differences of angles. '
            'Do not relabel them by subtracting states.',
        )
