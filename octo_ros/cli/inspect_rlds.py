# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`inspect_rlds`: what a dataset holds, and whether it is whole."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from rich.console import Console


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.description = (
        'Read every record of an RLDS dataset, ours or another, without TensorFlow: splits, '
        'features, actions and states by dimension, instructions, and what is wrong.'
    )
    add = parser.add_argument
    add('dataset', type=Path, metavar='DIR', help='<name>/<version>, or a directory above it')
    add(
        '--pictures',
        action='store_true',
        help='decode every picture (default: the first one of every episode)',
    )
    add('--json', action='store_true', help='everything as JSON, for scripts')


def run(arguments: argparse.Namespace) -> int:
    """Describe it.

    Raises:
        DatasetError: After the description: the dataset is broken. Or there is none.
    """
    from octo_ros.data.inspection.description import DatasetDescription
    from octo_ros.data.inspection.tables import tables
    from octo_ros.errors import DatasetError

    console = Console(highlight=False)
    with Console(stderr=True).status('reading …') as status:
        description = DatasetDescription.of(
            arguments.dataset,
            every_picture=arguments.pictures,
            progress=lambda done, total: status.update(f'reading … {done} of {total} episodes'),
        )
    if arguments.json:
        print(json.dumps(description.to_dict(), indent=2, ensure_ascii=False, allow_nan=False))
    else:
        for table in tables(description):
            console.print(table)
            console.print()
    if description.problems:
        first, *more = description.problems
        others = f' And {len(more)} more problems, see above.' if more else ''
        msg = f'{description.directory} is broken: {first}{others}'
        raise DatasetError(msg)
    return 0
