# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`benchmark`: how fast, how large and how exact every engine is here."""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from octo_ros.benchmark.machine import cores
from octo_ros.benchmark.variant import DEVICES, ENGINES, variants
from octo_ros.errors import PolicyError
from octo_ros.policy.engines.manifest import PRECISIONS

if TYPE_CHECKING:
    from octo_ros.benchmark.subject import Subject


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.description = (
        'Measure latency, throughput, memory and accuracy of every engine in every precision, '
        "side by side in one run, beside the machine's own peak. The status is 1 if an engine "
        'that --engine names was not measured, or none was.'
    )
    add = parser.add_argument
    network = parser.add_mutually_exclusive_group()
    network.add_argument(
        '--checkpoint', metavar='CHECKPOINT', help='directory, or name on the Hugging Face hub'
    )
    network.add_argument(
        '--size',
        choices=('small', 'base'),
        action='append',
        help="random weights of a released network's size; may be repeated (default: small)",
    )
    add('--step', type=int, metavar='N', help='training step (default: the latest)')
    add(
        '--engine',
        choices=ENGINES,
        action='append',
        default=[],
        help='plain is the network as it is, without reuse; may be repeated (default: all)',
    )
    add(
        '--precision',
        choices=PRECISIONS,
        action='append',
        default=[],
        help='may be repeated (default: all that an engine has)',
    )
    add('--device', choices=DEVICES, default='cpu', help='default: %(default)s')
    add('--threads', type=_count, metavar='N', help='CPU threads (default: all cores)')
    add('--ticks', type=_count, default=60, metavar='N', help='per row (default: %(default)s)')
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
    add('--json', action='store_true', help='everything as JSON, for scripts')


def run(arguments: argparse.Namespace) -> int:
    """Measure; returns 0, or 1 if what was named was not measured."""
    from octo_ros.benchmark.benchmark import run as measure
    from octo_ros.benchmark.entrant import Options
    from octo_ros.benchmark.report import print_report

    if arguments.calibration is not None and arguments.checkpoint is None:
        msg = '--calibration is for a trained network: give --checkpoint too.'
        raise PolicyError(msg)
    options = Options(
        threads=arguments.threads or cores(),
        device=arguments.device,
        ticks=arguments.ticks,
        rounds=min(arguments.rounds, arguments.ticks),
    )
    # As the nodes run: threads that wait do not take the cores from those that compute.
    os.environ.setdefault('OMP_WAIT_POLICY', 'PASSIVE')
    wanted = variants(arguments.engine, arguments.precision)
    progress = Console(stderr=True, highlight=False)
    with (
        tempfile.TemporaryDirectory(prefix='octo_ros_') as folder,
        progress.status('begins') as status,
    ):
        subjects = _subjects(arguments, Path(folder))
        result = measure(subjects, wanted, options, Path(folder), status.update)
    if arguments.json:
        print(json.dumps(result.to_dict(), indent=1))
    else:
        print_report(Console(highlight=False), result)
    problems = [row.problem is not None for row in result.rows]
    return int(any(problems) if arguments.engine else all(problems))


def _subjects(arguments: argparse.Namespace, folder: Path) -> list[Subject]:
    from octo_ros.benchmark.subject import Subject
    from octo_ros.model.checkpoint import CheckpointDirectory

    if arguments.checkpoint is None:
        sizes = dict.fromkeys(arguments.size or ['small'])
        return [Subject.random(size, folder) for size in sizes]
    checkpoint = CheckpointDirectory.find(arguments.checkpoint, arguments.step)
    recorded = []
    if arguments.calibration is not None:
        from octo_ros.data.rlds.recorded_windows import recorded_windows
        from octo_ros.model.text import load_text_tokenizer
        from octo_ros.policy.calibration import TICKS, calibration_tick

        config, tokenizer = checkpoint.config, load_text_tokenizer(checkpoint)
        recorded = [
            calibration_tick(window.instruction, window.frames, config, tokenizer)
            for window in recorded_windows(arguments.calibration, config.window_size, 2 * TICKS)
        ]
    return [Subject.of(checkpoint, arguments.step, recorded)]


def _count(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        msg = f'{text!r} is not a whole number from 1'
        raise argparse.ArgumentTypeError(msg)
    return int(text)
