# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How the numbers of the actions are spread, and which lie far outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from octo_ros.data.report.facts import ConversionFacts, EpisodeFacts

FEWEST_BINS, MOST_BINS = 8, 40
# A value is an outlier where it lies outside p01..p99 by more than their distance: training on
# `bounds` would clip it, and a `normal` one would spend its range on it.
OUTLIER_DISTANCE = 1.0
KEPT_OUTLIERS = 5


@dataclass(frozen=True)
class Outlier:
    """One value far from all others.

    Attributes:
        place: Name of its episode.
        part: Which RLDS episode of the recorded one, from 1.
        step: Which step of that, from 0.
        value: The value.
    """

    place: str
    part: int
    step: int
    value: float


@dataclass(frozen=True)
class ActionField:
    """One number of the actions, over every step of the dataset; only finite values count.

    Attributes:
        name: Its name.
        unit: m, rad or nothing.
        minimum: Least value.
        p01: 1 % are below.
        mean: Mean.
        std: Standard deviation.
        p99: 1 % are above.
        maximum: Largest value.
        counts: Values in each of the bins from `minimum` to `maximum`, more bins for more values;
            empty if no value is finite.
        not_finite: NaN and infinite values.
        saturated: Share of the values that equal minimum or maximum, if that is not 0.
        outlier_count: Values far from all others.
        outliers: The farthest of them.
    """

    name: str
    unit: str
    minimum: float
    p01: float
    mean: float
    std: float
    p99: float
    maximum: float
    counts: tuple[int, ...]
    not_finite: int
    saturated: float
    outlier_count: int
    outliers: tuple[Outlier, ...]


def action_fields(facts: ConversionFacts) -> tuple[ActionField, ...]:
    """One for each number of the actions; none if there are no steps."""
    parts = [part for episode in facts.episodes for part in episode.parts]
    if not sum(len(part.actions) for part in parts):
        return ()
    actions = np.concatenate([part.actions for part in parts])
    places = _Places(facts.episodes)
    return tuple(
        _field(name, _unit(facts, index), actions[:, index], places, index != facts.gripper_index)
        for index, name in enumerate(facts.action_names)
    )


def _unit(facts: ConversionFacts, index: int) -> str:
    if index == facts.gripper_index:
        return ''
    return 'm' if facts.moves_tcp and index < 3 else 'rad'


def _field(
    name: str, unit: str, column: NDArray[np.float32], places: _Places, with_outliers: bool
) -> ActionField:
    is_finite = np.isfinite(column)
    values = column[is_finite].astype(np.float64)
    if not len(values):
        nothing = (0.0,) * 6
        return ActionField(name, unit, *nothing, (), len(column), 0.0, 0, ())
    low, high = float(values.min()), float(values.max())
    p01, p99 = (float(value) for value in np.quantile(values, (0.01, 0.99)))
    bins = int(np.clip(2.0 * np.sqrt(len(values)), FEWEST_BINS, MOST_BINS))
    margin = 0.0 if high > low else 1e-6  # a constant stands in the middle
    counts = np.histogram(values, bins, (low - margin, high + margin))[0]
    far = OUTLIER_DISTANCE * (p99 - p01)
    beyond = np.where(is_finite, np.maximum(p01 - column, column - p99), 0.0)
    outside = np.flatnonzero(beyond > far) if with_outliers and far > 0.0 else np.zeros(0, int)
    farthest = outside[np.argsort(-beyond[outside], kind='stable')][:KEPT_OUTLIERS]
    # Not 0: every episode ends with a hold.
    at_ends = sum(int((values == end).sum()) for end in (low, high) if end)
    return ActionField(
        name=name,
        unit=unit,
        minimum=low,
        p01=p01,
        mean=float(values.mean()),
        std=float(values.std()),
        p99=p99,
        maximum=high,
        counts=tuple(int(count) for count in counts),
        not_finite=int((~is_finite).sum()),
        saturated=at_ends / len(values) if high > low else 1.0,
        outlier_count=len(outside),
        outliers=tuple(Outlier(*places.of(int(i)), float(column[i])) for i in farthest),
    )


class _Places:
    """Finds the episode, part and step of a row among all steps."""

    def __init__(self, episodes: Sequence[EpisodeFacts]) -> None:
        lengths = [len(part.actions) for episode in episodes for part in episode.parts]
        self._starts = np.cumsum([0, *lengths])
        self._names = [
            (episode.report.place, index + 1)
            for episode in episodes
            for index in range(len(episode.parts))
        ]

    def of(self, row: int) -> tuple[str, int, int]:
        which = int(np.searchsorted(self._starts, row, side='right')) - 1
        name, part = self._names[which]
        return name, part, row - int(self._starts[which])
