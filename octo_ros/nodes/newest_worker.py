# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Work on the newest item of each source, in a thread of its own."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar('T')
R = TypeVar('R')


class NewestWorker(Generic[T, R]):
    """Takes the sources in turn; an item that waits is replaced by a newer one of its source.

    Args:
        work: Called in the worker's thread with a source and its item.
        on_done: Called in the worker's thread with both and the result, or the error of `work`.
    """

    def __init__(
        self, work: Callable[[str, T], R], on_done: Callable[[str, T, R | Exception], None]
    ) -> None:
        self._work = work
        self._on_done = on_done
        self._condition = threading.Condition()
        self._waiting: dict[str, T] = {}
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name='newest', daemon=True)
        self._thread.start()

    def submit(self, source: str, item: T) -> bool:
        """Ask for work; True if an item of this source was still waiting and is dropped."""
        with self._condition:
            # Replaced where it stands, so that a fast source does not go to the end each time.
            dropped = source in self._waiting
            self._waiting[source] = item
            self._condition.notify()
        return dropped

    def stop(self) -> None:
        """End the thread after the present item."""
        with self._condition:
            self._stopped = True
            self._condition.notify()
        self._thread.join(timeout=5.0)

    def _run(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._waiting or self._stopped)
                if self._stopped:
                    return
                source = next(iter(self._waiting))
                item = self._waiting.pop(source)
            self._on_done(source, item, self._attempt(source, item))

    def _attempt(self, source: str, item: T) -> R | Exception:
        try:
            return self._work(source, item)
        except Exception as error:
            return error
