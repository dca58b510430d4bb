# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octo_ros.errors import PolicyError
from octo_ros.policy.chunking.receding_horizon import RecedingHorizon

from .timing import PERIOD, TICK_MS, chunk, spec_of
from .worlds import follow_one_path


def numbered(chunk_id, start_tick, horizon=4, dt_ms=TICK_MS):
    """A chunk whose rows move by 1, 2, … m per action and 10 m per chunk."""
    actions = np.zeros((horizon, 7))
    actions[:, 0] = 10 * chunk_id + np.arange(1, horizon + 1)
    start_ms = start_tick * TICK_MS
    return chunk(actions, dt_ms, start_ms, start_ms - 50, chunk_id)


def executed(execute_actions, arrivals, ticks, horizon=4):
    """x per tick; `arrivals` says which chunks are new at which tick."""
    scheduler = RecedingHorizon(spec_of(horizon), execute_actions)
    result = []
    for tick in range(ticks):
        for new in arrivals.get(tick, ()):
            scheduler.add(new)
        wanted = scheduler.displacement(tick * PERIOD, PERIOD)
        result.append(None if wanted is None else round(float(wanted.translation[0]), 9))
    return result


@pytest.mark.parametrize(
    ('execute_actions', 'expected'),
    [(1, [1, 11, 21, 31, 41, 51]), (2, [1, 2, 21, 22, 41, 42]), (3, [1, 2, 3, 31, 32, 33])],
)
def test_first_actions_of_each_chunk(execute_actions, expected):
    """A chunk per tick, in time: of every k-th the first k actions, as Octo's wrapper does."""
    arrivals = {tick: [numbered(tick, tick)] for tick in range(6)}
    assert executed(execute_actions, arrivals, 6) == expected


def test_rest_of_a_chunk_goes_on_until_there_is_a_newer_one():
    arrivals = {0: [numbered(0, 0)], 3: [numbered(1, 3)]}
    assert executed(1, arrivals, 8) == [1, 2, 3, 11, 12, 13, 14, None]


def test_late_chunk_comes_in_where_the_arm_stands():
    """Inference at half the rate, always a tick late: 2 of 4 actions, none lost or doubled."""
    arrivals = {k + 1: [numbered(k, k)] for k in range(0, 10, 2)}
    assert executed(2, arrivals, 9) == [None, 1, 2, 22, 23, 42, 43, 62, 63]


def test_one_late_chunk_does_not_shift_those_that_follow():
    arrivals = {k: [numbered(k, k)] for k in range(0, 10, 2)}
    arrivals[3] = arrivals.pop(2)
    assert executed(2, arrivals, 10) == [1, 2, 3, 22, 41, 42, 61, 62, 81, 82]


def test_half_actions_change_at_their_ends_only():
    scheduler = RecedingHorizon(spec_of(4, 200), 1)
    moved = []
    for tick in range(6):
        scheduler.add(numbered(tick, tick, dt_ms=200))
        moved.append(float(scheduler.displacement(tick * PERIOD, PERIOD).translation[0]))
    np.testing.assert_allclose(moved, [0.5, 0.5, 10.5, 10.5, 20.5, 20.5])


@pytest.mark.parametrize('execute_actions', [0, -1, 5])
def test_number_of_actions_must_fit_the_chunk(execute_actions):
    with pytest.raises(
        PolicyError, match=rf'execute_actions is {execute_actions}.*set it to 1..4'
    ):
        RecedingHorizon(spec_of(4), execute_actions)


def test_actions_of_another_meaning_are_refused():
    with pytest.raises(PolicyError, match='use one policy only'):
        RecedingHorizon(spec_of(4), 1).add(chunk(np.zeros((4, 7)), dt_ms=200))


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_consistent_policys_path_is_followed_over_any_timing(data):
    def make(spec):
        return RecedingHorizon(spec, data.draw(st.integers(1, spec.action_horizon), 'k'))

    follow_one_path(data, make)
