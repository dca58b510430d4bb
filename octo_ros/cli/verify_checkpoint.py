# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`verify_checkpoint`: does a checkpoint give the original network's numbers here?"""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

from octo_ros.verification.engine import DEVICES, DTYPES, ENGINES, EngineOptions

LOG_WIDTH = 1000  # in a file every array keeps to its line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.description = (
        'Compute a checkpoint on stored inputs and compare everything inside with what the '
        'original network computed. Exit status 0: all within tolerance.'
    )
    add = parser.add_argument
    add('checkpoint', metavar='CHECKPOINT', help='directory, or name on the Hugging Face hub')
    add('--inputs', type=Path, required=True, metavar='NPZ', help="the original's inputs")
    add('--outputs', type=Path, required=True, metavar='NPZ', help='what it computed from them')
    add(
        '--train',
        type=Path,
        metavar='NPZ',
        help='loss and gradients (default: train.npz beside the outputs, if there is one)',
    )
    add('--device', choices=DEVICES, default='cpu', help='default: %(default)s')
    add('--dtype', choices=DTYPES, default='float32', help='default: %(default)s')
    add('--engine', choices=ENGINES, default='torch', help='default: %(default)s')
    add('--step', type=int, metavar='N', help='training step (default: the latest)')
    add(
        '--dataset-name',
        default='',
        metavar='NAME',
        help='dataset of the statistics (default: whichever fits)',
    )


def run(arguments: argparse.Namespace) -> int:
    """Compare; 0 if something was compared and all of it is within tolerance, 1 otherwise."""
    from octo_ros.verification.reference import Reference
    from octo_ros.verification.report import summary, table, unread
    from octo_ros.verification.verify import Verifier

    reference = Reference.read(arguments.inputs, arguments.outputs, arguments.train)
    options = EngineOptions(arguments.device, arguments.dtype, arguments.step)
    verifier = Verifier(arguments.checkpoint, arguments.engine, options, arguments.dataset_name)
    verification = verifier.verify(reference)
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=LOG_WIDTH)
    console.print(table(verification))
    for line in (unread(verification), summary(verification)):
        if line is not None:
            console.print(line, soft_wrap=True)
    return 0 if verification.passed else 1
