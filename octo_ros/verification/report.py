# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A verification in words: one line per array, and a summary."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from octo_ros.verification.comparison import Comparison, Status
from octo_ros.verification.verify import Verification

_SHOWN = 12
_STYLES = {Status.OK: 'green', Status.FAILED: 'bold red', Status.SKIPPED: 'yellow'}


def table(verification: Verification) -> Table:
    """One line per array, in the reference's order; names are never cut."""
    result = Table(box=None, pad_edge=False, header_style='bold')
    result.add_column('array', overflow='fold', no_wrap=False)
    for heading in ('max error', 'tolerance'):
        result.add_column(heading, justify='right', no_wrap=True)
    result.add_column('', no_wrap=True)
    result.add_column('', overflow='fold')
    for line in verification.comparisons:
        style = '' if line.status is Status.OK else _STYLES[line.status]
        result.add_row(
            Text(line.name, style),
            Text(_number(line.error), style),
            Text(_number(line.tolerance), style),
            Text(line.status.value, _STYLES[line.status]),
            Text(line.note, style),
        )
    return result


def summary(verification: Verification) -> Text:
    """The last line."""
    ok, failed, skipped = (verification.count(status) for status in Status)
    counts = f'{ok + failed} compared: {ok} ok, {failed} failed; {skipped} skipped'
    if verification.passed:
        return Text(f'PASSED. {counts}. {_closest(verification)}', 'green')
    reason = '' if failed else ' Nothing could be compared: the reference holds no array we make.'
    return Text(f'FAILED. {counts}.{reason}', 'bold red')


def unread(verification: Verification) -> Text | None:
    """A line on inputs that nothing was computed from, which a misnamed one explains."""
    names = verification.unread
    if not names:
        return None
    more = f' and {len(names) - _SHOWN} more' if len(names) > _SHOWN else ''
    return Text(f'Not read: {len(names)} inputs: {", ".join(names[:_SHOWN])}{more}.', 'yellow')


def _closest(verification: Verification) -> str:
    """Which array came closest to its limit."""
    measured = [c for c in verification.comparisons if c.tolerance and c.status is Status.OK]
    if not measured:
        return 'All of them exactly equal.'
    worst = max(measured, key=_share)
    return f'Closest to its limit: {worst.name} ({_share(worst):.0%} of it).'


def _share(comparison: Comparison) -> float:
    return (comparison.error or 0.0) / (comparison.tolerance or 1.0)


def _number(value: float | None) -> str:
    if value is None:
        return '-'
    return '0' if value == 0.0 else f'{value:.1e}'
