# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest

from octo_ros.errors import PolicyError
from octo_ros.policy.chunking.timestamped import TimestampedChunks

from .timing import MS, TICK_MS, chunk, spec_of


@pytest.fixture
def chunks():
    return TimestampedChunks(spec_of(4))


def rows(horizon=4):
    return np.zeros((horizon, 7))


def places(chunks, now_ms):
    return [placed.own_ns // MS for placed in chunks.placed(now_ms * MS)]


def test_place_is_the_time_commanded_since_the_start(chunks):
    chunks.add(chunk(rows(), start_ms=0))
    chunks.add(chunk(rows(), start_ms=TICK_MS, observed_ms=50))
    chunks.command(0, 130 * MS)
    assert places(chunks, 200) == [130, 30]


def test_a_gap_does_not_count(chunks):
    chunks.add(chunk(rows(), start_ms=0))
    chunks.command(0, 100 * MS)
    chunks.command(250 * MS, 300 * MS)
    assert places(chunks, 300) == [150]


@pytest.mark.parametrize(('now_ms', 'expected'), [(399, [0]), (400, [])])
def test_what_lags_by_its_length_is_over(chunks, now_ms, expected):
    chunks.add(chunk(rows(), start_ms=0))
    assert places(chunks, now_ms) == expected


def test_what_is_executed_is_over(chunks):
    chunks.add(chunk(rows(), start_ms=0))
    chunks.command(0, 399 * MS)
    assert places(chunks, 399) == [399]
    chunks.command(399 * MS, 400 * MS)
    assert places(chunks, 400) == []


def test_starts_ahead_are_named(chunks):
    for start_ms in (70, 40, 200):
        chunks.add(chunk(rows(), start_ms=start_ms, observed_ms=start_ms - 50))
    ends = [chunks.next_start(now_ms * MS, 100 * MS) // MS for now_ms in (0, 40, 70)]
    assert ends == [40, 70, 100]


def test_clock_that_goes_back_forgets_everything(chunks):
    chunks.add(chunk(rows(), start_ms=1000, observed_ms=950))
    chunks.command(1000 * MS, 1100 * MS)
    chunks.begin_tick(0)
    assert places(chunks, 1100) == []
    chunks.add(chunk(rows(), start_ms=0, observed_ms=-50))
    assert places(chunks, 0) == [0]


@pytest.mark.parametrize('observed_ms', [(10, 20), (20, 10), (20, 20)])
def test_two_chunks_for_one_tick_are_one_prediction(chunks, observed_ms):
    made = [chunk(rows(), observed_ms=ms, chunk_id=k) for k, ms in enumerate(observed_ms)]
    for new in made:
        chunks.add(new)
    (kept,) = chunks.placed(0)
    assert kept.path.chunk is max(reversed(made), key=lambda c: c.observation_stamp_ns)


def test_a_chunk_that_has_begun_is_not_taken_away(chunks):
    chunks.add(chunk(rows(), observed_ms=10))
    chunks.command(0, 50 * MS)
    chunks.add(chunk(rows(), observed_ms=20))
    assert places(chunks, 50) == [50, 50]


def test_older_observations_are_refused_after_a_newer_one_was_chosen(chunks):
    chunks.add(chunk(rows(), start_ms=0, observed_ms=10))
    chunks.add(chunk(rows(), start_ms=0, observed_ms=20))
    newest = chunks.placed(0)[-1].path
    assert newest.chunk.observation_stamp_ns == 20 * MS
    chunks.drop_older(newest)
    chunks.add(chunk(rows(), start_ms=0, observed_ms=15))
    assert [placed.path for placed in chunks.placed(0)] == [newest]
    chunks.clear()
    chunks.add(chunk(rows(), start_ms=0, observed_ms=15))
    assert places(chunks, 0) == [0]


def test_chunks_that_are_over_are_not_kept(chunks):
    for k in range(100):
        chunks.begin_tick(k * 100 * MS)
        chunks.add(chunk(rows(), start_ms=100 * k, observed_ms=100 * k - 50))
        chunks.command(k * 100 * MS, (k + 1) * 100 * MS)
    assert len(chunks._paths) <= 5


def test_another_spec_is_refused(chunks):
    with pytest.raises(PolicyError, match='use one policy only'):
        chunks.add(chunk(rows(3)))
