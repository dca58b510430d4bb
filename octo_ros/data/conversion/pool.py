# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Jobs in several processes, each with one thread; they end when this one ends.

A worker gets its next job when it has done the last; results lie on disk, only progress and errors
come back. An interrupt reaches this process alone, which stops the workers at once.
"""

from __future__ import annotations

import multiprocessing as mp
import os
import signal
import threading
import traceback
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import TYPE_CHECKING

import cv2

from octo_ros import errors
from octo_ros.data.conversion.episode_converter import EpisodeConverter
from octo_ros.data.conversion.job import EpisodeJob, JobProgress, Tell
from octo_ros.errors import DatasetError, OctoRosError

if TYPE_CHECKING:
    from octo_ros.data.conversion.request import ConversionRequest

# As many workers as cores, so each computes with a single thread.
SINGLE = dict.fromkeys(
    ('OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS', 'NUMEXPR_NUM_THREADS'), '1'
)
GRACE_S = 2.0


@dataclass(frozen=True)
class _Refusal:
    """An `OctoRosError` of a worker."""

    kind: str
    text: str


@dataclass(frozen=True)
class _Denial:
    """Something that the operating system would not do for a worker."""

    number: int
    text: str
    file: str | None


@dataclass(frozen=True)
class _Crash:
    """Any other error of a worker."""

    text: str


def run_pool(
    jobs: Sequence[EpisodeJob],
    request: ConversionRequest,
    parts: Path,
    tell: Tell,
) -> None:
    """Convert all jobs in `request.workers` processes; results lie below `parts`.

    Raises:
        OctoRosError: What a worker raised.
        DatasetError: A worker was killed.
        OSError: What the system refused a worker: no space left, for one.
        RuntimeError: A worker failed in a way that is a bug; holds its traceback.
    """
    waiting = deque(jobs)
    workers: dict[Connection, SpawnProcess] = {}
    doing: dict[Connection, EpisodeJob] = {}
    try:
        for _ in range(min(request.workers, len(jobs))):
            process, connection = _start(request, parts)
            workers[connection] = process
            doing[connection] = waiting.popleft()
            connection.send(doing[connection])
        while doing:
            for ready in wait(list(doing)):
                connection = next(c for c in doing if c is ready)
                progress = _receive(connection, workers[connection], doing[connection])
                tell(progress)
                if not progress.done:
                    continue
                del doing[connection]
                if waiting:
                    doing[connection] = waiting.popleft()
                    connection.send(doing[connection])
    finally:
        _stop(workers)


def _receive(connection: Connection, process: SpawnProcess, job: EpisodeJob) -> JobProgress:
    try:
        answer = connection.recv()
    except (EOFError, ConnectionResetError):
        process.join(GRACE_S)
        code = process.exitcode
        how = f'signal {-code}' if code is not None and code < 0 else f'exit code {code}'
        msg = (
            f'A worker was killed ({how}) while it converted episode {job.episode.episode_id!r} '
            f'of {job.bag}; is there enough memory? Finished episodes are kept: run the same '
            'command again, with fewer --workers if memory is short.'
        )
        raise DatasetError(msg) from None
    if isinstance(answer, _Refusal):
        kind = getattr(errors, answer.kind, DatasetError)
        # Some errors build their message from other arguments; the text says it all.
        raise (DatasetError if kind.__init__ is not OctoRosError.__init__ else kind)(answer.text)
    if isinstance(answer, _Denial):
        raise OSError(answer.number, answer.text, answer.file)
    if isinstance(answer, _Crash):
        raise RuntimeError(answer.text)
    assert isinstance(answer, JobProgress)
    return answer


def _start(request: ConversionRequest, parts: Path) -> tuple[SpawnProcess, Connection]:
    context = mp.get_context('spawn')
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, request, parts), daemon=True)
    with _inherited():
        process.start()
    theirs.close()
    return process, ours


@contextmanager
def _inherited() -> Iterator[None]:
    """What a worker gets from its parent: single threads, and no ear for Ctrl-C."""
    before = {name: os.environ.get(name) for name in SINGLE}
    os.environ.update(SINGLE)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _stop(workers: dict[Connection, SpawnProcess]) -> None:
    for connection, process in workers.items():
        connection.close()
        process.terminate()
    for process in workers.values():
        process.join(GRACE_S)
        if process.is_alive():
            process.kill()
            process.join()


def _work(connection: Connection, request: ConversionRequest, parts: Path) -> None:
    """A worker's life: job after job, until its parent hangs up."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_follow_parent, daemon=True).start()
    cv2.setNumThreads(1)
    line = _Line(connection)
    with suppress(_ParentIsGoneError):
        try:
            with EpisodeConverter(request, parts) as converter:
                while True:
                    converter.convert(line.job(), line.send)
        except OctoRosError as error:
            line.send(_Refusal(type(error).__name__, str(error)))
        except _ParentIsGoneError:
            raise
        except Exception as error:  # whatever it is, it belongs to the parent
            line.send(_told(error))


def _told(error: Exception) -> _Denial | _Crash:
    if isinstance(error, OSError) and error.errno is not None:
        file = None if error.filename is None else str(error.filename)
        return _Denial(error.errno, error.strerror or '', file)
    return _Crash(traceback.format_exc())


def _follow_parent() -> None:
    """End this worker at once when its parent was killed."""
    parent = mp.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


class _ParentIsGoneError(Exception):
    """Nobody waits for the work any more."""


class _Line:
    """The worker's end of the pipe."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def job(self) -> EpisodeJob:
        try:
            job = self._connection.recv()
        except (EOFError, OSError):
            raise _ParentIsGoneError from None
        assert isinstance(job, EpisodeJob)
        return job

    def send(self, answer: JobProgress | _Refusal | _Denial | _Crash) -> None:
        try:
            self._connection.send(answer)
        except OSError:
            raise _ParentIsGoneError from None
