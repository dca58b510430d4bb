# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The report for a console."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from octo_ros.data.report.episode_report import TICK
from octo_ros.data.report.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from octo_ros.data.report.episode_report import EpisodeReport
    from octo_ros.data.report.facts import ConversionFacts
    from octo_ros.data.report.finding import Finding

STYLES = {Severity.ERROR: 'bold red', Severity.WARNING: 'yellow', Severity.NOTE: 'dim'}


def report_table(facts: ConversionFacts) -> Table:
    """One row per recorded episode."""
    table = Table(title=f'{facts.steps} steps at {facts.hz:g} Hz')
    table.add_column('episode')
    for heading in ('split', 'success'):
        table.add_column(heading, no_wrap=True)
    for heading in ('steps', 'dropped', 'skew', 'path error'):
        table.add_column(heading, justify='right', no_wrap=True)
    for episode in facts.episodes:
        table.add_row(*_row(episode.report))
    for skipped in facts.skipped:
        cell = Text(f'{skipped.place}\n{skipped.reason}')
        table.add_row(cell, 'none', '', '0', style='yellow')
    return table


def findings_table(findings: Iterable[Finding]) -> Table:
    """One row per finding, the worst first."""
    table = Table(title='Findings')
    table.add_column('severity', no_wrap=True)
    table.add_column('what was found, and what to do')
    for finding in findings:
        cell = Text(f'{finding.sentence}\n')
        details = [finding.where]
        details += [finding.threshold] if finding.threshold else []
        cell.append(f'{finding.code}: {"; ".join(details)}', style='dim')
        if finding.remedy:
            cell.append(f'\n{finding.remedy}')
        table.add_row(Text(finding.severity.value, style=STYLES[finding.severity]), cell)
    return table


def _row(episode: EpisodeReport) -> tuple[str | Text, ...]:
    skews = [skew.p95_ms for source, skew in episode.skews.items() if source != TICK]
    skew_ms = max(skews, default=None)
    return (
        Text(f'{episode.place}\n{episode.instruction}'),
        '\n'.join(episode.splits),
        {None: '-', True: 'yes', False: 'no'}[episode.success],
        ' + '.join(str(steps) for steps in episode.steps),
        str(sum(episode.dropped_ticks.values())),
        '-' if skew_ms is None else f'{skew_ms:.1f} ms',
        '-'
        if episode.path_error_mm is None or episode.path_error_deg is None
        else f'{episode.path_error_mm:.1f} mm\n{episode.path_error_deg:.2f}°',
    )
