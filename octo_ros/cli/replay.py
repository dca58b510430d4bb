# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""`replay`: an episode of a dataset as a video or a contact sheet."""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console

MOMENTS = 10
UNKNOWN_RATE = 10.0  # steps per second of a video whose dataset does not say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command line."""
    parser.description = (
        'Show an episode of an RLDS dataset, ours or another: all cameras, the instruction and '
        'the actions over time, as a video or on one sheet.'
    )
    add = parser.add_argument
    add('dataset', type=Path, metavar='DIR', help='<name>/<version>, or a directory above it')
    add(
        '--episode',
        default='0',
        metavar='N|NAME',
        help='its number in the split, from 0; else, where no episode has that number, its name '
        '(default: %(default)s)',
    )
    add('--split', default='train', help='default: %(default)s')
    add('--output', type=Path, metavar='FILE', help='mp4, or png with --sheet (default: here)')
    add('--sheet', action='store_true', help='a contact sheet instead of a video')
    add(
        '--moments',
        type=int,
        default=MOMENTS,
        metavar='N',
        help='on a sheet (default: %(default)s)',
    )
    add('--hz', type=float, help='steps per second (default: as the dataset says)')


def run(arguments: argparse.Namespace) -> int:
    """Write the file.

    Raises:
        ConfigError: An option is out of range, or the file cannot be written.
        DatasetError: There is no such dataset or episode, or it is damaged.
    """
    from PIL import Image

    from octo_ros.data.replay.canvas import ReplayCanvas
    from octo_ros.data.replay.view import EpisodeView, find_episode
    from octo_ros.data.rlds.dataset import RldsDataset
    from octo_ros.data.video import write_video
    from octo_ros.errors import ConfigError

    kind = '.png' if arguments.sheet else '.mp4'
    _check(arguments, kind)
    dataset = RldsDataset(arguments.dataset)
    episode = find_episode(dataset, arguments.split, arguments.episode)
    view = EpisodeView(dataset, episode, arguments.hz)
    canvas = ReplayCanvas(view)
    place = episode.place
    output = arguments.output or Path(f'{dataset.name}_{place.split}_{place.index}{kind}')
    with Console(stderr=True).status('drawing …'):
        if arguments.sheet:
            sheet = Image.fromarray(canvas.sheet(arguments.moments))
            try:
                sheet.save(output)
            except OSError as error:
                msg = f'{output} cannot be written: {error.strerror or error}.'
                raise ConfigError(msg) from None
        else:
            write_video(output, canvas.frames(), view.rate or UNKNOWN_RATE)
    notes = [view.note] if view.note else []
    if view.rate is None:
        notes.append(f'Nothing says how fast this was recorded; shown: {UNKNOWN_RATE:g} Hz.')
    for note in notes:
        Console(stderr=True, highlight=False, markup=False).print(f'Note: {note}', style='yellow')
    Console(highlight=False, markup=False).print(f'Wrote {output}', soft_wrap=True)
    return 0


def _check(arguments: argparse.Namespace, kind: str) -> None:
    from octo_ros.errors import ConfigError

    if arguments.output and arguments.output.suffix != kind:
        msg = f'--output {arguments.output} must end in {kind}.'
        raise ConfigError(msg)
    if arguments.output and not arguments.output.absolute().parent.is_dir():
        msg = f'--output: there is no directory {arguments.output.parent}.'
        raise ConfigError(msg)
    if not 1 <= arguments.moments <= 40:
        msg = f'--moments is {arguments.moments}; it must lie in 1 .. 40.'
        raise ConfigError(msg)
    if arguments.hz is not None and not 0.1 <= arguments.hz <= 240:
        msg = f'--hz is {arguments.hz:g}; it must lie in 0.1 .. 240.'
        raise ConfigError(msg)
