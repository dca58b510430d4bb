# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A benchmark in words: the table, the errors per action dimension, and what they mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from rich.measure import Measurement
from rich.table import Table

if TYPE_CHECKING:
    from rich.console import Console

    from octo_ros.benchmark.benchmark import Result
    from octo_ros.benchmark.machine import Machine
    from octo_ros.benchmark.row import Row

_WIDE = 1000  # any table fits
_PROBLEM = 60  # longer ones take several lines
_NOTHING = '-'
_LEGEND = (
    'full: a window of which nothing is known. first: one whose older slots are padding. '
    'critical: the newest pictures to normalised actions, the older ones prepared. prepare: that. '
    'policy: OctoPolicy.infer, the critical path in robot units. resize: camera pictures of '
    '640x480 to the sizes of the network. words: an instruction. per second: prepare and critical '
    'in turn. Pairs are median / 95th percentile. of peak: shortest possible time of the critical '
    'path, by its median. max action error: 1 is one standard deviation of the actions.'
)


def print_report(console: Console, result: Result) -> None:
    """Print everything; a terminal that is too narrow for a table breaks its lines."""
    parts = [table(result)]
    if any(row.action_error_max for row in result.rows):
        parts.append(error_table(result))
    for part in parts:
        needed = Measurement.get(console, console.options.update_width(_WIDE), part).maximum
        console.width = max(console.width, needed)
        console.print(part)
        console.print()
    for line in lines(result):
        console.print(line, soft_wrap=True)


def table(result: Result) -> Table:
    """One line per engine, precision and network."""
    columns: tuple[tuple[str, Callable[[Row], str]], ...] = (
        ('full\n[ms]', lambda r: _pair(r.full_p50_ms, r.full_p95_ms)),
        ('first\n[ms]', lambda r: _number(r.first_frame_p50_ms)),
        ('critical\n[ms]', lambda r: _pair(r.critical_p50_ms, r.critical_p95_ms)),
        ('prepare\n[ms]', lambda r: _number(r.precompute_p50_ms)),
        ('policy\n[ms]', lambda r: _pair(r.policy_p50_ms, r.policy_p95_ms)),
        ('resize\n[ms]', lambda r: _number(r.resize_p50_ms)),
        ('words\n[ms]', lambda r: _number(r.encode_p50_ms)),
        ('per\nsecond', lambda r: _number(r.inferences_per_second)),
        ('load\n[s]', lambda r: _number(r.load_s)),
        ('memory\n[MB]', lambda r: _number(r.peak_memory_mb)),
        ('of\npeak', lambda r: _NOTHING if r.share_of_peak is None else f'{r.share_of_peak:.0%}'),
        ('max action\nerror', lambda r: _error(r.max_action_error)),
    )
    made = _table()
    for name, _ in columns:
        made.add_column(name, justify='right', no_wrap=True)
    if any(row.problem for row in result.rows):
        made.add_column('not measured, because', max_width=_PROBLEM)
    for row in result.rows:
        _add(made, row, [*(text(row) for _, text in columns), row.problem or ''])
    return made


def error_table(result: Result) -> Table:
    """Root mean square and largest error of every action dimension."""
    rows = [row for row in result.rows if row.action_error_max]
    names = dict.fromkeys(name for row in rows for name in row.action_error_max)
    made = _table('Error of normalised actions per dimension: root mean square / largest')
    for name in names:
        made.add_column(name, justify='right', no_wrap=True)
    for row in rows:
        _add(made, row, [_errors(row, name) for name in names])
    return made


def lines(result: Result) -> Iterator[str]:
    """What else there is to say."""
    yield from _machine_lines(result.machine)
    yield _LEGEND
    yield from result.notes
    for row in result.rows:
        for note in row.notes:
            yield f'{row.size} {row.engine} {row.precision}: {note}'


def _machine_lines(machine: Machine) -> Iterator[str]:
    before, after = machine.load_average
    yield (
        f'{machine.processor}, {machine.cores} cores, {machine.threads} threads; load average '
        f'{before:.1f} before, {after:.1f} after.'
    )
    has = [name for name, there in machine.instructions.items() if there]
    lacks = [name for name, there in machine.instructions.items() if not there]
    emulated = ' Products in bf16 are emulated, and slow.' if machine.emulates_bf16 else ''
    yield (
        f'The CPU has {", ".join(has) or "none"} of the instructions for small numbers; it lacks '
        f'{", ".join(lacks) or "none"}.{emulated}'
    )
    peaks = ', '.join(f'{name} {peak:.0f}' for name, peak in machine.peak_gflops.items())
    yield f'Best matrix product reached here [GFLOP/s]: {peaks}.'
    yield ', '.join(f'{name} {number}' for name, number in machine.versions.items()) + '.'


def _table(title: str | None = None) -> Table:
    made = Table(
        title=title,
        title_justify='left',
        title_style='bold',
        box=None,
        pad_edge=False,
        header_style='bold',
    )
    for name in ('size', 'engine', 'precision'):
        made.add_column(name, no_wrap=True)
    return made


def _add(made: Table, row: Row, cells: list[str]) -> None:
    made.add_row(row.size, row.engine, row.precision, *cells[: len(made.columns) - 3])


def _pair(p50: float | None, p95: float | None) -> str:
    return _NOTHING if p50 is None else f'{_number(p50)} / {_number(p95)}'


def _number(value: float | None) -> str:
    if value is None:
        return _NOTHING
    return f'{value:.0f}' if value >= 1000 else f'{value:.1f}'


def _error(value: float | None) -> str:
    return _NOTHING if value is None else f'{value:.1e}'


def _errors(row: Row, name: str) -> str:
    if name not in row.action_error_max:
        return _NOTHING
    return f'{_error(row.action_error_rms[name])} / {_error(row.action_error_max[name])}'
