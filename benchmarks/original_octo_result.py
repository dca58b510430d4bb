# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What original_octo.py found, and how it is shown."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from rich.table import Table

ORIGINAL = 'original (JAX)'
KINDS = {
    'shipped': 'as shipped, T5 in every call',
    'cached': 'without T5',
    'tick': 'tick',
    'both': 'tick + preparation',
    'whole': 'whole window',
}

Samples = dict[str, list[float]]


@dataclass
class Series:
    """Durations of one kind of call, by turn [ms]."""

    wall: list[list[float]] = field(default_factory=list)
    cpu: list[list[float]] = field(default_factory=list)

    def add(self, samples: Samples) -> None:
        """Those of a turn."""
        self.wall.append(samples['wall'])
        self.cpu.append(samples['cpu'])

    def p(self, q: float) -> float:
        """Percentile of all durations."""
        return float(np.percentile(np.concatenate(self.wall), q))

    def over(self, other: 'Series') -> tuple[float, float, float]:
        """How many times as long as the other: medians of all calls; least and most of a turn."""
        turns = [
            float(np.median(mine) / np.median(its))
            for mine, its in zip(self.wall, other.wall, strict=True)
        ]
        return self.p(50) / other.p(50), min(turns), max(turns)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            'p50_ms': self.p(50),
            'p95_ms': self.p(95),
            'cpu_p50_ms': float(np.median(np.concatenate(self.cpu))),
            'wall_ms_by_turn': self.wall,
        }


@dataclass
class Result:
    """All that was measured.

    Attributes:
        about: Of network, machine and versions.
        series: Of every player, by kind.
        memory: Of every player's process [MB].
        difference: Of every player's actions from the original's, the largest.
    """

    about: dict[str, Any]
    series: dict[str, dict[str, Series]] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)
    difference: dict[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        original = self.series[ORIGINAL]
        rows = []
        for player, kinds in self.series.items():
            for kind, series in kinds.items():
                row = {'player': player, 'kind': kind, **series.to_dict()}
                if player != ORIGINAL and kind != 'language':
                    row['original_over_this'] = original['shipped'].over(series)
                    row['original_without_t5_over_this'] = original['cached'].over(series)
                rows.append(row)
        return {
            **self.about,
            'memory_mb': self.memory,
            'largest_difference_of_actions': self.difference,
            'rows': rows,
        }


def table(result: Result) -> Table:
    """One line per player and kind of call."""
    shown = Table(title=f'{result.about["network"]}: one chunk of actions')
    for name in ('who', 'what'):
        shown.add_column(name, no_wrap=True)
    for name in ('p50, ms', 'p95, ms', 'CPU, ms', 'as shipped / this', 'without T5 / this'):
        shown.add_column(name, justify='right', no_wrap=True)
    shipped, cached = (result.series[ORIGINAL][kind] for kind in ('shipped', 'cached'))
    for player, kinds in result.series.items():
        listed = [kind for kind in KINDS if kind in kinds]
        for kind in listed:
            figures = kinds[kind].to_dict()
            ratios = ['', '']
            if player != ORIGINAL:
                ratios = [ratio(other.over(kinds[kind])) for other in (shipped, cached)]
            shown.add_row(
                player if kind == listed[0] else '',
                KINDS[kind],
                *(f'{figures[name]:.1f}' for name in ('p50_ms', 'p95_ms', 'cpu_p50_ms')),
                *ratios,
                end_section=kind == listed[-1],
            )
    return shown


def ratio(found: tuple[float, float, float]) -> str:
    """Of all calls, with the least and the most of a turn."""
    middle, least, most = found
    return f'{middle:.1f} ({least:.1f} – {most:.1f})'


def notes(result: Result) -> list[str]:
    """What the table does not say."""
    about = result.about
    language = ', '.join(
        f'{name} {kinds["language"].p(50):.0f}' for name, kinds in result.series.items()
    )
    memory = ', '.join(f'{name} {held:.0f}' for name, held in result.memory.items())
    differences = ', '.join(f'{name} {d:.1e}' for name, d in result.difference.items())
    return [
        f'Threads: {about["threads"]}, on {about["processor"]}; {about["calls"]} calls in '
        f'{about["turns"]} turns; load {about["load"][0]:.1f} to {about["load"][1]:.1f}; '
        f'{about["parameters"] / 1e6:.1f} M parameters, T5 included; jax {about["jax"]}, '
        f'python {about["python"]}. Ratios are of p50, in brackets the least and most of a turn.',
        'Changed of the original: the sizes of T5-base come from this script, not from a hub, its '
        'weights are random like all others; the package dlimp may be missing.',
        f'An instruction by itself, p50, ms: {language}.',
        f'Memory of the processes, MB: {memory}.',
        'Normalised actions, largest difference from those of the original, as shipped, on the '
        f'same input with the same noise: {differences}. int8 found its scales in images of '
        'noise; its difference says nothing about a trained network.',
    ]
