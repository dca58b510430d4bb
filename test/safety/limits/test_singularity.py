# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Singularities: the slope of σ, when they are near, and that only approaching is slowed."""

from __future__ import annotations

import numpy as np
import pytest

from octo_ros.safety.limits.singularity import RATE, STRONGEST, SingularityLimit
from octo_ros.safety_codes import SafetyCode


def sigma(arm, q):
    """With no help of the code that is tested."""
    length = arm.limits.singularity.length
    jacobian = arm.kinematics.jacobian(q)
    jacobian[3:] *= length
    return np.linalg.svd(jacobian, compute_uv=False)[-1]


def towards(arm, most, start=0):
    """Random configurations whose σ lies below `most`."""
    random = np.random.default_rng(start)
    found = []
    for _ in range(4_000):
        q = arm.anywhere(random)
        if sigma(arm, q) < most:
            found.append(q)
        if len(found) == 8:
            return found
    return found


def test_the_measure_is_the_smallest_singular_value(arm):
    random, limit = np.random.default_rng(0), SingularityLimit(arm.limits.singularity)
    length = arm.limits.singularity.length
    np.testing.assert_array_equal(limit.weights, [1.0, 1.0, 1.0, length, length, length])
    for _ in range(20):
        q = arm.anywhere(random)
        assert limit.smallest(arm.kinematics.jacobian(q)) == pytest.approx(sigma(arm, q))


def test_the_slope_is_the_derivative_of_the_measure(arm):
    """Where the two smallest values are apart: where they meet σ has an edge."""
    random, limit = np.random.default_rng(1), SingularityLimit(arm.limits.singularity)
    tried = 0
    while tried < 12:
        q = arm.anywhere(random)
        values = np.linalg.svd(
            limit.weights[:, None] * arm.kinematics.jacobian(q), compute_uv=False
        )
        if values[-2] - values[-1] < 0.01 or values[-1] < 1e-3:
            continue
        tried += 1
        row = limit.constraint(arm.configuration(q)).matrix[0]
        steps = 1e-6 * np.eye(len(q))
        slope = [(sigma(arm, q + s) - sigma(arm, q - s)) / 2e-6 for s in steps]
        np.testing.assert_allclose(row, slope, atol=1e-6)


def test_only_the_approach_is_limited_and_in_proportion_to_what_is_left(arm):
    thresholds = arm.limits.singularity
    limit = SingularityLimit(thresholds)
    near = towards(arm, thresholds.slow)
    assert near
    for q in near:
        constraint = limit.constraint(arm.configuration(q))
        left = max(0.0, sigma(arm, q) - thresholds.stop)
        assert constraint.lower[0] == pytest.approx(-RATE * left)
        assert constraint.upper[0] == np.inf
        assert constraint.code is SafetyCode.LIMITED_BY_SINGULARITY


def test_below_the_threshold_it_may_only_be_left(ur5e):
    q = ur5e.home
    q[4] = 1e-3  # the axes of wrist 1 and 3 line up
    constraint = SingularityLimit(ur5e.limits.singularity).constraint(ur5e.configuration(q))
    assert sigma(ur5e, q) < ur5e.limits.singularity.stop
    assert constraint.lower[0] == 0.0
    away = np.array([0, 0, 0, 0, 1.0, 0])
    assert constraint.matrix[0] @ away > 0.0
    assert sigma(ur5e, q + 1e-3 * away) > sigma(ur5e, q)


def test_at_the_singularity_itself_everything_is_finite(ur5e):
    q = ur5e.home
    q[4] = 0.0
    limit = SingularityLimit(ur5e.limits.singularity)
    constraint = limit.constraint(ur5e.configuration(q))
    assert np.isfinite(constraint.matrix).all()
    jacobian = ur5e.kinematics.jacobian(q)
    assert limit.near(jacobian)
    assert limit.damping(jacobian) == pytest.approx(STRONGEST, rel=1e-6)


def test_nearness_on_random_walks_is_that_of_every_pose(arm):
    """It remembers a measure and a pose; what it says must be as if it computed every time."""
    thresholds = arm.limits.singularity
    limit, random = SingularityLimit(thresholds), np.random.default_rng(2)
    starts = [*towards(arm, thresholds.slow)[:3], arm.home, arm.anywhere(random)]
    seen = set()
    for start in starts:
        q = start
        v = np.zeros(len(q))
        for k in range(120):
            v = 0.9 * v + random.normal(size=len(q)) * (0.02 if k % 40 else 0.5)
            q = np.clip(q + v, arm.lower, arm.upper)
            expected = sigma(arm, q) < thresholds.slow
            assert limit.near(arm.kinematics.jacobian(q)) == expected
            seen.add(bool(expected))
    assert seen == {True, False}


def test_it_saves_most_decompositions_away_from_singularities(ur5e, monkeypatch):
    limit, calls = SingularityLimit(ur5e.limits.singularity), []
    smallest = limit.smallest
    monkeypatch.setattr(limit, 'smallest', lambda j: calls.append(1) or smallest(j))
    q = ur5e.home
    for _ in range(100):
        q = q + 1e-4
        assert not limit.near(ur5e.kinematics.jacobian(q))
    assert len(calls) <= 20


def test_damping_grows_from_nothing_to_its_strongest(ur5e):
    thresholds = ur5e.limits.singularity
    limit, q = SingularityLimit(thresholds), ur5e.home
    assert limit.damping(ur5e.kinematics.jacobian(q)) == 0.0
    last = 0.0
    for angle in np.linspace(1.2, 0.0, 40):
        q[4] = angle
        damping = limit.damping(ur5e.kinematics.jacobian(q))
        expected = STRONGEST * max(0.0, 1.0 - (sigma(ur5e, q) / thresholds.slow) ** 2)
        assert damping == pytest.approx(expected, abs=1e-12)
        assert damping >= last - 1e-12
        last = damping
    assert last == pytest.approx(STRONGEST)


def test_thresholds_decide(ur5e):
    from dataclasses import replace

    jacobian = ur5e.kinematics.jacobian(ur5e.home)
    value = sigma(ur5e, ur5e.home)
    thresholds = ur5e.limits.singularity
    above = replace(thresholds, slow=value * 1.001)
    below = replace(thresholds, slow=value * 0.999)
    assert SingularityLimit(above).near(jacobian)
    assert not SingularityLimit(below).near(jacobian)
