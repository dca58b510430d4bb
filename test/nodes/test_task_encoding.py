# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
import threading

import pytest

from octo_ros.errors import PolicyError
from octo_ros.nodes.task_encoding import TaskEncoding


class Slow:
    """Encodes when it is let go."""

    def __init__(self):
        self.go = threading.Event()
        self.encoded = []

    def prepare_task(self, task):
        assert self.go.wait(5.0)
        if task == 'bad':
            msg = 'no such words'
            raise PolicyError(msg)
        self.encoded.append(task)


@pytest.fixture
def encoding():
    made = TaskEncoding()
    yield made
    made.close()


def test_encoding_does_not_block_and_keeps_the_order(encoding):
    policy = Slow()
    futures = [encoding.begin(policy, task) for task in ('first', 'second')]
    assert not futures[0].done()
    policy.go.set()
    for future in futures:
        assert future.result(timeout=5.0) is None
    assert policy.encoded == ['first', 'second']


def test_a_refusal_waits_to_be_asked_for(encoding):
    policy = Slow()
    policy.go.set()
    future = encoding.begin(policy, 'bad')
    assert 'no such words' in str(future.exception(timeout=5.0))
    assert encoding.begin(policy, 'good').result(timeout=5.0) is None


def test_what_waits_at_the_end_is_not_begun(encoding):
    policy = Slow()
    first, second = (encoding.begin(policy, task) for task in ('first', 'second'))
    while not first.running():
        pass
    threading.Timer(0.05, policy.go.set).start()
    encoding.close()
    assert first.done()
    assert second.cancelled()
    assert policy.encoded == ['first']
