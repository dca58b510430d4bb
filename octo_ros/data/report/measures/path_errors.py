# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How well integrated actions follow the recorded paths."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from octo_ros.data.report.facts import ConversionFacts


@dataclass(frozen=True)
class PathErrors:
    """Largest distance and angle between integrated actions and recorded path, per episode.

    Attributes:
        median_mm: Distance in the median episode [mm].
        worst_mm: Distance in the worst episode [mm].
        worst_mm_place: Its name.
        median_deg: Angle in the median episode [deg].
        worst_deg: Angle in the worst episode [deg].
        worst_deg_place: Its name.
    """

    median_mm: float
    worst_mm: float
    worst_mm_place: str
    median_deg: float
    worst_deg: float
    worst_deg_place: str


def path_errors(facts: ConversionFacts) -> PathErrors | None:
    """Over all episodes; None if in none of them actions are displacements of the TCP."""
    known = [
        (report.path_error_mm, report.path_error_deg, report.place)
        for report in (episode.report for episode in facts.episodes)
        if report.path_error_mm is not None and report.path_error_deg is not None
    ]
    if not known:
        return None
    worst_mm = max(known, key=lambda row: row[0])
    worst_deg = max(known, key=lambda row: row[1])
    return PathErrors(
        median_mm=float(np.median([mm for mm, _, _ in known])),
        worst_mm=worst_mm[0],
        worst_mm_place=worst_mm[2],
        median_deg=float(np.median([degrees for _, degrees, _ in known])),
        worst_deg=worst_deg[1],
        worst_deg_place=worst_deg[2],
    )
