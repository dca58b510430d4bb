# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`inspect_bag`: what is in a bag, how fast, and for which robot."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from octo_ros.data.bags.bag_summary import BagSummary


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.description = 'Tell what ROS 2 bags hold; nothing is decoded and nothing is written.'
    add = parser.add_argument
    add('bags', nargs='+', type=Path, metavar='BAG', help='bag directory, .mcap or .db3 file')
    add('--salvage', action='store_true', help='tell what can still be read of a damaged bag')
    add('--json', action='store_true', help='everything as JSON, for scripts')


def run(arguments: argparse.Namespace) -> int:
    """Describe every bag that can be read; 1 if one cannot."""
    from octo_ros.data.bags.bag_summary import summarise
    from octo_ros.errors import BagError

    found, status = [], 0
    # Into a file or pipe, a line is as long as it needs to be.
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 200)
    for path in arguments.bags:
        try:
            summary = summarise(path, arguments.salvage)
        except BagError as error:
            print(f'octo_ros inspect_bag: {error}', file=sys.stderr)
            status = 1
            continue
        found.append(asdict(summary))
        if not arguments.json:
            for table in _tables(summary):
                console.print(table)
                console.print()
    if arguments.json:
        print(json.dumps(found, indent=2))
    return status


def _tables(summary: BagSummary) -> Iterator[Table]:
    overview = Table(title=escape(summary.path), title_justify='left', show_header=False, box=None)
    rows = {
        'storage': f'{summary.storage}, compression: {summary.compression}',
        'files': ', '.join(summary.files),
        'size': f'{summary.bytes / 1e6:.1f} MB',
        'duration': f'{summary.duration_s:.1f} s, {summary.messages} messages',
    }
    for robot, fit in summary.robots.items():
        if fit.present:
            total = len(fit.present) + len(fit.missing)
            missing = f', not {", ".join(fit.missing)}' if fit.missing else ''
            rows[robot] = f'{len(fit.present)} of its {total} topics{missing}'
    if not any(fit.present for fit in summary.robots.values()):
        rows['robots'] = f'no topic of {", ".join(summary.robots)}'
    for name, text in rows.items():
        overview.add_row(f'[bold]{name}[/]', escape(text))
    for note in summary.notes:
        overview.add_row('[bold]note[/]', escape(note))
    for loss in summary.losses.sentences:
        overview.add_row('[bold red]lost[/]', escape(loss))
    yield overview
    topics = Table(box=None)
    for title in ('topic', 'type'):
        topics.add_column(title, overflow='fold')
    for title in ('messages', 'rate [Hz]', 'gaps', 'header', 'latency [ms]'):
        topics.add_column(escape(title), justify='right')
    topics.add_column('clock', overflow='fold')
    for topic in summary.topics:
        timing = topic.timing
        topics.add_row(
            escape(timing.topic),
            escape(timing.type),
            f'{timing.messages}',
            f'{timing.rate_hz:.1f}' if timing.rate_hz else '',
            f'{timing.gaps}',
            'yes' if topic.header else 'no',
            '' if timing.latency_median_ms is None else f'{timing.latency_median_ms:.1f}',
            escape(f'{timing.clock.source}: {timing.clock.reason}'),
        )
    yield topics
