# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Jumps of the clock."""

import pytest

from octo_ros.safety.clock import ClockCheck

MS = 1_000_000


@pytest.fixture
def check(embodiment, now):
    check = ClockCheck.for_timing(embodiment.timing)
    check.problem(now)
    return check


def test_the_first_tick_is_no_jump(embodiment):
    assert ClockCheck.for_timing(embodiment.timing).problem(0) is None


@pytest.mark.parametrize('step_ms', [-10, 0, 10, 60, 500])
def test_a_late_tick_or_a_slewed_clock_is_no_jump(check, now, step_ms):
    assert check.problem(now + step_ms * MS) is None


@pytest.mark.parametrize(
    ('step_ms', 'said'), [(-11, '-0.011'), (501, '+0.501'), (-5000, '-5.000'), (5000, '+5.000')]
)
def test_a_jump_is_told_with_its_size_and_sign(check, now, step_ms, said):
    problem = check.problem(now + step_ms * MS)
    assert problem == (
        f'The clock jumped by {said} s from one tick to the next; allowed are -0.01 to 0.5 s.'
    )


def test_a_filter_that_did_not_run_does_not_blame_the_clock(embodiment, now):
    check = ClockCheck.for_timing(embodiment.timing)
    assert check.problem(now, 0) is None
    problem = check.problem(now + 2008 * MS, 2005 * MS)
    assert problem == (
        'The filter itself stood still for 2.005 s: its process was held up; allowed are 0.5 s.'
    )
    assert 'clock jumped by +1.000 s' in check.problem(now + 3008 * MS, 2015 * MS)
    assert 'clock jumped by -3.000 s' in check.problem(now + 8 * MS, 4015 * MS)


def test_a_jump_is_told_once(check, now):
    assert check.problem(now - 5000 * MS) is not None
    assert check.problem(now - 4990 * MS) is None
    assert check.problem(now) is not None
