# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One variant of a reference: its readings, opened, and how an array is compared with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from octo_ros.errors import OctoRosError
from octo_ros.policy.statistics import DatasetStatistics
from octo_ros.verification.comparison import Comparison, Status, compare
from octo_ros.verification.engine import Dtype, Engine, SceneOutputs
from octo_ros.verification.noise_floor import NOTE, SAMPLE_SHARE, SHARE, NoiseFloor, noise_limit
from octo_ros.verification.tolerance import absolute_tolerance
from octo_ros.verification.units import UnitOutputs, needs_statistics
from octo_ros.verification.variants import Reading

Datasets = Callable[[], Mapping[str, DatasetStatistics]]


class Case:
    """One variant.

    Args:
        readings: The ways to understand it, likeliest first.
        engine: Who computes.
        dtype: In which type.
        noise: Measures rounding; None grants none.
        datasets: The statistics that may be meant, by name; called when some are needed.
    """

    def __init__(
        self,
        readings: tuple[Reading, ...],
        engine: Engine,
        dtype: Dtype,
        noise: NoiseFloor | None,
        datasets: Datasets,
    ) -> None:
        self._opened = [_Opened(reading, engine, noise) for reading in readings]
        self._dtype = dtype
        self._datasets = datasets

    @property
    def read(self) -> set[str]:
        """Names of the inputs that were looked at."""
        return set().union(*(opened.reading.scene.read for opened in self._opened))

    def compare(self, name: str, local: str, expected: NDArray[Any]) -> Comparison:
        """Compare one array.

        Args:
            name: Its name in the reference.
            local: Its name without the variant.
            expected: What the original computed.
        """
        first: Comparison | None = None
        for measured in (False, True):  # other readings before what costs another pass
            for opened in self._opened:
                comparison = self._compare(opened, name, local, expected, measured=measured)
                if comparison.status is not Status.FAILED:
                    return _noted(comparison, opened.reading.label)
                first = first or comparison
        return first or Comparison.failed(name, 'there is nothing to compare it with')

    def _compare(
        self,
        opened: _Opened,
        name: str,
        local: str,
        expected: NDArray[Any],
        *,
        measured: bool,
    ) -> Comparison:
        if not needs_statistics(local):
            return self._against(opened, None, name, local, expected, measured=measured)
        try:
            datasets = self._datasets()
        except OctoRosError as error:
            return Comparison.failed(name, str(error))
        tried = {
            dataset: self._against(opened, statistics, name, local, expected, measured=measured)
            for dataset, statistics in datasets.items()
        }
        fitting = {
            dataset: comparison
            for dataset, comparison in tried.items()
            if comparison.status is not Status.FAILED
        }
        if len(tried) == 1:
            return next(iter(tried.values()))
        if fitting:
            comparison = min(fitting.values(), key=lambda each: each.error or 0.0)
            return _noted(comparison, f'statistics of {", ".join(fitting)}')
        best = min(tried.values(), key=lambda each: np.inf if each.error is None else each.error)
        known = ', '.join(tried)
        note = f'fits no dataset of the statistics; give --dataset-name, one of {known}'
        return replace(best, note=note)

    def _against(
        self,
        opened: _Opened,
        statistics: DatasetStatistics | None,
        name: str,
        local: str,
        expected: NDArray[Any],
        *,
        measured: bool,
    ) -> Comparison:
        try:
            ours = opened.array(local, statistics)
            if ours is None:
                return Comparison.skipped(name, 'not an array that this engine makes')
            limit = absolute_tolerance(local, expected, self._dtype)
            comparison = compare(name, ours, expected, limit)
            if not (measured and comparison.status is Status.FAILED and comparison.tolerance):
                return comparison
            granted = opened.noise_limit(local, statistics, expected)
        except OctoRosError as error:
            return Comparison.failed(name, str(error))
        if granted <= limit:
            return comparison
        comparison = compare(name, ours, expected, granted)
        return _noted(comparison, NOTE) if comparison.status is Status.OK else comparison


class _Opened:
    """A reading, and what the engine makes of it.

    Args:
        reading: The reading.
        engine: Who computes.
        noise: Measures rounding; None measures none.
    """

    def __init__(self, reading: Reading, engine: Engine, noise: NoiseFloor | None) -> None:
        self.reading = reading
        self._engine = engine
        self._noise = noise

    @cached_property
    def outputs(self) -> SceneOutputs:
        return self._engine.open(self.reading.scene)

    @cached_property
    def _measured(self) -> tuple[SceneOutputs, SceneOutputs] | None:
        if self._noise is None:
            return None
        plain, exact = self._noise.open(self.reading.scene)
        # The passes of our own network need not run twice.
        return (self.outputs if self._noise.measures(self._engine) else plain), exact

    def array(self, name: str, statistics: DatasetStatistics | None) -> NDArray[Any] | None:
        return self._of(self.outputs, name, statistics)

    def noise_limit(
        self, name: str, statistics: DatasetStatistics | None, expected: NDArray[Any]
    ) -> float:
        if self._measured is None:
            return 0.0
        plain, exact = (self._of(outputs, name, statistics) for outputs in self._measured)
        if plain is None or exact is None:
            return 0.0
        share = SAMPLE_SHARE if name.startswith('sample/') else SHARE
        return noise_limit(plain, exact, expected, share)

    def _of(
        self, outputs: SceneOutputs, name: str, statistics: DatasetStatistics | None
    ) -> NDArray[Any] | None:
        if statistics is None:
            return outputs.array(name)
        return UnitOutputs(outputs, self.reading.scene, statistics).array(name)


def _noted(comparison: Comparison, words: str) -> Comparison:
    note = '; '.join(part for part in (comparison.note, words) if part)
    return replace(comparison, note=note)
