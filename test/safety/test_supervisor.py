# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The ways between the states, and no others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.safety.cause import Cause
from octo_ros.safety.supervisor import Supervisor
from octo_ros.safety_codes import SafetyCode, SafetyState

PASSING = Cause.of(SafetyCode.STOP_COMMAND_TIMEOUT)
OTHER = Cause.of(SafetyCode.STOP_LOCKED, 'The switch is released.')
LATCH = Cause.of(SafetyCode.STOP_EMERGENCY, 'Somebody pressed it.')
LATCH_LATER = Cause.of(SafetyCode.STOP_ROBOT_FAULT)
WAYS = {
    (SafetyState.INACTIVE, SafetyState.HOLD),
    (SafetyState.HOLD, SafetyState.RUN),
    (SafetyState.RUN, SafetyState.STOPPING),
    (SafetyState.STOPPING, SafetyState.HOLD),
    (SafetyState.STOPPING, SafetyState.LATCHED),
    (SafetyState.HOLD, SafetyState.LATCHED),
}


@pytest.fixture
def holding():
    supervisor = Supervisor()
    supervisor.start()
    return supervisor


@pytest.fixture
def running(holding):
    holding.run()
    return holding


def test_it_begins_inactive_where_nothing_but_a_start_counts():
    supervisor = Supervisor()
    supervisor.run()
    supervisor.stop(LATCH)
    supervisor.rest()
    assert supervisor.state is SafetyState.INACTIVE
    supervisor.start()
    assert supervisor.state is SafetyState.HOLD
    assert supervisor.cause.code is SafetyCode.IDLE


@pytest.mark.parametrize(
    ('cause', 'end'), [(PASSING, SafetyState.HOLD), (LATCH, SafetyState.LATCHED)]
)
def test_a_run_ends_where_its_cause_says(running, cause, end):
    assert running.state is SafetyState.RUN
    running.stop(cause)
    assert running.state is SafetyState.STOPPING
    running.run()
    assert running.state is SafetyState.STOPPING
    running.rest()
    assert running.state is end
    assert running.cause is cause


def test_rest_ends_nothing_but_a_stop(running):
    running.rest()
    assert running.state is SafetyState.RUN


def test_from_hold_a_latching_cause_latches_and_another_is_only_told(holding):
    holding.stop(PASSING)
    assert (holding.state, holding.cause) == (SafetyState.HOLD, PASSING)
    holding.stop(OTHER)
    assert holding.cause is OTHER
    holding.stop(LATCH)
    assert holding.state is SafetyState.LATCHED


def test_while_it_stops_only_a_latching_cause_takes_the_place_of_another(running):
    running.stop(PASSING)
    running.stop(OTHER)
    assert running.cause is PASSING
    running.stop(LATCH)
    assert running.cause is LATCH
    running.stop(LATCH_LATER)
    assert running.cause is LATCH


def test_the_latch_is_a_sentence_while_there_is_one(running):
    running.stop(LATCH)
    assert running.latch is None
    running.rest()
    assert running.latch == 'Somebody pressed it.'
    running.stop(LATCH_LATER)
    running.run()
    running.rest()
    assert running.latch == 'Somebody pressed it.'
    running.start()
    assert running.latch is None


def test_deactivation_ends_everything(running):
    running.deactivate()
    assert running.state is SafetyState.INACTIVE
    assert running.kept is None


@pytest.mark.parametrize('at_rest', [False, True])
def test_a_latch_is_kept_through_deactivation_even_one_that_is_not_reached_yet(running, at_rest):
    running.stop(LATCH)
    if at_rest:
        running.rest()
    for _ in range(2):  # the second time there is nothing to keep anew
        running.deactivate()
        assert running.state is SafetyState.INACTIVE
        assert running.latch is None
        assert running.kept is LATCH
    running.start()
    assert running.kept is None


def test_what_does_not_latch_is_not_kept(running):
    running.stop(PASSING)
    running.deactivate()
    assert running.kept is None


@given(st.lists(st.sampled_from(['run', 'rest', PASSING, OTHER, LATCH, LATCH_LATER]), max_size=30))
def test_whatever_happens_it_keeps_to_its_ways(events):
    supervisor = Supervisor()
    supervisor.start()
    for event in events:
        before = supervisor.state
        if isinstance(event, Cause):
            supervisor.stop(event)
        else:
            getattr(supervisor, event)()
        assert supervisor.state is before or (before, supervisor.state) in WAYS
        if before is SafetyState.LATCHED:
            assert supervisor.state is SafetyState.LATCHED
