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


def test_a_jump_is_told_once(check, now):
    assert check.problem(now - 5000 * MS) is not None
    assert check.problem(now - 4990 * MS) is None
    assert check.problem(now) is not None
