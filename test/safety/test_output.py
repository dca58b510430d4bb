# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The last check: each limit alone, both signs, every joint, and what is not finite."""

from __future__ import annotations

import numpy as np
import pytest

from octo_ros.safety.output import OutputCheck

ZERO = np.zeros(6)
VALUES = ('positions', 'velocities', 'accelerations', 'last')
BAD = [np.nan, np.inf, -np.inf]


@pytest.fixture
def check(ur5e):
    return OutputCheck(ur5e.limits, ur5e.dt)


def problem(check, arm, **values):
    given = {'positions': arm.home, 'velocities': ZERO, 'accelerations': ZERO, 'last': ZERO}
    return check.problem(**{**given, **values})


def single(joint, value):
    array = np.zeros(6)
    array[joint] = value
    return array


def test_home_at_rest_is_sent(check, ur5e):
    assert problem(check, ur5e) is None


@pytest.mark.parametrize('joint', range(6))
@pytest.mark.parametrize('sign', [-1.0, 1.0])
def test_each_limit_of_each_joint_is_held_from_both_sides(check, ur5e, joint, sign):
    limits, dt = ur5e.limits, ur5e.dt
    end = limits.position_max[joint] if sign > 0 else limits.position_min[joint]
    at, past = ur5e.home, ur5e.home
    at[joint], past[joint] = end, end + sign * 1e-9
    assert problem(check, ur5e, positions=at) is None
    assert 'outside the joint range' in problem(check, ur5e, positions=past)

    speed = sign * limits.velocity[joint]
    assert problem(check, ur5e, velocities=single(joint, speed)) is None
    assert 'joint speeds' in problem(check, ur5e, velocities=single(joint, speed * (1 + 1e-6)))

    most = single(joint, sign * limits.braking[joint])
    assert problem(check, ur5e, accelerations=most, last=most) is None
    more = most * (1 + 1e-6)
    assert 'accelerates' in problem(check, ur5e, accelerations=more, last=more)

    step = sign * limits.jerk[joint] * dt
    assert problem(check, ur5e, accelerations=single(joint, step)) is None
    too_much = problem(check, ur5e, accelerations=single(joint, step * (1 + 1e-6)))
    assert 'changes its acceleration' in too_much


@pytest.mark.parametrize('bad', BAD)
@pytest.mark.parametrize('name', VALUES)
@pytest.mark.parametrize('joint', [0, 5])
def test_what_is_not_finite_is_never_sent(check, ur5e, bad, name, joint):
    values = single(joint, bad)
    assert isinstance(problem(check, ur5e, **{name: values}), str)


@pytest.mark.parametrize('name', VALUES[:3])
def test_the_sentence_tells_the_numbers(check, ur5e, name):
    assert '123.0' in problem(check, ur5e, **{name: single(2, 123.0)})


def test_rounding_of_a_good_reference_is_tolerated(check, ur5e):
    limits, dt = ur5e.limits, ur5e.dt
    v = np.array(limits.velocity) + 0.9e-12 / dt
    a = np.array(limits.braking) + 0.9e-12 / dt**2
    assert problem(check, ur5e, velocities=v) is None
    assert problem(check, ur5e, accelerations=a, last=a) is None
    assert problem(check, ur5e, velocities=v + 2e-12 / dt) is not None


def test_the_margin_is_no_business_of_the_last_check(check, ur5e):
    """A start inside the margin has to be sendable, or the arm could never leave it."""
    q = np.array(ur5e.limits.position_max) - 0.5 * ur5e.limits.position_margin
    assert problem(check, ur5e, positions=q) is None


def test_first_ticks_from_rest_may_only_begin_gradually(check, ur5e):
    """Position, velocity and acceleration all jump if the first reference is a step away."""
    dt, step = ur5e.dt, 2e-4
    velocity = single(0, step / dt)
    acceleration = velocity / dt
    found = problem(
        check,
        ur5e,
        positions=ur5e.home + single(0, step),
        velocities=velocity,
        accelerations=acceleration,
    )
    assert found is not None
    gentle = ur5e.limits.jerk[0] * dt * dt  # what jerk allows in the first period
    assert (
        problem(check, ur5e, velocities=single(0, gentle), accelerations=single(0, gentle / dt))
        is None
    )


def test_every_robot_may_rest_at_home(arm):
    zero = np.zeros(len(arm.home))
    assert OutputCheck(arm.limits, arm.dt).problem(arm.home, zero, zero, zero) is None
