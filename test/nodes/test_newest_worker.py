# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The newest item of each source is worked on, in turn; what was dropped is said."""

import threading

from octo_ros.nodes.newest_worker import NewestWorker


class Gate:
    """Work that waits until it is let through."""

    def __init__(self):
        self.done = []
        self.begun = threading.Semaphore(0)
        self.finished = threading.Semaphore(0)
        self._go = threading.Semaphore(0)
        self.worker = NewestWorker(self._work, self._on_done)

    def _work(self, source, item):
        self.begun.release()
        self._go.acquire(timeout=10)
        if item == 'bad':
            raise ValueError(source)
        return f'{source}{item}'

    def _on_done(self, source, item, outcome):
        self.done.append((source, item, outcome))
        self.finished.release()

    def begin(self):
        assert self.begun.acquire(timeout=10)

    def let_through(self, count=1):
        for _ in range(count):
            self._go.release()
            assert self.finished.acquire(timeout=10)


def test_a_waiting_item_is_replaced_by_a_newer_one_and_that_is_said():
    gate = Gate()
    assert not gate.worker.submit('a', 1)
    gate.begin()
    assert not gate.worker.submit('a', 2)
    assert gate.worker.submit('a', 3)
    gate.let_through(2)
    gate.worker.stop()
    assert gate.done == [('a', 1, 'a1'), ('a', 3, 'a3')]


def test_a_fast_source_does_not_starve_another():
    gate = Gate()
    gate.worker.submit('a', 1)
    gate.begin()
    gate.worker.submit('b', 1)
    for item in range(2, 6):
        gate.worker.submit('a', item)
    gate.let_through(2)
    gate.worker.submit('b', 2)
    gate.let_through(2)
    gate.worker.stop()
    assert [result for _, _, result in gate.done][:3] == ['a1', 'b1', 'a5']


def test_an_error_is_handed_over_and_work_goes_on():
    gate = Gate()
    gate.worker.submit('a', 'bad')
    gate.begin()
    gate.worker.submit('a', 1)
    gate.let_through(2)
    gate.worker.stop()
    assert isinstance(gate.done[0][2], ValueError)
    assert gate.done[1][2] == 'a1'


def test_stop_ends_the_thread():
    worker = NewestWorker(lambda source, item: None, lambda *_: None)
    worker.stop()
    assert not worker._thread.is_alive()
