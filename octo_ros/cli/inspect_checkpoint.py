# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`inspect_checkpoint`: what a checkpoint is, without loading its weights."""

from __future__ import annotations

import argparse
import json

from rich.console import Console


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.description = (
        'Tell version, sizes, inputs, actions, steps and statistics of a checkpoint; only the '
        'headers of its weights are read.'
    )
    add = parser.add_argument
    add('checkpoint', metavar='CHECKPOINT', help='directory, or name on the Hugging Face hub')
    add('--step', type=int, metavar='N', help='training step (default: the latest)')
    add('--json', action='store_true', help='everything as JSON, for scripts')


def run(arguments: argparse.Namespace) -> int:
    """Describe it.

    Raises:
        CheckpointError: After the description: it cannot drive a robot, because its weights do not
            fit its own `config.json`, or its statistics are missing or damaged.
    """
    from octo_ros.errors import CheckpointError
    from octo_ros.inspection.description import CheckpointDescription
    from octo_ros.inspection.tables import tables

    description = CheckpointDescription.of(arguments.checkpoint, arguments.step)
    if arguments.json:
        print(json.dumps(description.to_dict(), indent=2))
    else:
        console = Console(highlight=False)
        for table in tables(description):
            console.print(table)
            console.print()
    if description.notes:
        first, *more = description.notes
        others = f' (and {len(more)} more problems, see above)' if more else ''
        msg = f'{description.path} cannot drive a robot: {first.rstrip(".")}{others}.'
        raise CheckpointError(msg)
    return 0
