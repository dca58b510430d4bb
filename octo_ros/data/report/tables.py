# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The report for a console."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from octo_ros.data.report.episode_report import TICK
from octo_ros.data.report.finding import Severity
from octo_ros.data.report.shortened import SENTENCE, in_few, shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from octo_ros.data.report.episode_report import EpisodeReport
    from octo_ros.data.report.facts import ConversionFacts
    from octo_ros.data.report.finding import Finding

EPISODES = 40  # a person scrolls back over these; the page has more
SKIPPED = 20
FINDINGS = 20
STYLES = {Severity.ERROR: 'bold red', Severity.WARNING: 'yellow', Severity.NOTE: 'dim'}


def report_table(facts: ConversionFacts) -> Table:
    """One row per recorded episode, as far as a person reads them."""
    table = Table(title=f'{facts.steps} steps at {facts.hz:g} Hz')
    table.add_column('episode')
    for heading in ('split', 'success'):
        table.add_column(heading, no_wrap=True)
    for heading in ('steps', 'dropped', 'skew', 'path error'):
        table.add_column(heading, justify='right', no_wrap=True)
    for episode in facts.episodes[:EPISODES]:
        table.add_row(*_row(episode.report))
    _tell_more(table, len(facts.episodes) - EPISODES, 'episodes')
    # What is lost unwanted comes first.
    for skipped in sorted(facts.skipped, key=lambda s: s.kind != 'unusable')[:SKIPPED]:
        cell = Text(f'{shortened(skipped.place)}\n{shortened(skipped.reason, SENTENCE)}')
        table.add_row(cell, 'none', '', '0', style='yellow')
    _tell_more(table, len(facts.skipped) - SKIPPED, 'that are not in the dataset')
    return table


def findings_table(findings: Sequence[Finding]) -> Table:
    """One row per finding, the worst first, and how many there are beyond the first few."""
    table = Table(title='Findings')
    table.add_column('severity', no_wrap=True)
    table.add_column('what was found, and what to do')
    for finding in findings[:FINDINGS]:
        cell = Text(f'{shortened(finding.sentence, SENTENCE)}\n')
        details = [shortened(finding.where, SENTENCE)]
        details += [finding.threshold] if finding.threshold else []
        cell.append(f'{finding.code}: {"; ".join(details)}', style='dim')
        if finding.remedy:
            cell.append(f'\n{finding.remedy}')
        table.add_row(Text(finding.severity.value, style=STYLES[finding.severity]), cell)
    if len(findings) > FINDINGS:
        more = f'and {len(findings) - FINDINGS} more findings, see report.html'
        table.add_row('', Text(more, style='dim'))
    return table


def _tell_more(table: Table, count: int, what: str) -> None:
    if count > 0:
        table.add_row(Text(f'and {count} more {what}, see report.html', style='dim'))


def _row(episode: EpisodeReport) -> tuple[str | Text, ...]:
    skews = [skew.p95_ms for source, skew in episode.skews.items() if source != TICK]
    skew_ms = max(skews, default=None)
    return (
        Text(f'{shortened(episode.place)}\n{shortened(episode.instruction)}'),
        '\n'.join(episode.splits),
        {None: '-', True: 'yes', False: 'no'}[episode.success],
        in_few(episode.steps),
        str(sum(episode.dropped_ticks.values())),
        '-' if skew_ms is None else f'{skew_ms:.1f} ms',
        '-'
        if episode.path_error_mm is None or episode.path_error_deg is None
        else f'{episode.path_error_mm:.1f} mm\n{episode.path_error_deg:.2f}°',
    )
