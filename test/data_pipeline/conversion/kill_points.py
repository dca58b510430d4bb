# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Run by test_crash.py in a process of its own: conversions killed between two file operations.

Every child converts into a copy of a folder, and kills itself (SIGKILL) before the n-th time that
something below that folder is opened for writing, renamed, linked, made or removed. Then the same
conversion runs again to its end. One line of JSON per child tells what was there after each.

Usage: kill_points.py BEFORE SCRATCH POINTS BAG [--append]; POINTS are shares of all operations
(0.3) or numbers from the end (-1), or `all`.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sys
from pathlib import Path

import cv2
import tensorflow_datasets as tfds

from octo_ros.data.conversion.convert import convert
from octo_ros.data.conversion.request import ConversionRequest
from octo_ros.embodiment import load_embodiment
from octo_ros.robots.kinematics import Kinematics

EVENTS = {'open', 'os.rename', 'os.link', 'os.mkdir', 'os.rmdir', 'os.remove', 'ctypes.dlopen'}
NEVER = 10**9


class Killer:
    """Counts file operations below a folder; kills this process before one of them."""

    def __init__(self, folder: Path, point: int) -> None:
        self._folder = str(folder)
        self._point = point
        self.count = 0

    def __call__(self, event: str, args: tuple) -> None:
        if event not in EVENTS or (event == 'open' and not args[2] & (os.O_WRONLY | os.O_RDWR)):
            return
        # The exchange of directories goes through ctypes, which knows no path.
        if event != 'ctypes.dlopen' and not str(args[0]).startswith(self._folder):
            return
        if self.count == self._point:
            os.kill(os.getpid(), signal.SIGKILL)
        self.count += 1


def run(bag: Path, output: Path, point: int, *, append: bool) -> tuple[int, int]:
    """Convert in a child; how it ended, and the operations that it counted."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        killer = Killer(output, point)
        sys.addaudithook(killer)
        request = ConversionRequest(
            (bag,), load_embodiment('widowx'), output, 'robot', hz=10.0, append=append
        )
        try:
            convert(request)
        finally:
            os.write(writer, str(killer.count).encode())
        os._exit(0)
    os.close(writer)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    count = int(os.read(reader, 20) or 0)
    os.close(reader)
    return status, count


def visible(output: Path) -> dict[str, str]:
    """File to a digest of what it holds, of the dataset as a reader sees it."""
    found = {}
    for path in sorted(output.glob('robot/1.0.0/**/*')):
        if path.is_file():
            data = path.read_bytes().replace(str(output).encode(), b'OUTPUT')
            found[str(path.relative_to(output))] = hashlib.sha256(data).hexdigest()
    return found


def chosen(points: str, count: int) -> list[int]:
    """Which operations to be killed before."""
    if points == 'all':
        return list(range(count))
    numbers = [float(word) for word in points.split(',')]
    return sorted({int(n * count) if n >= 0 else count + int(n) for n in numbers})


def main() -> None:
    """See above."""
    before, scratch, points, bag = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4]
    append = '--append' in sys.argv
    cv2.setNumThreads(1)  # nothing but this thread may exist when forking
    # What is slow to import is imported once.
    tfds.core.example_serializer.ExampleSerializer({})
    Kinematics.for_embodiment(load_embodiment('widowx'))

    def fresh(name: str) -> Path:
        output = scratch / name
        shutil.copytree(before, output)
        return output

    whole = fresh('whole')
    old = visible(whole)
    status, count = run(Path(bag), whole, NEVER, append=append)
    assert status == 0
    new = visible(whole)
    for point in chosen(points, count):
        output = fresh(str(point))
        killed, _ = run(Path(bag), output, point, append=append)
        between = visible(output)
        hidden = [p.name for p in (output / 'robot').glob('.*')]
        again = 0 if between == new else run(Path(bag), output, NEVER, append=append)[0]
        line = {
            'point': point,
            'of': count,
            'killed': killed == -signal.SIGKILL,
            'state': {True: 'old', False: 'half'}[between == old] if between != new else 'new',
            'hidden': hidden,
            'again': again,
            'complete': visible(output) == new,
        }
        sys.stdout.write(json.dumps(line) + '\n')
        sys.stdout.flush()
        shutil.rmtree(output)


main()
