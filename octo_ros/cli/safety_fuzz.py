# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`safety_fuzz`: adversarial streams against the safety filter, judged independently."""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from octo_ros.embodiment import load_embodiment

if TYPE_CHECKING:
    from octo_ros.safety.fuzz.campaign import Outcome, Violation

LOG_WIDTH = 120
"""Columns where the output is no terminal."""

BATCH = 20_000
"""Ticks that one filter is driven for; each batch has a seed of its own, whoever runs it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.description = (
        'Drive the safety filter with garbage, reversals, pushes into every limit, bursts, '
        'silence, broken joint states, locks, clock jumps and resets, and judge what it sends '
        'with kinematics and distances of its own. The status is 1 if an invariant broke.'
    )
    add = parser.add_argument
    add('--robot', required=True, metavar='NAME', help='a robot, or the path of a contract')
    add('--ticks', type=_count, default=10_000, metavar='N', help='default: %(default)s')
    add('--seed', type=int, default=1, metavar='S', help='same seed, same input (default: 1)')
    add('--workers', type=_count, default=1, metavar='N', help='processes (default: 1)')
    add(
        '--save',
        type=Path,
        metavar='DIR',
        help='cut each first violation down to what it needs and write it there as JSON',
    )
    add('--json', action='store_true', help='everything as JSON, for scripts')


def run(arguments: argparse.Namespace) -> int:
    """Fuzz; returns 0, or 1 if an invariant broke."""
    began = time.perf_counter()
    load_embodiment(arguments.robot)  # A wrong name is told before processes start.
    with _progress(arguments.ticks) as played:
        outcome = _fuzz(arguments, played)
    wall = time.perf_counter() - began
    saved = {}
    if arguments.save is not None:
        saved = {
            violation.invariant.label: str(_save(arguments, violation))
            for violation in outcome.violations.values()
        }
    result = _result(arguments, outcome, wall, saved)
    if arguments.json:
        print(json.dumps(result, indent=1))
    else:
        console = Console(highlight=False)
        _print(
            console if console.is_terminal else Console(highlight=False, width=LOG_WIDTH), result
        )
    return int(result['violations'] > 0)


def _fuzz(arguments: argparse.Namespace, played: Callable[[int], None]) -> Outcome:
    """All batches; their inputs do not depend on how many processes share them."""
    seeds = np.random.SeedSequence(arguments.seed).spawn(math.ceil(arguments.ticks / BATCH))
    jobs = [
        (arguments.robot, seed, min(BATCH, arguments.ticks - BATCH * i), BATCH * i)
        for i, seed in enumerate(seeds)
    ]
    if arguments.workers == 1:
        outcomes = [_batch(*job, played) for job in jobs]
    else:
        outcomes = _shared(jobs, arguments.workers, played)
    first, *rest = outcomes
    for outcome in rest:
        first.merge(outcome)
    return first


def _shared(
    jobs: list[tuple[str, np.random.SeedSequence, int, int]],
    workers: int,
    played: Callable[[int], None],
) -> list[Outcome]:
    with ProcessPoolExecutor(workers, mp_context=get_context('spawn')) as pool:
        futures = {pool.submit(_batch, *job): i for i, job in enumerate(jobs)}
        found = {}
        for future in as_completed(futures):
            found[futures[future]] = future.result()
            played(found[futures[future]].ticks)
    return [found[i] for i in range(len(jobs))]


def _batch(
    robot: str,
    seed: np.random.SeedSequence,
    ticks: int,
    first: int,
    played: Callable[[int], None] | None = None,
) -> Outcome:
    from octo_ros.safety.fuzz.campaign import Campaign

    campaign = Campaign(load_embodiment(robot), seed, time.perf_counter_ns)
    return campaign.run(ticks, played or (lambda _: None), first)


def _save(arguments: argparse.Namespace, violation: Violation) -> Path:
    """Shrink a violation and write it."""
    from octo_ros.safety.fuzz.campaign import Campaign
    from octo_ros.safety.fuzz.counter_example import CounterExample
    from octo_ros.safety.fuzz.inputs import Episode
    from octo_ros.safety.fuzz.shrink import shrink

    embodiment = load_embodiment(arguments.robot)
    campaign = Campaign(embodiment, arguments.seed, time.perf_counter_ns)

    def broken_at(episode: Episode) -> int | None:
        return dict(campaign.reproduce(episode)).get(violation.invariant)

    period_ns = round(1e9 / embodiment.timing.control_rate)
    shorter = shrink(violation.episode, broken_at, period_ns)
    label = violation.invariant.label
    origin = f'seed {arguments.seed}, tick {violation.tick}: {violation.text}'
    if shorter is None:
        origin += ' (does not show on a fresh filter)'
    example = CounterExample(embodiment.name, label, origin, shorter or violation.episode)
    arguments.save.mkdir(parents=True, exist_ok=True)
    what = label.replace(' ', '_').replace('/', '_')
    name = f'{embodiment.name}_{what}_{arguments.seed}_{violation.tick}.json'
    path: Path = arguments.save / name
    path.write_text(json.dumps(example.to_dict(), indent=1) + '\n')
    return path


def _result(
    arguments: argparse.Namespace, outcome: Outcome, wall: float, saved: dict[str, str]
) -> dict[str, Any]:
    times = np.array(outcome.durations) * 1e-6
    sent = sum(outcome.states.values())
    return {
        'robot': arguments.robot,
        'seed': arguments.seed,
        'ticks': outcome.ticks,
        'wall_s': wall,
        'violations': outcome.tallies.violations,
        'invariants': [
            {
                'name': invariant.label,
                'text': invariant.text,
                'checked': tally.checked,
                'violations': tally.violations,
                'worst_slack': tally.worst if math.isfinite(tally.worst) else None,
                'unit': invariant.unit,
                'tolerance': invariant.tolerance,
            }
            for invariant, tally in outcome.tallies.of.items()
        ],
        'first': [
            {
                'name': violation.invariant.label,
                'tick': violation.tick,
                'manner': violation.manner,
                'slack': violation.slack if math.isfinite(violation.slack) else None,
                'text': violation.text,
                'saved': saved.get(violation.invariant.label),
            }
            for violation in outcome.violations.values()
        ],
        'states': {state.name: count / sent for state, count in outcome.states.most_common()},
        'codes': {code.name: count / sent for code, count in outcome.codes.most_common()},
        'commands': outcome.commands,
        'accepted': outcome.accepted,
        'starts_refused': outcome.starts_refused,
        'tick_ms': {
            'p50': float(np.percentile(times, 50)),
            'p99': float(np.percentile(times, 99)),
            'p99.9': float(np.percentile(times, 99.9)),
            'max': float(times.max()),
        },
    }


def _print(console: Console, result: dict[str, Any]) -> None:
    table = Table(title=f'{result["robot"]}, seed {result["seed"]}, {result["ticks"]:,} ticks')
    for name, justify in (('', 'left'), ('invariant', 'left'), ('checked', 'right')):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    table.add_column('violations', justify='right')
    table.add_column('worst slack', justify='right')
    for row in result['invariants']:
        slack = row['worst_slack'] if row['unit'] else None
        table.add_row(
            row['name'],
            row['text'],
            f'{row["checked"]:,}',
            f'[red]{row["violations"]:,}[/]' if row['violations'] else '0',
            '' if slack is None else f'{slack + 0.0:.2g} {row["unit"]}',
        )
    console.print(table)
    for first in result['first']:
        console.print(
            f'[red]{first["name"]}[/] first at tick {first["tick"]} ({first["manner"]}),'
            f' {first["slack"]} beyond: {first["text"]}',
            soft_wrap=True,
        )
        if first['saved']:
            console.print(f'  kept in {first["saved"]}', soft_wrap=True)
    for title in ('states', 'codes'):
        shares = ', '.join(f'{name} {share:.1%}' for name, share in result[title].items())
        console.print(f'{title}: {shares}', soft_wrap=True)
    times = ', '.join(f'{name} {value:.3f}' for name, value in result['tick_ms'].items())
    console.print(
        f'{result["accepted"]:,} of {result["commands"]:,} commands accepted;'
        f' {result["starts_refused"]} legal starts refused; tick [ms] {times};'
        f' {result["wall_s"]:.1f} s in all'
    )


@contextmanager
def _progress(ticks: int) -> Iterator[Callable[[int], None]]:
    """A bar on the terminal; gives what moves it on."""
    columns = (
        TextColumn('fuzzing'),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task('', total=ticks)
        yield lambda count: progress.advance(task, count)


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        msg = f'{text!r} is not a whole number from 1'
        raise argparse.ArgumentTypeError(msg)
    return int(text)
