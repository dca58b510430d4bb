# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
r"""How long the original Octo, in JAX, takes for a chunk of actions, beside the engines here.

All run the same network on the same CPUs: of the size of octo-small-1.5 or octo-base-1.5, window
of 2, both cameras, 16 tokens of language, 20 denoising steps, with random weights, which cost as
much as trained ones. The original makes them and saves a checkpoint; it and the engines load it.

Every engine is a process of its own. They take turns: while one is measured the others wait for
words on a pipe. A turn begins with a call that is not counted. Images are new in every call.

The original is called as in its examples, jitted, compiled before anything is counted:

    as shipped    `sample_actions`, in which T5 reads the instruction in every call
    without T5    the same with T5's output in place of the words, which it takes as well; it saves
                  what an engine here saves by encoding an instruction once

The engines here, which have encoded the instruction before:

    tick                  from images to actions, the older frame prepared while the robot moved
    tick + preparation    both, so all that is computed per tick
    whole window          nothing of either frame is known, as in the original

The original needs an interpreter of its own and a checkout of octo-models/octo from GitHub:

    python3.11 -m venv octo-env
    octo-env/bin/pip install jax==0.4.20 jaxlib==0.4.20 flax==0.7.5 orbax-checkpoint==0.4.4 \
        optax==0.1.7 chex==0.1.85 distrax==0.1.5 tensorflow-probability==0.23.0 \
        tensorflow-cpu==2.15.0 transformers==4.36.2 'numpy==1.26.*' 'scipy<1.13' 'protobuf<5' \
        'setuptools<70' einops tqdm

Run as: .venv/bin/python benchmarks/original_octo.py --python octo-env/bin/python \
            --source octo-source [--size base] [--threads N] [--calls N] [--json]
"""

import argparse
import contextlib
import json
import os
import platform
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from original_octo_result import ORIGINAL, Result, Samples, Series, notes, table
from players import Player, PlayerError
from rich.console import Console

HERE = Path(__file__).resolve().parent
ENGINES = ('openvino fp32', 'openvino int8', 'torch fp32', 'onnxruntime fp32', 'onnxruntime int8')
USUAL = ENGINES[:3]
PAUSE = 0.3  # s, until the threads of the last turn's process have gone to sleep


def measure(arguments: argparse.Namespace, say: Console) -> Result:
    """Everything; what is written on disk is gone afterwards."""
    with (
        tempfile.TemporaryDirectory(dir=arguments.directory) as folder,
        contextlib.ExitStack() as stack,
    ):
        say.print('making the network, with the original')
        checkpoint, reference = f'{folder}/checkpoint', f'{folder}/reference.npz'
        players = {ORIGINAL: stack.enter_context(original(arguments))}
        about = players[ORIGINAL].ask('make', arguments.size, checkpoint)
        result = Result(about_this_run(arguments) | about)
        result.difference[f'{ORIGINAL}, T5 excluded'] = players[ORIGINAL].ask(
            'reference', reference
        )
        for name in arguments.engines:
            say.print(f'making {name}')
            player = stack.enter_context(engine(name))
            player.ask('make', *source(name, checkpoint, folder), arguments.threads)
            result.difference[name] = player.ask('difference', reference)
            players[name] = player
        for turn in range(arguments.turns):
            say.print(f'turn {turn + 1} of {arguments.turns}')
            for name, player in players.items():
                time.sleep(PAUSE)
                take(
                    result.series.setdefault(name, {}),
                    player.ask('time', calls_per_turn(arguments)),
                )
        for name, player in players.items():
            result.memory[name] = player.ask('memory')
        result.about['load'].append(os.getloadavg()[0])
    return result


def original(arguments: argparse.Namespace) -> Player:
    """Its process; Python's paths of this one would mislead it."""
    environment = {name: os.environ[name] for name in os.environ if name != 'PYTHONPATH'}
    script = HERE / 'original_octo_jax.py'
    command = [str(arguments.python), str(script), '--source', str(arguments.source)]
    return Player('the original', command, environment)


def engine(name: str) -> Player:
    """The process of an engine."""
    return Player(name, [sys.executable, str(HERE / 'original_octo_engine.py')])


def source(name: str, checkpoint: str, folder: str) -> tuple[str, str]:
    """Runtime, and what it loads, which is exported if it is not there."""
    runtime, precision = name.split()
    if runtime == 'torch':
        return runtime, checkpoint
    output = f'{folder}/{precision}'
    if not Path(output).exists():
        with engine(f'the export to {precision}') as exporter:
            exporter.ask('export', checkpoint, output, precision)
    return runtime, output


def take(series: dict[str, Series], timed: dict[str, Samples]) -> None:
    """Add a turn's samples."""
    if 'prepare' in timed:  # an engine of ours; the original has no such thing
        tick, prepared = timed['tick'], timed.pop('prepare')
        timed['both'] = {
            clock: [sum(pair) for pair in zip(tick[clock], prepared[clock], strict=True)]
            for clock in tick
        }
    for kind, samples in timed.items():
        series.setdefault(kind, Series()).add(samples)


def calls_per_turn(arguments: argparse.Namespace) -> int:
    """Rounded up."""
    return -(-arguments.calls // arguments.turns)


def about_this_run(arguments: argparse.Namespace) -> dict[str, Any]:
    """Network and machine."""
    return {
        'network': f'octo-{arguments.size}-1.5, random weights',
        'threads': arguments.threads,
        'calls': calls_per_turn(arguments) * arguments.turns,
        'turns': arguments.turns,
        'load': [os.getloadavg()[0]],
        'processor': processor(),
    }


def processor() -> str:
    """The name by which it is sold; a virtual machine may hide it."""
    for line in Path('/proc/cpuinfo').read_text().splitlines():
        if line.startswith('model name'):
            return line.partition(':')[2].strip()
    return platform.machine()


def quoted(names: tuple[str, ...]) -> str:
    """As to be typed."""
    return ', '.join(f"'{name}'" for name in names)


def command_line() -> argparse.Namespace:
    """Read and check it."""
    available = sorted(os.sched_getaffinity(0))
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add('--python', type=Path, required=True, help="interpreter with the original's packages")
    add('--source', type=Path, required=True, help='checkout of the original')
    add('--size', choices=('small', 'base'), default='small', help='default: %(default)s')
    add(
        '--engines',
        nargs='+',
        choices=ENGINES,
        default=USUAL,
        metavar='ENGINE',
        help=f'of {quoted(ENGINES)}; default: {quoted(USUAL)}',
    )
    add('--threads', type=int, default=len(available), help='CPU threads; default: all CPUs')
    add(
        '--calls', type=int, default=60, help='calls of each kind that count; default: %(default)s'
    )
    add('--turns', type=int, default=6, help='turns in which they come; default: %(default)s')
    add('--directory', type=Path, help='where temporary files go: 2 GB, 3 GB for base')
    add('--json', action='store_true', help='one object instead of the table')
    arguments = parser.parse_args()
    if not 1 <= arguments.threads <= len(available):
        parser.error(f'--threads {arguments.threads}: 1 to {len(available)} are possible here')
    if not 1 <= arguments.turns <= arguments.calls:
        parser.error(f'--turns {arguments.turns}: 1 to --calls, {arguments.calls}, are possible')
    for path in (arguments.python, arguments.source / 'octo'):
        if not path.exists():
            parser.error(f'there is no {path}; --help tells how to make one')
    # Every process is kept to as many CPUs as it has threads: JAX has no other setting.
    os.sched_setaffinity(0, available[: arguments.threads])
    return arguments


def main() -> None:
    """Measure and print."""
    arguments = command_line()
    try:
        result = measure(arguments, Console(stderr=True))
    except PlayerError as error:
        sys.exit(str(error))
    if arguments.json:
        json.dump(result.to_dict(), sys.stdout)
        sys.stdout.write('\n')
        return
    console = Console(width=118, highlight=False)
    console.print(table(result))
    for note in notes(result):
        console.print(note)


if __name__ == '__main__':
    main()
