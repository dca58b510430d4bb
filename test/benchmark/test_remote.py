# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""An object in another process: results, refusals, deaths."""

import os
import pickle
import time
from functools import partial

import numpy as np
import pytest

from octo_ros.benchmark.action_error import ActionError
from octo_ros.benchmark.remote import Remote
from octo_ros.errors import PolicyError


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_methods_run_in_another_process():
    with Remote('a list', list, (3, 1, 2)) as remote:
        remote.call('sort')
        assert remote.call('index', 3) == 2
        pid = remote._process.pid
        assert pid != os.getpid()
        assert alive(pid)
    assert not alive(pid)


def test_refusals_come_back_in_words():
    wrong, right = np.full((1, 7), np.nan, np.float32), np.zeros((1, 7), np.float32)
    with pytest.raises(PolicyError, match='actions that are not finite'):
        Remote('an error', ActionError.between, wrong, right)


def test_a_librarys_exception_is_told_and_the_object_lives_on(capfd):
    with Remote('a list', list, (1,)) as remote:
        with pytest.raises(PolicyError, match=r'^ValueError: 9 is not in list$'):
            remote.call('index', 9)
        assert remote.call('index', 1) == 0
    assert 'Traceback' in capfd.readouterr().err


def test_a_death_is_told():
    with pytest.raises(PolicyError, match='process of the engine ended with status 7'):
        Remote('the engine', os._exit, 7)


def test_what_it_prints_does_not_mix_with_results(capfd):
    Remote('a word', print, 'hello').close()
    told = capfd.readouterr()
    assert (told.out, told.err.strip()) == ('', 'hello')


def test_one_that_is_busy_is_killed_when_closed():
    remote = Remote('a sleeper', partial, time.sleep, 60)
    remote._connection.send_bytes(pickle.dumps(('__call__',)))
    remote._busy = True
    started = time.monotonic()
    remote.close()
    assert time.monotonic() - started < 5
