# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Processes that take turns: one waits without computing while another is measured.

Each runs in an interpreter of its own choice, with its own memory and threads. Nothing but the
standard library is needed here, so that interpreters with other packages can import this file.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_LAST_WORDS = 25  # lines
_PATIENCE = 10.0  # s, for a process to end


class PlayerError(Exception):
    """A process ended before it had answered."""


class Player:
    """A process that runs a script which calls `serve`; a context manager.

    Args:
        title: What it is, for messages.
        command: Interpreter, script and its arguments.
        environment: Its environment variables; None: those of this process.
    """

    def __init__(
        self, title: str, command: list[str], environment: dict[str, str] | None = None
    ) -> None:
        self.title = title
        self._words = tempfile.TemporaryFile('w+', errors='replace')  # noqa: SIM115
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._words,
            env=environment,
            text=True,
        )

    def __enter__(self) -> 'Player':
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(self, method: str, *arguments: object) -> Any:  # noqa: ANN401
        """Call a method of the served object; arguments and result are of JSON's types.

        Raises:
            PlayerError: The process ended; the message has what it said last.
        """
        try:
            self._process.stdin.write(json.dumps([method, *arguments]) + '\n')
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        except BrokenPipeError:
            answer = ''
        if not answer:
            raise PlayerError(self._last_words())
        return json.loads(answer)

    def close(self) -> None:
        """End the process."""
        try:
            self._process.communicate(timeout=_PATIENCE)  # closes its input, which ends it
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
        self._words.close()

    def _last_words(self) -> str:
        status = self._process.wait()
        self._words.seek(0)
        words = ''.join(self._words.readlines()[-_LAST_WORDS:])
        return (
            f'The process of {self.title} ended with status {status} '
            f'(-9 mostly means that the memory was not enough). It said:\n{words}'
        )


def serve(served: object) -> None:
    """Answer until the parent closes its end; an exception ends the process."""
    answers = os.fdopen(os.dup(1), 'w')
    os.dup2(2, 1)  # what libraries print is no answer
    for line in sys.stdin:
        method, *arguments = json.loads(line)
        answers.write(json.dumps(getattr(served, method)(*arguments)) + '\n')
        answers.flush()


class Stopwatch:
    """Durations of one kind of call [ms]."""

    def __init__(self) -> None:
        self._wall: list[float] = []
        self._cpu: list[float] = []

    def time(self, call: Callable[[], object]) -> None:
        """Call, and note how long it took."""
        started, computed = time.perf_counter(), time.process_time()
        call()
        self._wall.append(1e3 * (time.perf_counter() - started))
        self._cpu.append(1e3 * (time.process_time() - computed))

    def take(self) -> dict[str, list[float]]:
        """For JSON, the first call left out: the other processes had the caches before it.

        `wall` is by the clock; `cpu` is what all threads of the process computed meanwhile, which
        hardly depends on whatever else the machine has to do.
        """
        return {'wall': self._wall[1:], 'cpu': self._cpu[1:]}


def resident_mb() -> float:
    """Memory that this process holds [MB]."""
    lines = Path('/proc/self/status').read_text().splitlines()
    return int(next(line for line in lines if line.startswith('VmRSS')).split()[1]) * 1024 / 1e6
