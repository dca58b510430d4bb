# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What original_octo.py found, and how it is shown."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from rich.table import Table

from octo_ros.benchmark.machine import Machine
from octo_ros.benchmark.stopwatch import Durations

ORIGINAL = 'original (JAX)'
# Kind of call, as whoever is measured names it, to its name in the table.
KINDS = {
    'shipped': 'as shipped, T5 in every call',
    'cached': 'without T5',
    'critical': 'tick',
    'both': 'tick + preparation',
    'full': 'whole window',
}


class Series:
    """Durations of one kind of call, by turn [ms]."""

    def __init__(self) -> None:
        self.turns: list[list[float]] = []

    def p(self, q: float) -> float:
        """Percentile of all durations."""
        return float(np.percentile(np.concatenate(self.turns), q))

    def over(self, other: 'Series') -> tuple[float, float, float]:
        """How many times as long as the other: medians of all calls; least and most of a turn."""
        turns = [
            float(np.median(mine) / np.median(its))
            for mine, its in zip(self.turns, other.turns, strict=True)
        ]
        return self.p(50) / other.p(50), min(turns), max(turns)


@dataclass
class Result:
    """All that was measured.

    Attributes:
        network: What was run.
        original: Of the original: parameters and versions.
        machine: On what.
        series: By who and kind of call.
        difference: By who: the largest of its normalised actions from the original's.
    """

    network: str
    original: dict[str, Any]
    machine: Machine
    series: dict[str, dict[str, Series]] = field(default_factory=dict)
    difference: dict[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            'network': self.network,
            'original': self.original,
            'machine': asdict(self.machine),
            'largest_difference_of_actions': self.difference,
            'rows': [
                self._row(who, kind)
                for who, kinds in self.series.items()
                for kind in ('encode', *KINDS)
                if kind in kinds
            ],
        }

    def _row(self, who: str, kind: str) -> dict[str, Any]:
        series = self.series[who][kind]
        row = {
            'who': who,
            'kind': kind,
            'p50_ms': series.p(50),
            'p95_ms': series.p(95),
            'ms_by_turn': series.turns,
        }
        if who != ORIGINAL and kind != 'encode':
            for name in ('shipped', 'cached'):
                ratios = self.series[ORIGINAL][name].over(series)
                row[f'{name}_over_this'] = dict(zip(('p50', 'least', 'most'), ratios, strict=True))
        return row


def add_turn(kinds: dict[str, Series], durations: Durations) -> None:
    """Note a turn's durations; the first call of a kind is left out: caches were another's."""
    counted = {kind: taken[1:] or taken for kind, taken in durations.items()}
    if 'precompute' in counted:
        pairs = zip(counted['precompute'], counted['critical'], strict=True)
        counted['both'] = [sum(pair) for pair in pairs]
    for kind, taken in counted.items():
        kinds[kind].turns.append(taken)


def no_series() -> dict[str, Series]:
    """For `add_turn`."""
    return defaultdict(Series)


def table(result: Result) -> Table:
    """One line per who and kind of call."""
    shown = Table(title=f'{result.network}: one chunk of actions [ms]')
    for name in ('who', 'what'):
        shown.add_column(name, no_wrap=True)
    for name in ('p50', 'p95', 'as shipped / this', 'without T5 / this'):
        shown.add_column(name, justify='right', no_wrap=True)
    shipped, cached = (result.series[ORIGINAL][kind] for kind in ('shipped', 'cached'))
    for who, kinds in result.series.items():
        listed = [kind for kind in KINDS if kind in kinds]
        for kind in listed:
            series = kinds[kind]
            ratios = ['', '']
            if who != ORIGINAL:
                ratios = [_ratio(other.over(series)) for other in (shipped, cached)]
            shown.add_row(
                who if kind == listed[0] else '',
                KINDS[kind],
                f'{series.p(50):.1f}',
                f'{series.p(95):.1f}',
                *ratios,
                end_section=kind == listed[-1],
            )
    return shown


def lines(result: Result) -> Iterator[str]:
    """What the table does not say."""
    machine, original = result.machine, result.original
    turns = result.series[ORIGINAL]['shipped'].turns
    before, after = machine.load_average
    yield (
        f'{machine.processor}, threads: {machine.threads}; load average {before:.1f} before, '
        f'{after:.1f} after; {sum(map(len, turns))} calls in {len(turns)} turns. Ratios are of '
        'p50 over all turns, in brackets the least and the most within a turn.'
    )
    if machine.emulates_bf16:
        yield (
            'This CPU has no products in bf16: they would be emulated, and slow. int8 of openvino '
            'computes in float32 what it does not in 8 bits.'
        )
    yield (
        f'Original: jax {original["jax"]}, python {original["python"]}, '
        f'{original["parameters"] / 1e6:.1f} M parameters, T5 included. Changed: it gets the '
        'sizes of T5-base from here, not from a hub; T5 is random like all the rest.'
        + (' dlimp, of its training data, is missing.' if original['without_dlimp'] else '')
    )
    encoded = (f'{who} {kinds["encode"].p(50):.0f}' for who, kinds in result.series.items())
    yield f'T5 by itself, once per instruction here [ms]: {", ".join(encoded)}.'
    found = ', '.join(f'{who} {largest:.1e}' for who, largest in result.difference.items())
    yield (
        'Normalised actions, largest difference from those of the original as shipped, same '
        f'weights, input and noise: {found}. int8 found its scales in pictures of noise: its '
        'difference says nothing about a trained network.'
    )


def _ratio(found: tuple[float, float, float]) -> str:
    middle, least, most = found
    return f'{middle:.1f} ({least:.1f} – {most:.1f})'
