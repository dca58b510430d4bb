# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Over any timing, what is commanded is what the chunk in force says, once and completely."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octo_ros.policy.chunking.single import SingleChunkScheduler

from .timing import MS, PERIOD, Motion, Reference, Timing, chunk, run, timings, turn
from .worlds import follow_one_path


@settings(max_examples=60, deadline=None)
@given(timings(), st.integers(0, 3))
def test_every_tick_is_the_integral_of_the_chunks_in_force(timing, hold_actions):
    scheduler = SingleChunkScheduler(timing.spec, hold_actions)
    wanted = run(scheduler, timing)
    expected = list(Reference(timing, hold_actions).ticks())
    assert len(wanted) == len(expected)
    total, expected_total = Motion(), Motion()
    for got, pieces in zip(wanted, expected, strict=True):
        if not pieces:
            assert got is None
            continue
        tick = Motion()
        for ((index, row),), ms, _ in pieces:
            action = timing.chunks[index].actions[row]
            tick.add(ms / timing.dt_ms * action[:3], turn(action, ms / timing.dt_ms))
        asked = Motion()
        asked.add_displacement(got)
        assert asked.distance(tick) < 1e-9
        ((index, row),) = pieces[-1][0]
        assert (got.chunk.chunk_id, got.chunk_index) == (index, row)
        assert got.gripper == timing.chunks[index].actions[row, 6]
        assert got.covered_ns == MS * sum(ms for _, ms, _ in pieces)
        total.add_displacement(got)
        expected_total.add(tick.translation, tick.rotation)
    assert total.distance(expected_total) < 1e-9
    covered = sum(got.covered_ns for got in wanted if got)
    assert scheduler.uncovered_ns + covered == len(wanted) * PERIOD


@settings(max_examples=60, deadline=None)
@given(timings(), st.integers(0, 3))
def test_what_is_executed_of_a_chunk_is_one_piece(timing, hold_actions):
    """Nothing twice, nothing left out between the first and the last moment of a chunk."""
    reference = Reference(timing, hold_actions)
    executed = {}
    for pieces in reference.ticks():
        for _, ms, ((index, _, own),) in pieces:
            begin, end = executed.get(index, (own, own))
            assert own == end
            executed[index] = (begin, own + ms)
    order = list(executed)
    assert order == sorted(order)


def test_reference_counts_what_it_should():
    """The property tests are worth what their reference is: one timing, worked out by hand."""
    actions = np.ones((4, 7))
    chunks = (
        chunk(actions, 100, 0, -50, 0),
        chunk(actions, 100, 100, 50, 1),
        chunk(actions, 100, 500, 450, 2),
    )
    arrivals = ((), (0,), (), (1,), (), (), (), (2,))
    pieces = list(Reference(Timing(100, 4, chunks, arrivals), 0).ticks())
    rows = [[key for key, _, _ in tick] for tick in pieces]
    # Chunk 0 comes a tick late: nothing has moved, so from its beginning. Chunk 1 comes when two
    # ticks since its start were commanded; after its rows 2 and 3 there is nothing. Chunk 2 comes
    # two ticks late.
    assert rows == [[], [((0, 0),)], [((0, 1),)], [((1, 2),)], [((1, 3),)], [], [], [((2, 0),)]]
    assert all(tick[0][1] == 100 for tick in pieces if tick)


@pytest.mark.parametrize('hold_actions', [0, 1, 2])
@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_consistent_policys_path_is_followed_over_any_timing(hold_actions, data):
    follow_one_path(data, lambda spec: SingleChunkScheduler(spec, hold_actions))
