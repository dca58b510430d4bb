# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Planes: rows are their normals, approached by the law."""

from __future__ import annotations

import numpy as np
import pytest

from octo_ros.limits import Plane
from octo_ros.safety.approach import RESERVE
from octo_ros.safety.limits.planes import PlanesLimit
from octo_ros.safety_codes import SafetyCode

SLOPE = (0.6, 0.0, 0.8)
PLANES = (Plane(normal=SLOPE, offset=-2.0), Plane(normal=(0.0, -1.0, 0.0), offset=-3.0))


def room_of(arm, plane, q):
    return np.array(plane.normal) @ arm.kinematics.tcp_pose(q).position - plane.offset


def test_rows_are_the_derivative_of_the_room(arm):
    random, limit = np.random.default_rng(0), PlanesLimit(PLANES, arm.approach)
    for _ in range(10):
        q, v = arm.anywhere(random), random.normal(size=len(arm.home))
        constraint = limit.constraint(arm.configuration(q))
        for plane, value in zip(PLANES, constraint.matrix @ v, strict=True):
            ahead, behind = (room_of(arm, plane, q + h * v) for h in (1e-6, -1e-6))
            assert value == pytest.approx((ahead - behind) / 2e-6, abs=1e-7)


def test_each_plane_is_approached_by_the_law_and_left_at_will(arm):
    constraint = PlanesLimit(PLANES, arm.approach).constraint(arm.configuration(arm.home))
    rooms = np.array([room_of(arm, plane, arm.home) for plane in PLANES])
    np.testing.assert_allclose(constraint.lower, -arm.approach.linear_speed(rooms - RESERVE))
    assert (constraint.upper == np.inf).all()
    assert constraint.code is SafetyCode.PROJECTED_ON_WORKSPACE


@pytest.mark.parametrize('beyond', [0.0, 1e-9, 0.3])
def test_at_a_plane_or_past_it_only_the_way_back_is_open(ur5e, beyond):
    free = Plane(normal=SLOPE, offset=0.0)
    plane = Plane(normal=SLOPE, offset=room_of(ur5e, free, ur5e.home) + beyond)
    constraint = PlanesLimit([plane], ur5e.approach).constraint(ur5e.configuration(ur5e.home))
    assert constraint.lower[0] == pytest.approx(0.0, abs=1e-12)
    assert constraint.upper[0] == np.inf
