# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The thread that infers: the newest request of each robot, then idle time for the next ones."""

from __future__ import annotations

import itertools
import threading
import time

import pytest

from octo_ros.errors import PolicyError
from octo_ros.nodes import inference_worker
from octo_ros.nodes.inference_worker import InferenceWorker
from octo_ros.policy.base import Request
from octo_ros.policy.stages import Journey

WAIT = 5.0


class FakePolicy:
    """Prepares until it is told to stop, or until it is let go."""

    def __init__(self):
        self.preparing = threading.Semaphore(0)
        self.may_finish = threading.Event()
        self.prepared = []

    def prepare(self, observations, abandoned):
        self.preparing.release()
        deadline = time.monotonic() + WAIT
        while time.monotonic() < deadline:
            if abandoned():
                self.prepared.append((observations, 'abandoned'))
                return False
            if self.may_finish.wait(0.005):
                break
        self.prepared.append((observations, 'finished'))
        return True


class FakeFleet:
    """Answers with the start time; what is called bad is refused."""

    def __init__(self, robots=1, warm_up_error=None):
        self.policies = [FakePolicy() for _ in range(robots)]
        self.batches = []
        self.gate = threading.Event()
        self.gate.set()
        self.begun = threading.Semaphore(0)
        self.threads = set()
        self.broken = None
        self._warm_up_error = warm_up_error

    def warm_up(self):
        self.threads.add(threading.current_thread().name)
        if self._warm_up_error:
            raise self._warm_up_error

    def infer(self, requests):
        self.threads.add(threading.current_thread().name)
        self.begun.release()
        assert self.gate.wait(WAIT)
        if self.broken:
            raise self.broken
        self.batches.append([request.robot for request in requests])
        return [
            PolicyError('bad') if request.task == 'bad' else request.start_ns
            for request in requests
        ]


class Served:
    """A worker with what it told."""

    def __init__(self, fleet):
        self.fleet = fleet
        self.told = threading.Semaphore(0)
        self.answers, self.prepared = [], []
        ticks = itertools.count()

        def keep(kept):
            def told(value):
                kept.append(value)
                self.told.release()

            return told

        self.worker = InferenceWorker(
            fleet, lambda: next(ticks), *map(keep, (self.answers, self.prepared))
        )

    def wait(self, number=1):
        for _ in range(number):
            assert self.told.acquire(timeout=WAIT)


@pytest.fixture
def serve():
    made = []

    def start(robots=1):
        served = Served(FakeFleet(robots))
        served.worker.start()
        made.append(served)
        return served

    yield start
    for served in made:
        served.fleet.gate.set()
        served.worker.stop()


def request(robot=0, start_ns=1, history=(), task='task', **journey):
    return Request(robot, None, task, start_ns, history, Journey(**journey))


def test_a_request_ends_the_preparation(serve):
    served = serve()
    policy = served.fleet.policies[0]
    served.worker.submit([request(start_ns=1, history=('first',))])
    assert policy.preparing.acquire(timeout=WAIT)
    served.worker.submit([request(start_ns=2, history=('second',))])
    served.wait(3)
    assert [answer.outcome for answer in served.answers] == [1, 2]
    assert policy.prepared[0] == (('first',), 'abandoned')
    assert policy.preparing.acquire(timeout=WAIT)
    policy.may_finish.set()
    served.wait()
    assert policy.prepared == [(('first',), 'abandoned'), (('second',), 'finished')]
    assert [prepared.finished for prepared in served.prepared] == [False, True]


def test_stopping_ends_the_preparation(serve):
    served = serve()
    served.worker.submit([request(history=('first',))])
    assert served.fleet.policies[0].preparing.acquire(timeout=WAIT)
    served.worker.stop()
    assert served.fleet.policies[0].prepared == [(('first',), 'abandoned')]


def test_after_an_error_of_a_request_the_next_is_served(serve):
    served = serve()
    served.worker.submit([request(task='bad', history=('first',))])
    served.wait()
    assert isinstance(served.answers[0].outcome, PolicyError)
    assert not served.fleet.policies[0].preparing.acquire(timeout=0.05)
    served.worker.submit([request(start_ns=2)])
    served.wait()
    assert served.answers[1].outcome == 2


def test_robots_that_ask_together_are_served_together(serve):
    served = serve(3)
    served.worker.submit([request(0, 10), request(2, 12)])
    served.wait(2)
    assert served.fleet.batches == [[0, 2]]
    assert [answer.outcome for answer in served.answers] == [10, 12]


def test_a_newer_request_replaces_the_waiting_one_of_the_same_robot_only(serve):
    served = serve(2)
    served.fleet.gate.clear()
    served.worker.submit([request(0, 1)])
    assert served.fleet.begun.acquire(timeout=WAIT)
    served.worker.submit([request(0, 2), request(1, 20)])
    served.worker.submit([request(0, 3)])
    assert [served.worker.replaced(robot) for robot in (0, 1)] == [1, 0]
    served.fleet.gate.set()
    served.wait(3)
    assert served.fleet.batches == [[0], [0, 1]]
    assert [answer.outcome for answer in served.answers] == [1, 3, 20]


def test_a_preparation_that_another_robot_cut_short_goes_on(serve):
    served = serve(2)
    policy = served.fleet.policies[0]
    served.worker.submit([request(0, history=('a',))])
    assert policy.preparing.acquire(timeout=WAIT)
    served.worker.submit([request(1)])
    assert policy.preparing.acquire(timeout=WAIT)
    policy.may_finish.set()
    served.wait(4)
    assert policy.prepared == [(('a',), 'abandoned'), (('a',), 'finished')]


def test_a_preparation_that_ends_by_itself_is_not_repeated(serve):
    served = serve()
    policy = served.fleet.policies[0]
    policy.prepare = lambda observations, abandoned: policy.prepared.append(observations) or False
    served.worker.prepare(0, ('a',))
    served.wait()
    assert not served.told.acquire(timeout=0.05)
    assert policy.prepared == [('a',)]


def test_frames_between_two_inferences_are_prepared(serve):
    served = serve()
    policy = served.fleet.policies[0]
    policy.may_finish.set()
    served.worker.prepare(0, ('between',))
    served.wait()
    assert policy.prepared == [(('between',), 'finished')]
    assert served.prepared[0].robot == 0


def test_a_request_that_waited_does_not_undo_what_was_planned_since(serve):
    served = serve()
    policy = served.fleet.policies[0]
    policy.may_finish.set()
    served.fleet.gate.clear()
    served.worker.submit([request(0, 1)])
    assert served.fleet.begun.acquire(timeout=WAIT)
    served.worker.submit([request(0, 2, history=('older',))])
    served.worker.prepare(0, ('newer',))
    served.fleet.gate.set()
    served.wait(3)
    assert policy.prepared == [(('newer',), 'finished')]


def test_the_journey_gets_the_time_of_the_inference(serve):
    served = serve()
    served.worker.submit([request(taken_ns=-5, asked_ns=-1)])
    served.wait()
    journey = served.answers[0].journey
    assert (journey.taken_ns, journey.asked_ns) == (-5, -1)
    assert journey.begun_ns == 0
    assert journey.inferred_ns == 1


def test_all_runs_in_one_thread(serve):
    served = serve()
    served.worker.submit([request()])
    served.wait()
    assert served.fleet.threads == {'inference'}


def test_a_fleet_that_cannot_run_is_told_at_the_start():
    served = Served(FakeFleet(warm_up_error=PolicyError('no such device')))
    with pytest.raises(PolicyError, match='no such device'):
        served.worker.start()
    served.worker.stop()


def test_a_bug_is_told_and_ends_the_thread(serve):
    served = serve()
    served.fleet.broken = ZeroDivisionError()
    served.worker.submit([request()])
    served.worker._thread.join(WAIT)
    assert isinstance(served.worker.failure, ZeroDivisionError)
    assert served.worker.stop()


def test_what_is_forgotten_gets_no_answer(serve):
    served = serve(2)
    served.fleet.gate.clear()
    served.worker.submit([request(0, 1)])
    assert served.fleet.begun.acquire(timeout=WAIT)
    served.worker.submit([request(1, 2)])
    served.worker.forget()
    served.fleet.gate.set()
    served.worker.submit([request(0, 3)])
    served.wait()
    assert [answer.outcome for answer in served.answers] == [3]


def test_a_preparation_that_is_refused_harms_nobody(serve):
    served = serve(2)

    def refuse(observations, abandoned):
        del observations, abandoned
        served.told.release()
        msg = 'no such camera'
        raise PolicyError(msg)

    served.fleet.policies[0].prepare = refuse
    served.worker.prepare(0, ('a',))
    served.wait()
    served.worker.submit([request(0, 1), request(1, 2)])
    served.wait(2)
    assert [answer.outcome for answer in served.answers] == [1, 2]
    assert served.worker.failure is None


def test_a_thread_that_hangs_is_told(serve, monkeypatch):
    monkeypatch.setattr(inference_worker, 'JOIN_TIMEOUT', 0.05)
    served = serve()
    served.fleet.gate.clear()
    served.worker.submit([request()])
    assert served.fleet.begun.acquire(timeout=WAIT)
    assert not served.worker.stop()
    served.fleet.gate.set()
    served.worker._thread.join(WAIT)
    assert served.worker.stop()
