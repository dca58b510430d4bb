# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A simulated arm obeys instructions; a film, the bag, a dataset and a report show it."""

from __future__ import annotations

import argparse
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel

from octo_ros.bringup.graph import system
from octo_ros.cli.system import add_system_arguments, options_from, run_trial, running
from octo_ros.demo.attempt import Attempt
from octo_ros.demo.output import DemoOutput
from octo_ros.embodiment import load_embodiment
from octo_ros.errors import BagError, ConfigError
from octo_ros.sim.tasks import parse_instruction

if TYPE_CHECKING:
    from rich.status import Status

    from octo_ros.cli.system import Trial
    from octo_ros.embodiment import Embodiment

INSTRUCTIONS = ('reach the red block', 'pick up the green block', 'put the blue block in the bin')
LAST_MESSAGES = 0.5  # s, until the last mark has reached the recorder
RECORDER = 'octo_recorder'
SYMBOLS = {'done': '[green]✓[/]', 'failed': '[red]✗[/]', 'not judged': '[yellow]?[/]'}
EXPERT = (
    "A scripted expert that knows the simulator's state drives the arm; give --checkpoint to let "
    'Octo drive.'
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    add_system_arguments(parser)
    parser.add_argument(
        '--output',
        type=Path,
        default=Path('demo'),
        help='directory to fill; made anew (%(default)s)',
    )
    parser.add_argument(
        '--instruction',
        action='append',
        metavar='TEXT',
        help=f'what to do; may be given several times ({", ".join(INSTRUCTIONS)})',
    )
    parser.add_argument('--timeout', type=float, default=40.0, help='longest instruction [s]')


def run(arguments: argparse.Namespace) -> int:
    """Run the demo; 0 when every instruction was carried out and everything was written."""
    console = Console(highlight=False)
    robot = options_from(arguments).robot
    embodiment = load_embodiment(robot)
    instructions = tuple(words.strip() for words in arguments.instruction or INSTRUCTIONS)
    _check(arguments, instructions)
    output = DemoOutput.renewed(arguments.output)
    console.print(_introduction(embodiment, arguments, instructions))
    started = time.monotonic()
    trials = _drive(console, arguments, instructions, output)

    from octo_ros.demo.artifacts import make_artifacts

    attempts = tuple(map(_attempt, trials))
    summary = make_artifacts(console, output, robot, attempts)
    console.print(f'\nDone after {time.monotonic() - started:.0f} s. Look at')
    console.print(f'  [bold]{escape(str(output.video))}[/]')
    console.print(f'  [bold]{escape(str(output.report))}[/], which also says how to go on')
    for note in summary.notes:
        console.print(f'[yellow]Note:[/] {escape(note)}')
    if summary.failed:
        words = ', '.join(f'“{item.instruction}”' for item in summary.failed)
        console.print(f'[red]Not everything was done:[/] the judge says that {words} failed.')
        return 1
    return 0


def _check(arguments: argparse.Namespace, instructions: tuple[str, ...]) -> None:
    """Refuse what cannot work before anything is started or deleted."""
    system(options_from(arguments))
    if not arguments.timeout > 0.0:
        msg = f'--timeout is {arguments.timeout:g} s; it must be above 0.'
        raise ConfigError(msg)
    for instruction in instructions:
        if not instruction:
            msg = 'An --instruction is empty: say what is to be done.'
            raise ConfigError(msg)
        if not arguments.checkpoint:
            parse_instruction(instruction)


def _introduction(
    embodiment: Embodiment, arguments: argparse.Namespace, instructions: tuple[str, ...]
) -> Panel:
    driver = f'Octo drives the arm: {arguments.checkpoint}' if arguments.checkpoint else EXPERT
    asked = '\n'.join(f'  {i}. {words}' for i, words in enumerate(instructions, 1))
    text = (
        f'A simulated {embodiment.title} is asked over ROS 2:\n{asked}\n\n{driver}\n\n'
        'Simulator, policy, safety filter and recorder start as processes of their own. Then the '
        f'recording becomes an RLDS dataset, a film and a report in {arguments.output}/. '
        'Ctrl-C ends everything.'
    )
    return Panel(escape(text), title='octo_ros demo', title_align='left', padding=(1, 2), width=88)


def _drive(
    console: Console,
    arguments: argparse.Namespace,
    instructions: tuple[str, ...],
    output: DemoOutput,
) -> tuple[Trial, ...]:
    """Carry out the instructions and record them; the bag is closed afterwards."""
    options = options_from(arguments, str(output.bag))
    begun = time.monotonic()
    trials = []
    with (
        console.status('Starting simulator, policy, safety filter and recorder …') as status,
        running(options, output.logs) as (client, supervisor),
    ):
        console.print(f'[green]✓[/] all nodes are ready [dim]{time.monotonic() - begun:.1f} s[/]')
        for seed, instruction in enumerate(instructions, arguments.seed):
            words = escape(instruction)
            status.update(f'{words}: setting up scene {seed} …')
            progress = partial(_show_time, status, words)
            trial = run_trial(client, instruction, seed, arguments.timeout, progress)
            trials.append(trial)
            console.print(_line(trial))
        status.update('Closing the bag …')
        client.spin_for(LAST_MESSAGES)
        supervisor.stop_one(RECORDER)
        _check_recorded(output)
        status.update('Ending all processes …')
    return tuple(trials)


def _show_time(status: Status, words: str, seconds: float) -> None:
    status.update(f'{words} … {seconds:.1f} s')


def _line(trial: Trial) -> str:
    outcome = trial.outcome
    return (
        f'{SYMBOLS[trial.verdict]} [bold]{escape(trial.instruction)}[/]: {trial.verdict} '
        f'in {outcome.elapsed:.1f} s. {escape(outcome.message)}'
    )


def _attempt(trial: Trial) -> Attempt:
    outcome = trial.outcome
    return Attempt(trial.instruction, trial.seed, trial.verdict, outcome.message, outcome.elapsed)


def _check_recorded(output: DemoOutput) -> None:
    if not (output.bag / 'metadata.yaml').is_file():
        log = output.logs / f'{RECORDER}.log'
        msg = f'The recorder left no complete bag in {output.bag}; its last words are in {log}.'
        raise BagError(msg)
