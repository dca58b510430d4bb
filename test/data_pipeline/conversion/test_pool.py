# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Real worker processes: equal results, and an end in every case."""

from __future__ import annotations

import multiprocessing as mp
import resource
import signal
from dataclasses import replace

import pytest

from octo_ros.data.conversion.convert import convert
from octo_ros.data.conversion.plan import make_plan
from octo_ros.data.conversion.pool import run_pool
from octo_ros.data.conversion.request import Topics
from octo_ros.errors import BagError, DatasetError


def test_two_workers_write_the_same_bytes_as_one(three_episodes, files, tmp_path):
    seen = []
    convert(three_episodes('one'))
    convert(three_episodes('two', workers=2), seen.append)
    assert files(tmp_path / 'one/robot/1.0.0') == files(tmp_path / 'two/robot/1.0.0')
    assert (seen[-1].done, seen[-1].total) == (3, 3)
    assert mp.active_children() == []


def test_a_killed_worker_is_a_sentence(three_episodes, tmp_path):
    request = three_episodes('out')

    def kill(_):
        for child in mp.active_children():
            child.kill()

    with pytest.raises(DatasetError, match=r"worker was killed \(signal 9\) .* episode '0' of"):
        run_pool(make_plan(request).jobs[:1], request, tmp_path / 'parts', kill)
    assert mp.active_children() == []


def test_an_interrupt_ends_the_workers(three_episodes, tmp_path):
    request = three_episodes('out')

    def interrupt(_):
        assert len(mp.active_children()) == 1
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_pool(make_plan(request).jobs[:1], request, tmp_path / 'parts', interrupt)
    assert mp.active_children() == []


def test_what_a_worker_refuses_is_raised_here(three_episodes, tmp_path):
    request = replace(three_episodes('out'), topics=Topics(pose='/pose'))
    jobs = make_plan(request).jobs[:1]
    with pytest.raises(BagError, match="/pose gives poses in frame 'camera'"):
        run_pool(jobs, request, tmp_path / 'parts', lambda _: None)
    assert mp.active_children() == []


@pytest.mark.parametrize('workers', [1, 2])
def test_a_full_disk_is_a_sentence(three_episodes, tmp_path, workers):
    """A limit of the size of files is inherited by the workers, and refused like a full disk."""
    size = resource.getrlimit(resource.RLIMIT_FSIZE)
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, size[1]))
    try:
        with pytest.raises(DatasetError, match='cannot be written: File too large'):
            convert(three_episodes('out', workers=workers))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, size)
        signal.signal(signal.SIGXFSZ, before)
    assert not (tmp_path / 'out/robot/1.0.0').exists()
