# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""How long checkpoints of the released sizes take to load, and how much memory, beside torch.load.

The weights are random; the files are as large as the released ones. Every figure is the median
(fastest) of fresh processes that have already imported what they need. Cold: the file was dropped
from the page cache just before, as far as the system allows. Peak: the most memory that the
process held while loading, mapped pages of the file included, less what it held before.

Run as: .venv/bin/python benchmarks/load_checkpoint.py [--runs N] [--directory DIRECTORY]
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import torch
from rich.console import Console
from rich.table import Table

from octo_ros.benchmark.random_checkpoint import (
    SIZES,
    Size,
    random_octo,
    released_config,
    run_files,
)
from octo_ros.model import load_octo, save_octo

METHODS = {
    'load_octo': 'network, ready to run',
    'torch.load': 'state_dict only',
    'torch.load(mmap=True)': 'state_dict only, every page touched',
}


def make_files(directory: Path, size: Size) -> tuple[int, float]:
    """Write both formats; size of the weights [bytes], time to save the official one [s]."""
    config = released_config(size)
    model = random_octo(config)
    started = time.perf_counter()
    save_octo(model, directory, 0, run_files(config))
    took = time.perf_counter() - started
    torch.save(model.state_dict(), directory / 'state_dict.pt')
    return sum(4 * p.numel() for p in model.parameters()), took


def load(method: str, directory: Path) -> None:
    """Load once and print the time [s] and the peak of memory [bytes]; runs in its own process."""
    before = _memory('VmRSS')
    Path('/proc/self/clear_refs').write_text('5')  # the peak counts from here
    started = time.perf_counter()
    if method == 'load_octo':
        loaded = load_octo(directory)
    else:
        loaded = torch.load(
            directory / 'state_dict.pt', weights_only=True, mmap=method.endswith('mmap=True)')
        )
        if method != 'torch.load':
            for tensor in loaded.values():
                tensor.view(-1)[::1024].sum()
    took = time.perf_counter() - started
    json.dump([took, _memory('VmHWM') - before], sys.stdout)
    del loaded


def _memory(field: str) -> int:
    line = next(x for x in Path('/proc/self/status').read_text().splitlines() if field in x)
    return int(line.split()[1]) * 1024


def measure(method: str, directory: Path, *, cold: bool) -> tuple[float, int]:
    """One fresh process."""
    for file in (directory / '0/default/checkpoint', directory / 'state_dict.pt'):
        descriptor = os.open(file, os.O_RDONLY)
        if cold:
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        else:
            while os.read(descriptor, 1 << 24):
                pass
        os.close(descriptor)
    command = [sys.executable, '-W', 'ignore', __file__, '--load', method]
    done = subprocess.run(
        [*command, '--directory', directory], capture_output=True, check=True, text=True
    )
    seconds, peak = json.loads(done.stdout)
    return seconds, peak


def _milliseconds(seconds: list[float]) -> str:
    return f'{1e3 * statistics.median(seconds):.0f} ({1e3 * min(seconds):.0f})'


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--runs', type=int, default=5, help='processes per figure')
    parser.add_argument('--directory', type=Path, help='where the files go for a while')
    parser.add_argument('--load', choices=METHODS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.load:
        load(arguments.load, arguments.directory)
        return
    table = Table(title=f'Loading a checkpoint: median (fastest) of {arguments.runs} processes')
    for column in ('network', 'call', 'gives', 'warm [ms]', 'cold [ms]', 'peak / weights'):
        table.add_column(column, justify='right' if '[' in column or '/' in column else 'left')
    console = Console(width=110)
    loads = [os.getloadavg()[0]]
    for network in SIZES:
        with tempfile.TemporaryDirectory(dir=arguments.directory) as temporary:
            size, saved = make_files(Path(temporary), network)
            results = {(method, cold): [] for method in METHODS for cold in (False, True)}
            for _ in range(arguments.runs):  # the methods take turns, so that load hits all alike
                for (method, cold), figures in results.items():
                    figures.append(measure(method, Path(temporary), cold=cold))
            loads.append(os.getloadavg()[0])
            for method, gives in METHODS.items():
                warm, cold = results[method, False], results[method, True]
                table.add_row(
                    f'octo-{network} ({size / 1e6:.0f} MB, saved in {saved:.1f} s)',
                    method,
                    gives,
                    _milliseconds([seconds for seconds, _ in warm]),
                    _milliseconds([seconds for seconds, _ in cold]),
                    f'{statistics.median(peak for _, peak in warm) / size:.2f}',
                )
    console.print(table)
    console.print(
        f'{os.cpu_count()} cores ({platform.machine()}), torch {torch.__version__} with '
        f'{torch.get_num_threads()} threads, load {min(loads):.1f} to {max(loads):.1f}'
    )


if __name__ == '__main__':
    main()
