# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Start all processes and end them: what `ros2 launch` does, where it is not installed."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

import yaml

from octo_ros.errors import RosError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType

    from octo_ros.bringup.graph import NodeSpec

INTERRUPT_GRACE = 1.5
TERMINATE_GRACE = 0.7
TAIL_LINES = 6
PR_SET_PDEATHSIG = 1  # linux/prctl.h


def local_environment(domain_id: int | None = None) -> dict[str, str]:
    """This process's environment, with DDS kept on this machine.

    Args:
        domain_id: ROS_DOMAIN_ID for the children; the inherited one when None.
    """
    environment = dict(os.environ)
    # Humble knows only the older of the two variables; later distributions warn about it.
    if environment.get('ROS_DISTRO') == 'humble':
        environment.setdefault('ROS_LOCALHOST_ONLY', '1')
    else:
        environment.setdefault('ROS_AUTOMATIC_DISCOVERY_RANGE', 'LOCALHOST')
    environment.setdefault('OMP_WAIT_POLICY', 'PASSIVE')
    if domain_id is not None:
        environment['ROS_DOMAIN_ID'] = str(domain_id)
    return environment


@dataclass(frozen=True)
class Ended:
    """A process that ended by itself.

    Attributes:
        name: Node name.
        exit_code: Its exit status; negative for a signal.
        last_words: The last lines that it wrote.
    """

    name: str
    exit_code: int
    last_words: str


class Supervisor:
    """Runs the given nodes as child processes; a context manager that leaves no orphans.

    Args:
        specs: The processes, in the order in which they start.
        log_directory: One `<name>.log` per process is written there.
        environment: Environment of the children.
    """

    def __init__(
        self, specs: Sequence[NodeSpec], log_directory: Path, environment: Mapping[str, str]
    ) -> None:
        self._specs = {spec.path: spec for spec in specs}
        self._logs = log_directory
        self._environment = dict(environment)
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._files: list[IO[bytes]] = []

    def __enter__(self) -> Supervisor:
        self._logs.mkdir(parents=True, exist_ok=True)
        try:
            for name in self._specs:
                self.start(name)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self, name: str) -> None:
        """Start one of the processes (again)."""
        log = self._log(name).open('ab')
        self._files.append(log)
        self._processes[name] = subprocess.Popen(
            command_line(self._specs[name], self._logs),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=self._environment,
            # An own session: Ctrl-C reaches the supervisor alone, which then stops all in order.
            start_new_session=True,
            preexec_fn=_end_with_parent  # noqa: PLW1509 - it calls one system function
            if sys.platform == 'linux'
            else None,
        )

    def pid(self, name: str) -> int:
        """Process id of a running node."""
        return self._processes[name].pid

    def ended(self) -> list[Ended]:
        """The processes that have ended by themselves since the start."""
        return [
            Ended(name, process.returncode, self._last_words(name))
            for name, process in self._processes.items()
            if process.poll() is not None
        ]

    def check(self) -> None:
        """Make sure that every required process runs.

        Raises:
            RosError: One has ended; the message holds its last words.
        """
        for end in self.ended():
            if self._specs[end.name].required:
                msg = f'{end.name} ended with status {end.exit_code}: {end.last_words}'
                raise RosError(msg)

    def stop_one(self, name: str) -> None:
        """End one process: SIGINT, then SIGTERM, then SIGKILL."""
        _end([self._processes[name]])

    def stop(self) -> None:
        """End all processes, stage by stage; within about three seconds for each at worst."""
        try:
            for stage in sorted({spec.end_stage for spec in self._specs.values()}):
                _end(self._of_stage(stage))
        finally:
            # Also when an impatient second Ctrl-C cuts the waiting short: no orphans.
            for process in self._processes.values():
                _kill(process)
        for file in self._files:
            file.close()
        self._files.clear()

    def _of_stage(self, stage: int) -> list[subprocess.Popen[bytes]]:
        return [
            process
            for name, process in self._processes.items()
            if self._specs[name].end_stage == stage
        ]

    def _log(self, name: str) -> Path:
        return self._logs / f'{_file_name(name)}.log'

    def _last_words(self, name: str) -> str:
        text = self._log(name).read_text(errors='replace').strip()
        return ' / '.join(text.splitlines()[-TAIL_LINES:]) or '(it wrote nothing)'


def command_line(spec: NodeSpec, directory: Path) -> list[str]:
    """The command that runs a node from a source checkout, as `ros2 run` would.

    Parameter overrides go through a file in `directory`, written here: on a command line, words
    such as `yes` would turn into booleans.
    """
    if spec.command:
        return list(spec.command)
    overrides = directory / f'{_file_name(spec.path)}.yaml'
    overrides.write_text(
        yaml.safe_dump({f'/{spec.path}': {'ros__parameters': dict(spec.parameters)}})
    )
    files = [spec.params_file, *([overrides] if spec.parameters else [])]
    arguments = [part for file in files for part in ('--params-file', str(file))]
    return [
        sys.executable,
        '-m',
        f'octo_ros.nodes.{spec.executable}',
        '--ros-args',
        '-r',
        f'__node:={spec.name}',
        '-r',
        f'__ns:=/{spec.namespace}',
        *arguments,
    ]


def _file_name(path: str) -> str:
    return path.replace('/', '.')


def _end_with_parent() -> None:
    """In the child: get SIGINT when the supervisor dies as by SIGKILL."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGINT)


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    try:
        _signal(processes, signal.SIGINT, INTERRUPT_GRACE)
        _signal(processes, signal.SIGTERM, TERMINATE_GRACE)
    finally:
        for process in processes:
            _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.kill()
    process.wait()


def _signal(processes: list[subprocess.Popen[bytes]], number: int, grace: float) -> None:
    for process in processes:
        if process.poll() is None:
            process.send_signal(number)
    deadline = time.monotonic() + grace
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, deadline - time.monotonic()))
