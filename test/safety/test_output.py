# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The last check recomputes everything."""

import numpy as np
import pytest

from octo_ros.safety.output import OutputCheck

DT = 0.01


@pytest.fixture
def check(embodiment):
    return OutputCheck(embodiment.limits, DT)


def test_an_allowed_step_has_no_problem(check, embodiment):
    q, v = np.array(embodiment.home), np.full(6, 1.5)
    assert check.problem(q, q, np.zeros(6)) is None
    assert check.problem(q + 1.55 * DT, q, v) is None


@pytest.mark.parametrize(
    ('step', 'velocity', 'says'),
    [
        (np.nan, 0.0, 'not finite'),
        (np.inf, 0.0, 'not finite'),
        (20.0, 0.0, 'outside the joint range'),
        (1.6 * DT, 1.56, 'above the joint speeds'),
        (0.2 * DT, 0.1, 'changes its velocity'),
        (-0.03 * DT, 0.03, 'changes its velocity'),
    ],
)
def test_what_breaks_a_limit_is_named(check, embodiment, step, velocity, says):
    q = np.array(embodiment.home)
    after, v = q.copy(), np.zeros(6)
    after[1] += step
    v[1] = velocity
    assert says in check.problem(after, q, v)
