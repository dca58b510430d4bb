# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A dataset's description as tables for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from octo_ros.policy.statistics import FIELDS

if TYPE_CHECKING:
    from octo_ros.data.inspection.description import DatasetDescription
    from octo_ros.data.inspection.vectors import VectorSummary
    from octo_ros.data.rlds.schema import Feature

SHOWN = 20  # instructions
_COLUMNS = ('mean', 'std', 'min', 'p01', 'p99', 'max')
assert set(_COLUMNS) == set(FIELDS)


def tables(description: DatasetDescription) -> Iterator[Table]:
    """One after the other."""
    yield _overview(description)
    yield _splits(description)
    yield _features(description)
    for summary in description.vectors:
        yield _vector(summary)
    yield _instructions(description)


def _overview(d: DatasetDescription) -> Table:
    table = Table(title=escape(d.directory), title_justify='left', show_header=False, box=None)
    outcomes = d.outcomes
    judged = outcomes.success + outcomes.failure
    rows = {
        'dataset': f'{d.name} {d.version}',
        'robot': _robot(d),
        'statistics': 'beside it, compared' if d.statistics else 'none beside it',
        'success': (
            f'{outcomes.success} of {judged} episodes ({outcomes.success / judged:.0%})'
            if judged
            else 'not recorded'
        ),
    }
    if d.gripper_open is not None:
        rows['gripper'] = f'commanded open in {d.gripper_open:.0%} of the steps'
    for name, text in rows.items():
        table.add_row(f'[bold]{name}[/]', escape(text))
    for note in d.notes:
        table.add_row('[yellow]note[/]', escape(note))
    for problem in d.problems:
        table.add_row('[bold red]problem[/]', escape(str(problem)))
    return table


def _robot(d: DatasetDescription) -> str:
    name = 'not known: no contract lies beside it' if d.contract is None else d.contract
    return name if d.rate is None else f'{name}, {d.rate:g} steps per second'


def _splits(d: DatasetDescription) -> Table:
    table = _table(
        'splits',
        'split',
        '>files',
        '>episodes',
        '>steps',
        '>MB',
        '>shortest',
        '>median',
        '>longest',
    )
    for split in d.splits:
        whole = split.episodes == split.expected
        table.add_row(
            escape(split.name),
            f'{split.shards}',
            f'{split.episodes}' if whole else f'[red]{split.episodes} of {split.expected}[/]',
            f'{split.steps:,}',
            f'{split.num_bytes / 1e6:,.1f}',
            f'{split.shortest}',
            f'{split.median:g}',
            f'{split.longest}',
        )
    return table


def _features(d: DatasetDescription) -> Table:
    table = _table('features', 'per', 'key', 'kind', 'shape', 'type', 'stored as')
    for feature in d.features:
        table.add_row(
            'step' if feature.per_step else 'episode',
            escape(feature.key),
            feature.kind.value,
            'not fixed' if feature.shape is None else ' x '.join(map(str, feature.shape)) or '-',
            escape(feature.dtype or feature.class_name),
            _stored(feature),
        )
    return table


def _stored(feature: Feature) -> str:
    return '' if feature.encoding == 'none' else escape(feature.encoding)


def _vector(summary: VectorSummary) -> Table:
    table = _table(summary.key, 'dimension', *(f'>{name}' for name in _COLUMNS))
    for i, name in enumerate(summary.names):
        values = (getattr(summary.statistics, column)[i] for column in _COLUMNS)
        table.add_row(escape(name), *(f'{value:.4f}' for value in values))
    return table


def _instructions(d: DatasetDescription) -> Table:
    table = _table('instructions', '>episodes', 'words')
    items = list(d.instructions.items())
    for words, count in items[:SHOWN]:
        table.add_row(f'{count}', escape(words) or '[dim](empty)[/]')
    if len(items) > SHOWN:
        rest = sum(count for _, count in items[SHOWN:])
        table.add_row(f'{rest}', f'[dim]{len(items) - SHOWN} more; --json has them all[/]')
    return table


def _table(title: str, *headings: str) -> Table:
    """Columns whose heading begins with '>' hold numbers."""
    table = Table(
        title=escape(title), title_justify='left', title_style='bold', pad_edge=False, box=None
    )
    for heading in headings:
        number = heading.startswith('>')
        table.add_column(heading.removeprefix('>'), justify='right' if number else 'left')
    return table
