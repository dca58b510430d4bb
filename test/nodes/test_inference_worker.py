# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The thread that infers: the newest request, then idle time for the next one."""

from __future__ import annotations

import threading

import pytest

from octo_ros.errors import PolicyError
from octo_ros.nodes.inference_worker import InferenceWorker, Request


class FakePolicy:
    """Prepares until it is told to stop."""

    def __init__(self):
        self.preparing = threading.Event()
        self.prepared = []

    def infer(self, window, task, start_ns):
        if task == 'bad':
            raise PolicyError(task)
        return start_ns

    def prepare(self, observations, abandoned):
        self.preparing.set()
        ended = threading.Event()
        for _ in range(1000):
            if abandoned():
                self.prepared.append((observations, 'abandoned'))
                return False
            ended.wait(0.01)
        self.prepared.append((observations, 'finished'))
        return True


@pytest.fixture
def served():
    policy, chunks, errors, got = FakePolicy(), [], [], threading.Event()

    def on_chunk(request, chunk):
        chunks.append(chunk)
        got.set()

    def on_error(request, error):
        errors.append(error)
        got.set()

    worker = InferenceWorker(policy, on_chunk, on_error)
    yield worker, policy, chunks, errors, got
    worker.stop()


def test_a_request_ends_the_preparation(served):
    worker, policy, chunks, _, got = served
    worker.submit(Request(None, 'task', 1, ('first',)))
    assert got.wait(5.0)
    assert policy.preparing.wait(5.0)
    got.clear()
    worker.submit(Request(None, 'task', 2, ('second',)))
    assert got.wait(5.0)
    assert chunks == [1, 2]
    assert policy.prepared == [(('first',), 'abandoned')]


def test_stopping_ends_the_preparation(served):
    worker, policy, _, _, got = served
    worker.submit(Request(None, 'task', 1, ('first',)))
    assert got.wait(5.0)
    assert policy.preparing.wait(5.0)
    worker.stop()
    assert policy.prepared == [(('first',), 'abandoned')]


def test_after_an_error_of_a_request_the_next_is_served(served):
    worker, policy, chunks, errors, got = served
    worker.submit(Request(None, 'bad', 1))
    assert got.wait(5.0)
    assert isinstance(errors[0], PolicyError)
    assert not policy.preparing.is_set()
    got.clear()
    worker.submit(Request(None, 'task', 2))
    assert got.wait(5.0)
    assert chunks == [2]
