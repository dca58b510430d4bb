# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The quadratic program: the optimum, hard bounds, soft rows, and who is to blame."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.safety.limits.limit import Constraint
from octo_ros.safety.solver import REGULARISATION, Bounds, Objective, solve
from octo_ros.safety_codes import SafetyCode

ACCELERATION = SafetyCode.LIMITED_BY_ACCELERATION
POSITION = SafetyCode.LIMITED_BY_JOINT_POSITION
WALL = SafetyCode.PROJECTED_ON_WORKSPACE


def bound(code, lower, upper, n=3):
    return Constraint(code, np.full(n, lower), np.full(n, upper))


def row(code, matrix, upper):
    return Constraint(code, np.array([-np.inf]), np.array([upper]), np.array([matrix]))


def wanting(target):
    return Objective(np.eye(len(target)), np.array(target))


def test_what_no_constraint_forbids_is_done():
    solution = solve(wanting([0.3, -0.2, 0.1]), [bound(ACCELERATION, -1.0, 1.0)])
    np.testing.assert_allclose(solution.velocities, [0.3, -0.2, 0.1], rtol=2 * REGULARISATION)
    assert solution.codes == frozenset()


def test_wanting_nothing_gives_exactly_nothing():
    constraints = [bound(ACCELERATION, -1.0, 1.0), row(WALL, [1.0, 0.0, 0.0], 0.0)]
    assert not solve(wanting([0.0, 0.0, 0.0]), constraints).velocities.any()


def test_the_constraint_that_acts_is_named_and_no_other():
    constraints = [bound(ACCELERATION, -0.2, 1.0), bound(POSITION, -1.0, 0.1)]
    solution = solve(wanting([0.3, -0.1, 0.0]), constraints)
    np.testing.assert_allclose(solution.velocities, [0.1, -0.1, 0.0], atol=1e-4)
    assert solution.codes == {POSITION}
    assert solve(wanting([0.0, -0.3, 0.0]), constraints).codes == {ACCELERATION}


def test_a_wall_takes_only_the_motion_through_it():
    constraints = [bound(ACCELERATION, -1.0, 1.0), row(WALL, [1.0, 0.0, 0.0], 0.0)]
    solution = solve(wanting([0.3, 0.2, 0.1]), constraints)
    np.testing.assert_allclose(solution.velocities, [0.0, 0.2, 0.1], atol=1e-4)
    assert solution.codes == {WALL}


def test_bounds_are_kept_and_rows_give_way_as_little_as_possible():
    """At 0.5 rad/s and a brake of 0.1 rad/s per tick a wall cannot be respected at once."""
    constraints = [bound(ACCELERATION, 0.4, 0.6), row(WALL, [1.0, 0.0, 0.0], 0.0)]
    solution = solve(wanting([0.5, 0.5, 0.5]), constraints)
    np.testing.assert_allclose(solution.velocities, [0.4, 0.5, 0.5], atol=1e-3)


def test_an_earlier_bound_wins_over_one_that_contradicts_it():
    bounds = Bounds.narrowed([bound(ACCELERATION, 0.4, 0.6), bound(POSITION, -1.0, 0.1)])
    np.testing.assert_array_equal(bounds.lower, 0.4)
    np.testing.assert_array_equal(bounds.upper, 0.4)
    assert (bounds.upper_owner == 1).all()
    assert (bounds.lower_owner == 0).all()


def test_damping_slows_down():
    free = [bound(ACCELERATION, -1.0, 1.0)]
    damped = solve(Objective(np.eye(3), np.full(3, 0.5), damping=1.0), free)
    np.testing.assert_allclose(damped.velocities, 0.25, rtol=1e-3)


@pytest.mark.parametrize('bad', [np.nan, np.inf])
def test_input_that_is_not_finite_has_no_solution(bad):
    assert solve(wanting([bad, 0.0, 0.0]), [bound(ACCELERATION, -1.0, 1.0)]) is None


@given(st.integers(0, 10_000))
def test_whatever_is_asked_there_is_a_solution_within_the_bounds(seed):
    random = np.random.default_rng(seed)
    n = int(random.integers(6, 8))
    lower = random.normal(size=n)
    constraints = [
        Constraint(ACCELERATION, lower, lower + random.uniform(0.0, 0.2, size=n)),
        Constraint(POSITION, -random.uniform(0.0, 0.5, size=n), random.uniform(0.0, 0.5, size=n)),
        Constraint(
            WALL, -random.uniform(size=3), random.uniform(size=3), random.normal(size=(3, n))
        ),
    ]
    objective = Objective(random.normal(size=(6, n)), random.normal(size=6))
    solution = solve(objective, constraints)
    assert (solution.velocities >= lower).all()
    assert (solution.velocities <= constraints[0].upper).all()
