# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A benchmark in words: the table, the errors per action dimension, and what they mean."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from rich.table import Table

if TYPE_CHECKING:
    from octo_ros.benchmark.benchmark import Result
    from octo_ros.benchmark.row import Row

_NOTHING = '-'


def table(result: Result) -> Table:
    """One line per engine, precision and network."""
    columns: tuple[tuple[str, Callable[[Row], str]], ...] = (
        ('full\n[ms]', lambda r: _pair(r.full_p50_ms, r.full_p95_ms)),
        ('first\n[ms]', lambda r: _number(r.first_frame_p50_ms)),
        ('critical\n[ms]', lambda r: _pair(r.critical_p50_ms, r.critical_p95_ms)),
        ('prepare\n[ms]', lambda r: _number(r.precompute_p50_ms)),
        ('policy\n[ms]', lambda r: _pair(r.policy_p50_ms, r.policy_p95_ms)),
        ('words\n[ms]', lambda r: _number(r.encode_p50_ms)),
        ('per\nsecond', lambda r: _number(r.inferences_per_second)),
        ('load\n[s]', lambda r: f'{r.load_s:.1f}'),
        ('memory\n[MB]', lambda r: f'{r.peak_memory_mb:.0f}'),
        ('of\npeak', lambda r: _NOTHING if r.share_of_peak is None else f'{r.share_of_peak:.0%}'),
        ('max action\nerror', lambda r: _error(r.max_action_error)),
    )
    made = Table(box=None, pad_edge=False, header_style='bold')
    for name in ('size', 'engine', 'precision'):
        made.add_column(name, no_wrap=True)
    for name, _ in columns:
        made.add_column(name, justify='right', no_wrap=True)
    for row in result.rows:
        made.add_row(row.size, row.engine, row.precision, *(text(row) for _, text in columns))
    return made


def error_table(result: Result) -> Table | None:
    """Root mean square and largest error of every action dimension; None if none was measured."""
    rows = [row for row in result.rows if row.action_error_max]
    if not rows:
        return None
    names = dict.fromkeys(name for row in rows for name in row.action_error_max)
    made = Table(
        title='Error of normalised actions per dimension: root mean square / largest',
        title_justify='left',
        title_style='bold',
        box=None,
        pad_edge=False,
        header_style='bold',
    )
    for name in ('size', 'engine', 'precision'):
        made.add_column(name, no_wrap=True)
    for name in names:
        made.add_column(name, justify='right', no_wrap=True)
    for row in rows:
        made.add_row(row.size, row.engine, row.precision, *(_errors(row, n) for n in names))
    return made


def lines(result: Result) -> Iterator[str]:
    """What else there is to say."""
    machine = result.machine
    peaks = ', '.join(f'{name} {peak:.0f}' for name, peak in machine.peak_gflops.items())
    before, after = machine.load_average
    yield (
        f'{machine.processor}, {machine.cores} cores, {machine.threads} threads; load average '
        f'{before:.1f} before, {after:.1f} after.'
    )
    yield f'Best matrix product reached here [GFLOP/s]: {peaks}.'
    yield ', '.join(f'{name} {number}' for name, number in machine.versions.items()) + '.'
    yield (
        'full: a window of which nothing is known. first: one whose older slots are padding. '
        'critical: the newest frame, the older ones prepared. prepare: that. policy: two camera '
        'pictures to an action chunk. words: an instruction. Pairs are median / 95th percentile. '
        'of peak: shortest possible time of the critical path, by its median.'
    )
    yield from result.notes
    for row in result.rows:
        for note in row.notes:
            yield f'{row.size} {row.engine} {row.precision}: {note}'
    for refusal in result.refused:
        yield f'Not measured: {refusal.variant}: {refusal.reason}'


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
