# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Success rates over seeded episodes, through the real nodes and the safety filter."""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from octo_ros.cli.system import Trial, add_system_arguments, options_from, run_trial, running
from octo_ros.sim.tasks import TaskKind

COLORS = ('red', 'green', 'blue')


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    add_system_arguments(parser)
    parser.add_argument('--episodes', type=_count, default=20, help='episodes per task')
    parser.add_argument('--timeout', type=float, default=40.0, help='longest episode [s]')
    parser.add_argument('--json', type=Path, help='write every episode to this file')


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        msg = f'{text!r} is not a whole number from 1'
        raise argparse.ArgumentTypeError(msg)
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    """Run the episodes and print the table; 0 when at least 95 % succeeded."""
    console = Console()
    options = options_from(arguments)
    plan = [
        (kind, kind.value.format(COLORS[(i + arguments.seed) % len(COLORS)]), arguments.seed + i)
        for kind in TaskKind
        for i in range(arguments.episodes)
    ]
    logs = Path(tempfile.mkdtemp(prefix='octo_ros_'))
    results: dict[TaskKind, list[Trial]] = {kind: [] for kind in TaskKind}
    with (
        running(options, logs) as (client, _),
        Progress(console=console, disable=not console.is_terminal) as progress,
    ):
        bar = progress.add_task(options.robot, total=len(plan))
        for kind, instruction, seed in plan:
            trial = run_trial(client, instruction, seed, arguments.timeout)
            results[kind].append(trial)
            progress.advance(bar)
            if not trial.success:
                progress.console.print(
                    f'{trial.verdict}: {instruction}, seed {seed}: {trial.outcome.message}'
                )
        safety, policy = client.safety, client.policy
    console.print(table(options.robot, results))
    if safety is not None and policy is not None:
        console.print(
            f'commands accepted {safety.accepted}, limited {safety.limited}, '
            f'refused {safety.refused}; stops {safety.stops}; late ticks {safety.late_ticks}; '
            f'deadline misses {policy.deadline_misses} of {policy.actions_published} actions'
        )
    if arguments.json:
        arguments.json.write_text(json.dumps(rows(options.robot, results), indent=1))
    trials = [trial for group in results.values() for trial in group]
    return 0 if sum(trial.success is True for trial in trials) >= 0.95 * len(trials) else 1


def table(robot: str, results: dict[TaskKind, list[Trial]]) -> Table:
    """One line per task."""
    result = Table(title=f'{robot}: episodes through the real nodes and the safety filter')
    for column in ('task', 'success', 'rate', 'median time [s]', 'longest [s]'):
        result.add_column(column)
    for kind, trials in results.items():
        times = sorted(trial.outcome.elapsed for trial in trials)
        done = sum(trial.success is True for trial in trials)
        result.add_row(
            kind.value.format('…'),
            f'{done} of {len(trials)}',
            f'{done / len(trials):.0%}',
            f'{times[len(times) // 2]:.1f}',
            f'{times[-1]:.1f}',
        )
    return result


def rows(robot: str, results: dict[TaskKind, list[Trial]]) -> list[dict[str, object]]:
    """Every episode, for a file."""
    return [
        {
            'robot': robot,
            'task': kind.name.lower(),
            'instruction': trial.instruction,
            'seed': trial.seed,
            'success': trial.success,
            'finished': trial.outcome.finished,
            'seconds': round(trial.outcome.elapsed, 2),
        }
        for kind, trials in results.items()
        for trial in trials
    ]
