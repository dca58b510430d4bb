# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""An object that lives in a process of its own, with its own memory and threads."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import sys
import traceback
from collections.abc import Callable
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Generic, TypeVar

from octo_ros.errors import OctoRosError, PolicyError

T = TypeVar('T')
_PATIENCE = 5.0  # s, for a process that is idle to end


class Remote(Generic[T]):
    """Makes the object in a fresh interpreter and calls its methods there, one at a time.

    Args:
        title: What it is, for messages.
        factory: Makes the object; like its arguments and all that goes back and forth it must be
            picklable.
        arguments: For the factory.

    Raises:
        PolicyError: The factory refused, or its process died.
    """

    def __init__(self, title: str, factory: Callable[..., T], *arguments: object) -> None:
        context = multiprocessing.get_context('spawn')
        self._title = title
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        try:
            self._ask(factory, *arguments)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Remote[T]:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def call(self, method: str, *arguments: object) -> Any:  # noqa: ANN401
        """The method's result.

        Raises:
            PolicyError: The method refused, or the process died.
        """
        return self._ask(method, *arguments)

    def close(self) -> None:
        """End the process; nothing happens if it has ended."""
        self._connection.close()
        self._process.join(0 if self._busy else _PATIENCE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()

    def _ask(self, *message: object) -> Any:  # noqa: ANN401
        self._busy = True
        try:
            # Plain pickle: torch would replace tensors by shared memory of this process.
            self._connection.send_bytes(pickle.dumps(message))
            answer, problem = pickle.loads(self._connection.recv_bytes())
        except (EOFError, ConnectionError):
            self._process.join(_PATIENCE)
            msg = (
                f'The process of {self._title} ended with status {self._process.exitcode} '
                '(-9 mostly means that the memory was not enough).'
            )
            raise PolicyError(msg) from None
        self._busy = False
        if problem is not None:
            raise PolicyError(problem)
        return answer


def _serve(connection: Connection) -> None:
    """Answer until the other end is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which closes us.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # What libraries print is no result.
    served: Any = None
    while True:
        try:
            what, *arguments = pickle.loads(connection.recv_bytes())
        except (EOFError, ConnectionError):
            return
        try:
            if callable(what):
                served, answer = what(*arguments), None
            else:
                answer = getattr(served, what)(*arguments)
            connection.send_bytes(pickle.dumps((answer, None)))
        except OctoRosError as error:
            connection.send_bytes(pickle.dumps((None, str(error))))
        except Exception as error:  # a library's refusal; the parent tells it
            traceback.print_exc()
            problem = f'{type(error).__name__}: {str(error).strip()}'
            connection.send_bytes(pickle.dumps((None, problem)))
