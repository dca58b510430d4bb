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
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import torch
from original_octo_process import OriginalProcess
from original_octo_result import ORIGINAL, Result, add_turn, lines, no_series, table
from rich.console import Console

from octo_ros.benchmark.action_error import ActionError
from octo_ros.benchmark.engine_probe import EngineProbe, Source
from octo_ros.benchmark.machine import Machine, cores, load_average
from octo_ros.benchmark.remote import Remote
from octo_ros.benchmark.subject import Subject, export
from octo_ros.benchmark.variant import Variant
from octo_ros.benchmark.workload import Tick
from octo_ros.errors import OctoRosError
from octo_ros.model.batch import LanguageTokens, Tasks
from octo_ros.model.checkpoint import CheckpointDirectory
from octo_ros.model.sampling import Sampling, SamplingNoise
from octo_ros.policy.engines.frame import Frame

VARIANTS = {
    str(variant): variant
    for variant in (
        Variant('openvino', 'fp32'),
        Variant('openvino', 'int8'),
        Variant('torch', 'fp32'),
        Variant('openvino', 'bf16'),
        Variant('torch', 'bf16'),
        Variant('onnxruntime', 'fp32'),
        Variant('onnxruntime', 'int8'),
    )
}
USUAL = list(VARIANTS)[:3]
PAUSE = 0.3  # s, until the threads of the process before have gone to sleep


def measure(arguments: argparse.Namespace, folder: Path, say: Console) -> Result:
    """Everything.

    Args:
        arguments: The command line.
        folder: For the checkpoint and exports.
        say: Is told what begins.

    Raises:
        OctoRosError: A process did not do what it was asked for.
    """
    before = load_average()
    with contextlib.ExitStack() as stack:
        say.print('the network, by the original')
        original = stack.enter_context(OriginalProcess(arguments.python, arguments.source))
        about = original.call('make', arguments.size, str(folder / 'checkpoint'))
        cached_error = original.call('reference', str(folder / 'reference.npz'))
        difference = {f'{ORIGINAL} without T5': cached_error}
        ticks, expected = read_reference(folder / 'reference.npz')
        players: dict[str, OriginalProcess | Remote[EngineProbe]] = {ORIGINAL: original}
        subject = subject_of(folder / 'checkpoint')
        for name in arguments.engines:
            say.print(name)
            variant = VARIANTS[name]
            source = source_of(variant, subject, folder)
            made = Remote(name, EngineProbe, variant, source, arguments.threads, 'cpu')
            players[name] = stack.enter_context(made)
            error = ActionError.between(made.call('actions', ticks), expected)
            difference[name] = error.largest
        series = {name: no_series() for name in players}
        for turn in range(arguments.turns):
            say.print(f'turn {turn + 1} of {arguments.turns}')
            for name, player in players.items():
                time.sleep(PAUSE)
                calls = -(-arguments.calls // arguments.turns) + 1  # the first is not counted
                # Of whole windows an engine does half as many as of ticks.
                calls = calls if name == ORIGINAL else 2 * calls
                add_turn(series[name], player.call('time', calls))
    machine = Machine.now(arguments.threads, 'cpu', {}, before)
    network = f'octo-{arguments.size}-1.5, random weights'
    return Result(network, about, machine, series, difference)


def subject_of(path: Path) -> Subject:
    """The checkpoint that the original wrote."""
    return Subject(path.name, path, CheckpointDirectory.read(path).config, trained=False)


def source_of(variant: Variant, subject: Subject, folder: Path) -> Source:
    """What the engine loads; graphs are exported if they are not there."""
    if not variant.runs_graphs:
        return Source(subject.path)
    precision = 'int8' if variant.precision == 'int8' else 'fp32'
    output = folder / precision
    if not output.exists():
        Remote('the export', export, subject, output, precision).close()
    return Source(output)


def read_reference(path: Path) -> tuple[list[Tick], np.ndarray]:
    """What the original was given, and its normalised actions (1, action_horizon, action_dim)."""
    with np.load(path) as stored:
        arrays = dict(stored)
    frames = [
        Frame({name: arrays[name][0, slot] for name in arrays if name.startswith('image')})
        for slot in range(arrays['image_primary'].shape[1])
    ]
    words = (arrays[name].astype(np.int64) for name in ('input_ids', 'attention_mask'))
    task = Tasks(LanguageTokens(*map(torch.from_numpy, words)))
    noise = SamplingNoise(*(torch.from_numpy(arrays[name]) for name in ('initial', 'steps')))
    tick = Tick(task, tuple(frames[:-1]), frames[-1], Sampling(noise=noise))
    return [tick], arrays['actions'][None]


def command_line() -> argparse.Namespace:
    """Read and check it."""
    quoted = ', '.join(f"'{name}'" for name in VARIANTS)
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
        choices=VARIANTS,
        default=USUAL,
        metavar='ENGINE',
        help=f'some of {quoted}; default: the first three',
    )
    add('--threads', type=int, default=cores(), help='CPU threads; default: all CPUs')
    add('--calls', type=int, default=60, help='of each kind that count; default: %(default)s')
    add('--turns', type=int, default=6, help='in which they come; default: %(default)s')
    add('--directory', type=Path, help='where temporary files go: 2 GB, 3 GB for base')
    add('--json', action='store_true', help='one object instead of the table')
    arguments = parser.parse_args()
    if not 1 <= arguments.threads <= cores():
        parser.error(f'--threads {arguments.threads}: 1 to {cores()} are possible here')
    if not 1 <= arguments.turns <= arguments.calls:
        parser.error(f'--turns {arguments.turns}: 1 to --calls, {arguments.calls}, are possible')
    for path in (arguments.python, arguments.source / 'octo'):
        if not path.exists():
            parser.error(f'there is no {path}; --help tells how to make one')
    obstacles = [VARIANTS[name].obstacle() for name in arguments.engines]
    for obstacle in filter(None, obstacles):
        parser.error(obstacle)
    return arguments


def main() -> None:
    """Measure and print."""
    arguments = command_line()
    # Every process is kept to as many CPUs as it has threads: JAX has no other setting.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: arguments.threads])
    # As the nodes run: threads that wait do not take the cores from those that compute.
    os.environ.setdefault('OMP_WAIT_POLICY', 'PASSIVE')
    try:
        with tempfile.TemporaryDirectory(dir=arguments.directory) as folder:
            result = measure(arguments, Path(folder), Console(stderr=True))
    except OctoRosError as error:
        sys.exit(str(error))
    if arguments.json:
        print(json.dumps(result.to_dict()))
        return
    console = Console(highlight=False, width=max(112, Console().width))
    console.print(table(result))
    for line in lines(result):
        console.print(line, markup=False)


if __name__ == '__main__':
    main()
