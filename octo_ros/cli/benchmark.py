# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`benchmark`: how fast, how large and how exact every engine is here."""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress

from octo_ros.benchmark.machine import cores
from octo_ros.benchmark.options import Job, Options
from octo_ros.benchmark.variant import DEVICES, ENGINES
from octo_ros.policy.engines.manifest import PRECISIONS

if TYPE_CHECKING:
    from octo_ros.benchmark.subject import Subject
    from octo_ros.policy.engines.quantize import CalibrationTick

LOG_WIDTH = 1000  # in a file every row keeps to its line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.description = (
        'Measure latency, throughput, memory and accuracy of every engine in every precision, '
        "side by side in one run, beside the machine's own peak."
    )
    add = parser.add_argument
    network = parser.add_mutually_exclusive_group()
    network.add_argument(
        '--checkpoint',
        metavar='CHECKPOINT',
        help='directory, name on the Hugging Face hub, or directory that export_policy made',
    )
    network.add_argument(
        '--size',
        choices=('small', 'base'),
        action='append',
        help="random weights of a released network's size (default: small)",
    )
    add('--step', type=int, metavar='N', help='training step (default: the latest)')
    add('--engine', choices=ENGINES, action='append', default=[], help='default: all')
    add('--precision', choices=PRECISIONS, action='append', default=[], help='default: all')
    add('--device', choices=DEVICES, default='cpu', help='default: %(default)s')
    add('--threads', type=_count, metavar='N', help='CPU threads (default: all cores)')
    add('--ticks', type=_count, default=60, metavar='N', help='per row; default: %(default)s')
    add(
        '--rounds',
        type=_count,
        default=5,
        metavar='N',
        help='turns that the engines take, all in memory at a time; with 1 each is gone before '
        'the next one comes (default: %(default)s)',
    )
    add(
        '--calibration',
        type=Path,
        metavar='RLDS_DIR',
        help='dataset: int8 of a checkpoint needs it, and actions are compared on its pictures',
    )
    add(
        '--cache',
        type=Path,
        metavar='DIR',
        help='keeps random weights and exports, gigabytes, for the next run (default: nothing '
        'is kept)',
    )
    add('--json', action='store_true', help='everything as JSON, for scripts')


def run(arguments: argparse.Namespace) -> int:
    """Measure; returns 0."""
    from octo_ros.benchmark.benchmark import run as measure
    from octo_ros.benchmark.report import error_table, lines, table

    options = Options(
        threads=arguments.threads or cores(),
        engines=tuple(arguments.engine),
        precisions=tuple(arguments.precision),
        device=arguments.device,
        ticks=arguments.ticks,
        rounds=min(arguments.rounds, arguments.ticks),
    )
    with (
        tempfile.TemporaryDirectory(prefix='octo_ros_') as temporary,
        Progress(console=Console(stderr=True), transient=True) as progress,
    ):
        folder = arguments.cache or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        result = measure(_jobs(arguments, folder), options, folder, _Bar(progress))
    if arguments.json:
        print(json.dumps(result.to_dict(), indent=1))
        return 0
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=LOG_WIDTH)
    for part in (table(result), error_table(result)):
        if part is not None:
            console.print(part)
            console.print()
    for line in lines(result):
        console.print(line, soft_wrap=True)
    return 0


class _Bar:
    """A bar on the terminal; see `octo_ros.benchmark.options.Watch`."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._bar = progress.add_task('begins', total=1)

    def expect(self, steps: int) -> None:
        self._progress.update(self._bar, total=self._progress.tasks[0].total + steps)

    def begin(self, step: str) -> None:
        self._progress.update(self._bar, advance=1, description=step)


def _jobs(arguments: argparse.Namespace, folder: Path) -> list[Job]:
    from octo_ros.benchmark.subject import Subject

    if arguments.checkpoint is None:
        sizes = dict.fromkeys(arguments.size or ['small'])
        return [Job(Subject.random(size, folder)) for size in sizes]
    subject = Subject.find(arguments.checkpoint, arguments.step)
    if arguments.calibration is None:
        return [Job(subject)]
    ticks = _recorded(subject, arguments.calibration)
    return [Job(subject, calibration=ticks[::2], compared=ticks[1::2] or ticks)]


def _recorded(subject: Subject, dataset: Path) -> list[CalibrationTick]:
    """Twice as many ticks as a calibration takes, so that others can be compared."""
    from octo_ros.data.recorded_windows import recorded_windows
    from octo_ros.model.text import load_text_tokenizer
    from octo_ros.policy.calibration import TICKS, calibration_tick

    config, tokenizer = subject.config, load_text_tokenizer(subject.checkpoint)
    return [
        calibration_tick(window.instruction, window.frames, config, tokenizer)
        for window in recorded_windows(dataset, config.window_size, 2 * TICKS)
    ]


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        msg = f'{text!r} is not a whole number from 1'
        raise argparse.ArgumentTypeError(msg)
    return int(text)
