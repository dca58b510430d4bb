# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The quadratic program: the optimum, hard bounds, soft rows, and who is to blame."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octo_ros.safety import solver
from octo_ros.safety.limits.limit import Constraint
from octo_ros.safety.solver import REGULARISATION, Objective, solve
from octo_ros.safety_codes import SafetyCode

SPEED = SafetyCode.SCALED_FOR_VELOCITY
POSITION = SafetyCode.LIMITED_BY_JOINT_POSITION
WALL = SafetyCode.PROJECTED_ON_WORKSPACE
BODY = SafetyCode.LIMITED_BY_COLLISION
FREE = [Constraint(SPEED, np.full(3, -1.0), np.full(3, 1.0))]


def bound(code, lower, upper, n=3):
    return Constraint(code, np.full(n, lower), np.full(n, upper))


def row(code, matrix, upper, lower=-np.inf):
    return Constraint(code, np.array([lower]), np.array([upper]), np.array([matrix]))


def wanting(target):
    return Objective(np.eye(len(target)), np.array(target))


def test_what_no_constraint_forbids_is_done():
    solution = solve(wanting([0.3, -0.2, 0.1]), FREE)
    np.testing.assert_allclose(solution.velocities, [0.3, -0.2, 0.1], rtol=2 * REGULARISATION)
    assert solution.codes == frozenset()


def test_wanting_nothing_gives_exactly_nothing():
    constraints = [*FREE, row(WALL, [1.0, 0.0, 0.0], 0.0)]
    assert not solve(wanting([0.0, 0.0, 0.0]), constraints).velocities.any()


def test_the_constraint_that_acts_is_named_and_no_other():
    constraints = [bound(SPEED, -0.2, 1.0), bound(POSITION, -1.0, 0.1)]
    solution = solve(wanting([0.3, -0.1, 0.0]), constraints)
    np.testing.assert_allclose(solution.velocities, [0.1, -0.1, 0.0], atol=1e-4)
    assert solution.codes == {POSITION}
    assert solve(wanting([0.0, -0.3, 0.0]), constraints).codes == {SPEED}


def test_several_rows_that_act_are_all_named():
    constraints = [
        *FREE,
        row(WALL, [1.0, 0.0, 0.0], 0.1),
        row(BODY, [0.0, -1.0, 0.0], np.inf, lower=-0.1),
        row(SafetyCode.LIMITED_BY_TILT, [0.0, 0.0, 1.0], 0.5),
    ]
    solution = solve(wanting([0.3, 0.3, 0.3]), constraints)
    np.testing.assert_allclose(solution.velocities, [0.1, 0.1, 0.3], atol=1e-3)
    assert solution.codes == {WALL, BODY}


def test_a_wall_takes_only_the_motion_through_it():
    constraints = [*FREE, row(WALL, [1.0, 0.0, 0.0], 0.0)]
    solution = solve(wanting([0.3, 0.2, 0.1]), constraints)
    np.testing.assert_allclose(solution.velocities, [0.0, 0.2, 0.1], atol=1e-4)
    assert solution.codes == {WALL}


def test_leaving_a_wall_is_free():
    constraints = [*FREE, row(WALL, [1.0, 0.0, 0.0], 0.0)]
    solution = solve(wanting([-0.3, 0.2, 0.1]), constraints)
    np.testing.assert_allclose(solution.velocities, [-0.3, 0.2, 0.1], atol=2e-4)
    assert solution.codes == frozenset()


def test_bounds_are_kept_and_rows_give_way_as_little_as_possible():
    constraints = [bound(SPEED, 0.4, 0.6), row(WALL, [1.0, 0.0, 0.0], 0.0)]
    solution = solve(wanting([0.5, 0.5, 0.5]), constraints)
    np.testing.assert_allclose(solution.velocities, [0.4, 0.5, 0.5], atol=1e-3)
    assert WALL in solution.codes


def test_rows_that_contradict_each_other_still_have_an_answer():
    constraints = [*FREE, row(WALL, [1.0, 0.0, 0.0], -0.2), row(BODY, [-1.0, 0.0, 0.0], -0.2)]
    solution = solve(wanting([0.0, 0.3, 0.0]), constraints)
    np.testing.assert_allclose(solution.velocities, [0.0, 0.3, 0.0], atol=1e-2)


def test_damping_slows_down():
    damped = solve(Objective(np.eye(3), np.full(3, 0.5), damping=1.0), FREE)
    np.testing.assert_allclose(damped.velocities, 0.25, rtol=1e-3)


def test_redundancy_is_used_for_the_least_motion():
    solution = solve(Objective(np.array([[1.0, 1.0, 0.0]]), np.array([0.2])), FREE)
    np.testing.assert_allclose(solution.velocities, [0.1, 0.1, 0.0], atol=1e-4)


@pytest.mark.parametrize('bad', [np.nan, np.inf, -np.inf])
def test_an_objective_that_is_not_finite_has_no_solution(bad):
    assert solve(wanting([bad, 0.0, 0.0]), FREE) is None
    matrix = np.eye(3)
    matrix[1, 2] = bad
    assert solve(Objective(matrix, np.ones(3)), FREE) is None


@pytest.mark.parametrize('huge', [1e200, 1e308])
def test_numbers_that_overflow_have_no_solution_or_one_within_the_bounds(huge):
    with np.errstate(all='ignore'):
        for objective in (wanting([huge, 0.0, 0.0]), Objective(huge * np.eye(3), np.ones(3))):
            solution = solve(objective, FREE)
            assert solution is None or (np.abs(solution.velocities) <= 1.0).all()


def test_a_limit_that_is_no_number_is_not_taken_for_none():
    """The solver library passes over such a row, as if it were not there."""
    nan = np.nan
    assert solve(wanting([0.3, 0.0, 0.0]), [bound(SPEED, nan, 1.0)]) is None
    assert solve(wanting([0.3, 0.0, 0.0]), [*FREE, bound(POSITION, -1.0, nan)]) is None
    assert solve(wanting([0.3, 0.0, 0.0]), [*FREE, row(WALL, [1.0, 0.0, 0.0], nan)]) is None
    lower = row(WALL, [1.0, 0.0, 0.0], 1.0, lower=nan)
    assert solve(wanting([0.3, 0.0, 0.0]), [*FREE, lower]) is None
    for bad in (nan, np.inf):
        assert solve(wanting([0.3, 0.0, 0.0]), [*FREE, row(WALL, [bad, 0.0, 0.0], 0.0)]) is None


@pytest.mark.parametrize(
    ('velocities', 'status'), [(np.zeros(3), -1), (np.zeros(3), 0), (np.full(3, np.nan), 1)]
)
def test_a_solver_that_fails_gives_no_solution(monkeypatch, velocities, status):
    answer = (velocities, 0.0, status, {'lam': np.zeros(3)})
    monkeypatch.setattr(solver.daqp, 'solve', lambda *args, **settings: answer)
    assert solve(wanting([0.3, 0.0, 0.0]), FREE) is None


def test_what_it_is_given_stays_as_it_is():
    objective, constraints = wanting([0.3, 0.2, 0.1]), [*FREE, row(WALL, [1.0, 0.0, 0.0], 0.0)]
    solve(objective, constraints)
    np.testing.assert_array_equal(objective.target, [0.3, 0.2, 0.1])
    np.testing.assert_array_equal(objective.matrix, np.eye(3))
    np.testing.assert_array_equal(constraints[1].matrix, [[1.0, 0.0, 0.0]])


@given(st.integers(0, 10_000))
def test_whatever_is_asked_there_is_a_solution_within_all_bounds(seed):
    """Every bound allows to rest."""
    random = np.random.default_rng(seed)
    n = int(random.integers(6, 8))
    bounds = [
        Constraint(code, -random.uniform(0.0, 0.5, size=n), random.uniform(0.0, 0.5, size=n))
        for code in (SPEED, POSITION)
    ]
    wall = Constraint(
        WALL, -random.uniform(size=3), random.uniform(size=3), random.normal(size=(3, n))
    )
    objective = Objective(random.normal(size=(6, n)), random.normal(size=6))
    solution = solve(objective, [*bounds, wall])
    for bound_ in bounds:
        assert (solution.velocities >= bound_.lower).all()
        assert (solution.velocities <= bound_.upper).all()
    assert solution.codes <= {SPEED, POSITION, WALL}


def test_a_joint_between_two_equal_bounds_rests():
    """At the end of its range a joint may be allowed to go nowhere."""
    still = Constraint(POSITION, np.zeros(3), np.zeros(3))
    solution = solve(wanting([0.3, -0.3, 0.0]), [*FREE, still])
    np.testing.assert_array_equal(solution.velocities, 0.0)
    assert solution.codes == {POSITION}


def test_the_tighter_of_two_bounds_is_told_on_either_side():
    bounds = [
        Constraint(SPEED, np.full(3, -0.1), np.full(3, 0.5)),
        Constraint(POSITION, np.full(3, -0.5), np.full(3, 0.1)),
    ]
    assert solve(wanting([0.3, 0.0, 0.0]), bounds).codes == {POSITION}
    assert solve(wanting([-0.3, 0.0, 0.0]), bounds).codes == {SPEED}
    assert solve(wanting([0.3, 0.0, 0.0]), bounds[::-1]).codes == {POSITION}
    assert solve(wanting([-0.3, 0.0, 0.3]), bounds[::-1]).codes == {SPEED, POSITION}


@settings(max_examples=60)
@given(st.integers(0, 10_000))
def test_it_is_the_optimum_where_all_rows_can_be_kept(seed):
    """No random allowed neighbour is better: zero is allowed, so the rows are kept."""
    random = np.random.default_rng(seed)
    matrix = random.normal(size=(4, 6))
    constraints = [
        bound(SPEED, -1.0, 1.0, n=6),
        Constraint(WALL, np.full(4, -np.inf), random.uniform(0.0, 0.3, 4), matrix),
    ]
    objective = Objective(random.normal(size=(6, 6)), 0.1 * random.normal(size=6), 0.01)
    solution = solve(objective, constraints)
    v = solution.velocities
    # A row gives way by its penalty, and that little.
    assert (matrix @ v <= constraints[1].upper + 1e-4).all()

    def cost(x):
        error = objective.matrix @ x - objective.target
        return error @ error + (objective.damping + REGULARISATION) * x @ x

    for _ in range(30):
        other = v + 10.0 ** random.uniform(-4, 0) * random.normal(size=6)
        allowed = (np.abs(other) <= 1.0).all() and (matrix @ other <= constraints[1].upper).all()
        assert not allowed or cost(other) >= cost(v) - 1e-6
