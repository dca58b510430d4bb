# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The speed of the TCP: tangents to the ball, and cuts until it is kept."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octo_ros.geometry import Pose
from octo_ros.safety.limits.joint_velocity import JointVelocityLimit
from octo_ros.safety.limits.limit import Configuration
from octo_ros.safety.limits.tcp_speed import TARGET, TOLERATED, TcpSpeedLimit
from octo_ros.safety.motion import MAX_CUTS
from octo_ros.safety.solver import Objective, solve
from octo_ros.safety_codes import SafetyCode

LIMIT = TcpSpeedLimit(0.25, 1.0)
JOINTS = JointVelocityLimit(np.full(6, 10.0))


def moving(velocities, jacobian=None):
    matrix = np.eye(6) if jacobian is None else jacobian
    return Configuration(np.zeros(6), np.array(velocities), Pose.from_xyz_rpy(), matrix)


def test_the_rows_point_along_the_motion():
    constraint = LIMIT.constraint(moving([0.06, 0.08, 0.0, 0.0, 0.0, -0.3]))
    np.testing.assert_allclose(constraint.matrix[0], [0.6, 0.8, 0, 0, 0, 0], atol=1e-12)
    np.testing.assert_allclose(constraint.matrix[1], [0, 0, 0, 0, 0, -1.0], atol=1e-12)
    np.testing.assert_allclose(constraint.upper, [TARGET * 0.25, TARGET])
    assert (constraint.lower == -np.inf).all()
    assert constraint.code is SafetyCode.SCALED_FOR_VELOCITY


def test_a_resting_tcp_has_no_direction_to_limit():
    constraint = LIMIT.constraint(moving(np.zeros(6)))
    np.testing.assert_array_equal(constraint.matrix, 0.0)
    assert (constraint.upper > 0.0).all()


@pytest.mark.parametrize('share', [0.5, 0.998, TOLERATED - 1e-9])
@pytest.mark.parametrize('direction', [[0.15, 0.2, 0, 0, 0, 0], [0, 0, 0, 0.6, 0.0, -0.8]])
def test_what_is_slow_enough_is_left_alone(share, direction):
    assert LIMIT.excess(moving(np.zeros(6)), share * np.array(direction)) is None


@pytest.mark.parametrize('share', [TOLERATED + 1e-6, 1.0, 3.0, 1e6])
@pytest.mark.parametrize('direction', [[0.15, 0.2, 0, 0, 0, 0], [0, 0, 0, 0.6, 0.0, -0.8]])
def test_what_is_too_fast_is_cut_off_and_what_is_allowed_is_not(share, direction):
    velocities = share * np.array(direction)
    cut = LIMIT.excess(moving(np.zeros(6)), velocities)
    assert (cut.matrix @ velocities > cut.upper).any()
    # The whole allowed ball, a little smaller, is on the right side of the tangents.
    random = np.random.default_rng(0)
    for _ in range(50):
        inside = random.normal(size=6)
        inside[:3] *= TARGET * 0.25 / np.linalg.norm(inside[:3])
        inside[3:] *= TARGET / np.linalg.norm(inside[3:])
        assert (cut.matrix @ inside <= cut.upper + 1e-12).all()


@pytest.mark.parametrize('index', [0, 5])
def test_a_speed_that_is_no_number_is_not_slow_enough(index):
    velocities = np.zeros(6)
    velocities[index] = np.nan
    cut = LIMIT.excess(moving(np.zeros(6)), velocities)
    assert cut is not None
    # And so there is no solution.
    assert (
        solve(Objective(np.eye(6), np.zeros(6)), [JOINTS.constraint(moving(np.zeros(6))), cut])
        is None
    )


@settings(max_examples=60)
@given(st.integers(0, 10_000))
def test_after_the_cuts_the_tcp_is_slow_enough(seed):
    """As the filter does it: any Jacobian, any wanted twist, any motion before."""
    random = np.random.default_rng(seed)
    jacobian = random.normal(size=(6, 6)) * random.uniform(0.1, 1.0)
    before = np.linalg.lstsq(jacobian, random.normal(size=6) * 0.05, rcond=None)[0]
    configuration = moving(np.clip(before, -5, 5), jacobian)
    constraints = [JOINTS.constraint(configuration), LIMIT.constraint(configuration)]
    objective = Objective(jacobian, random.normal(size=6) * random.choice([0.1, 1.0, 3.0]))
    solution = solve(objective, constraints)
    cuts = 0
    while (cut := LIMIT.excess(configuration, solution.velocities)) is not None:
        constraints.append(cut)
        solution, cuts = solve(objective, constraints), cuts + 1
        assert cuts <= 30
    twist = jacobian @ solution.velocities
    assert np.linalg.norm(twist[:3]) <= TOLERATED * 0.25
    assert np.linalg.norm(twist[3:]) <= TOLERATED


@settings(max_examples=40)
@given(st.integers(0, 10_000))
def test_a_wanted_twist_within_the_speeds_needs_no_more_cuts_than_there_are(seed):
    """The servo cuts to the speeds, so only the last two thousandths have to be cut off."""
    random = np.random.default_rng(seed)
    wanted = random.normal(size=6)
    wanted[:3] *= 0.25 / np.linalg.norm(wanted[:3])
    wanted[3:] *= 1.0 / np.linalg.norm(wanted[3:])
    configuration = moving(0.9 * random.normal(size=6) * 0.1)
    constraints = [JOINTS.constraint(configuration), LIMIT.constraint(configuration)]
    solution = solve(Objective(np.eye(6), wanted), constraints)
    for _ in range(MAX_CUTS):
        cut = LIMIT.excess(configuration, solution.velocities)
        if cut is None:
            break
        constraints.append(cut)
        solution = solve(Objective(np.eye(6), wanted), constraints)
    assert LIMIT.excess(configuration, solution.velocities) is None
    np.testing.assert_allclose(solution.velocities, TARGET * wanted, atol=2e-3)
