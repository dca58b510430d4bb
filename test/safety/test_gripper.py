# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""When the gripper flips, and when it does not."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.limits import GripperRules
from octo_ros.safety.gripper import GripperVotes

MS = 1_000_000
RULES = GripperRules(close_below=0.45, open_above=0.55, votes=2, min_interval=0.5, timeout=0.5)


@pytest.fixture
def votes():
    return GripperVotes(RULES, 0.3)


def hear(votes, *openings, every=100, start=0):
    """The opening after each command; one every so many ms."""
    told = []
    for k, opening in enumerate(openings):
        votes.heard((start + every * k) * MS, opening)
        told.append(votes.opening)
    return told


def test_until_the_first_flip_it_is_what_was_measured(votes):
    assert hear(votes, 0.5, 0.45, 0.55, 1.0) == [0.3] * 4
    assert not votes.flipped


@pytest.mark.parametrize(('asked', 'end'), [(0.44, 0.0), (0.0, 0.0), (0.56, 1.0), (1.0, 1.0)])
def test_two_equal_votes_flip_it_all_the_way(votes, asked, end):
    assert hear(votes, asked, asked) == [0.3, end]
    assert votes.flipped


def test_votes_that_waver_change_nothing(votes):
    assert hear(votes, *[0.0, 1.0] * 20) == [0.3] * 40


def test_what_is_no_vote_does_not_break_the_row(votes):
    assert hear(votes, 0.0, 0.5, 0.0)[-1] == 0.0


@pytest.mark.parametrize(('gap', 'end'), [(500, 0.0), (501, 0.3)])
def test_old_votes_do_not_count(votes, gap, end):
    assert hear(votes, 0.0, 0.0, every=gap)[-1] == end


def test_it_waits_between_two_flips_and_the_votes_wait_with_it(votes):
    told = hear(votes, 0.0, 0.0, *[1.0] * 8)
    assert told == [0.3] + [0.0] * 5 + [1.0] * 4  # closed at 100 ms, open again at 600 ms


def test_votes_for_what_it_is_change_nothing_but_end_the_other_row(votes):
    hear(votes, 1.0, 1.0)
    assert hear(votes, 0.0, 1.0, 0.0, start=2000) == [1.0] * 3
    assert hear(votes, 0.0, start=2300) == [0.0]


def test_a_stop_forgets_unfinished_votes_and_keeps_the_gripper(votes):
    hear(votes, 1.0, 1.0)
    hear(votes, 0.0, start=2000)
    votes.forget()
    assert votes.opening == 1.0
    assert hear(votes, 0.0, start=2100) == [1.0]
    assert hear(votes, 0.0, start=2200) == [0.0]


def test_a_reset_keeps_the_decision_and_needs_no_clock_that_goes_on(votes):
    hear(votes, 1.0, 1.0, 0.0, start=5000)
    votes.restart()
    assert votes.flipped
    assert hear(votes, 0.0, 0.0) == [1.0, 0.0]


def test_a_single_vote_may_be_enough():
    eager = GripperVotes(replace(RULES, votes=1), 0.3)
    assert hear(eager, 1.0, 0.0, every=400) == [1.0, 1.0]


@given(st.lists(st.tuples(st.integers(1, 700), st.floats(0.0, 1.0)), max_size=60))
def test_flips_are_apart_and_never_back_to_the_middle(commands):
    votes, now, flips = GripperVotes(RULES, 0.3), 0, []
    for passed, asked in commands:
        now += passed
        before = votes.opening
        votes.heard(now * MS, asked)
        if votes.opening != before:
            flips.append(now)
            assert votes.opening == round(asked)
    assert votes.opening in ((0.0, 1.0) if flips else (0.3,))
    assert all(b - a >= 500 for a, b in pairwise(flips))
