# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A limit takes only the motion through it: along walls, table and bodies the hand slides."""

from __future__ import annotations

import numpy as np
import pytest

from octo_ros.limits import Obstacle, Plane, TiltCone
from octo_ros.safety.approach import RESERVE
from octo_ros.safety_codes import SafetyCode


def follow(motion, twist, ticks):
    codes = set()
    for _ in range(ticks):
        codes |= motion.follow(np.asarray(twist, dtype=float))
    return codes


def box_around(arm, axis, side, distance):
    """The robot's box with one wall moved to `distance` from the home of the TCP."""
    position = arm.kinematics.tcp_pose(arm.home).position
    name = 'workspace_max' if side > 0 else 'workspace_min'
    corner = list(getattr(arm.limits, name))
    corner[axis] = float(position[axis]) + side * distance
    return arm.with_limits(**{name: tuple(corner)}), corner[axis]


@pytest.mark.parametrize(('axis', 'side'), [(0, -1), (1, 1), (2, 1)])
def test_it_stops_at_a_wall_and_slides_along_it(arm, axis, side):
    limited, wall = box_around(arm, axis, side, 0.03)
    motion = limited.motion()
    along = 1 if axis != 1 else 0
    twist = np.zeros(6)
    twist[axis], twist[along] = side * 0.1, 0.02
    codes = follow(motion, twist, 170)
    assert SafetyCode.PROJECTED_ON_WORKSPACE in codes
    assert motion.tcp.position[axis] == pytest.approx(wall, abs=2e-3)
    assert side * (wall - motion.tcp.position[axis]) >= -1e-9
    before = motion.tcp.position[along]
    follow(motion, twist, 50)
    assert motion.tcp.position[along] - before == pytest.approx(0.01, rel=0.1)
    # And it can leave at once.
    twist[axis] *= -1.0
    follow(motion, twist, 60)
    assert side * (wall - motion.tcp.position[axis]) > 0.02


def test_it_comes_as_near_to_a_wall_as_it_may(ur5e):
    limited, wall = box_around(ur5e, 0, 1, 0.05)
    motion = limited.motion()
    follow(motion, [0.2, 0, 0, 0, 0, 0], 400)
    assert 0.0 <= wall - motion.tcp.position[0] < RESERVE + 1e-5
    assert np.abs(motion.velocities).max() < 1e-3


def test_a_corner_holds_two_directions_and_leaves_the_third(ur5e):
    limited, x = box_around(ur5e, 0, 1, 0.02)
    limited, y = box_around(limited, 1, -1, 0.02)
    motion = limited.motion()
    follow(motion, [0.1, -0.1, 0.01, 0, 0, 0], 200)
    np.testing.assert_allclose(motion.tcp.position[:2], [x, y], atol=2e-3)
    before = motion.tcp.position[2]
    follow(motion, [0.1, -0.1, 0.02, 0, 0, 0], 100)
    assert motion.tcp.position[2] - before == pytest.approx(0.02, rel=0.15)


def test_it_slides_along_a_slope(ur5e):
    normal = np.array([0.6, 0.0, 0.8])
    position = ur5e.kinematics.tcp_pose(ur5e.home).position
    plane = Plane(normal=tuple(map(float, normal)), offset=float(normal @ position) - 0.02)
    motion = ur5e.with_limits(planes=(plane,)).motion()
    codes = follow(motion, [0, 0, -0.05, 0, 0, 0], 200)
    assert SafetyCode.PROJECTED_ON_WORKSPACE in codes
    assert 0.0 <= normal @ motion.tcp.position - plane.offset + 1e-9 < 2e-3
    before = motion.tcp.position
    follow(motion, [0, 0, -0.05, 0, 0, 0], 50)
    # Straight down becomes down the slope.
    moved = motion.tcp.position - before
    np.testing.assert_allclose(moved @ normal, 0.0, atol=5e-4)
    assert moved @ [0.8, 0.0, -0.6] == pytest.approx(0.025 * 0.6, rel=0.15)


def test_the_hand_comes_down_to_the_table_and_slides_over_it(arm):
    limits = arm.limits
    low = arm.with_limits(
        workspace_min=(limits.workspace_min[0], limits.workspace_min[1], -0.5)
    ).with_collision(table_height=0.0, finger_clearance=0.0)
    motion, world = low.motion(), low.world()
    codes = follow(motion, [0.0, 0.0, -0.1, 0.0, 0.0, 0.0], 400)
    assert SafetyCode.LIMITED_BY_COLLISION in codes
    room = world.room(motion.positions)
    assert -1e-6 <= room < 0.01
    before = motion.tcp.position
    follow(motion, [0.0, 0.03, -0.05, 0.0, 0.0, 0.0], 100)
    moved = motion.tcp.position - before
    assert moved[1] == pytest.approx(0.03, rel=0.25)
    assert abs(moved[2]) < 5e-3
    assert world.room(motion.positions) >= -1e-6
    follow(motion, [0.0, 0.0, 0.05, 0.0, 0.0, 0.0], 60)
    assert motion.tcp.position[2] > before[2] + 0.015


def test_it_slides_past_an_obstacle_beside_it(franka):
    x, y, z = map(float, franka.kinematics.tcp_pose(franka.home).position)
    wall = Obstacle(name='wall', size=(1.0, 0.1, 1.0), xyz=(x, y + 0.25, z))
    motion = franka.with_collision(obstacles=(wall,)).motion()
    codes = follow(motion, [0.01, 0.1, 0.0, 0, 0, 0], 350)
    assert SafetyCode.LIMITED_BY_COLLISION in codes
    before = motion.tcp.position
    follow(motion, [0.05, 0.1, 0.0, 0, 0, 0], 100)
    moved = motion.tcp.position - before
    assert moved[0] == pytest.approx(0.05, rel=0.25)
    assert abs(moved[1]) < 5e-3


def test_it_leans_to_the_edge_of_its_cone_and_turns_along_it(ur5e):
    axis = ur5e.kinematics.tcp_pose(ur5e.home).rotation @ np.array(ur5e.model.approach_axis)
    cone = TiltCone(axis=tuple(map(float, axis)), half_angle=0.2)
    motion = ur5e.with_limits(tilt_cone=cone).motion()

    def tilt():
        now = motion.tcp.rotation @ np.array(ur5e.model.approach_axis)
        return float(np.arctan2(np.linalg.norm(np.cross(axis, now)), axis @ now))

    codes = follow(motion, [0, 0, 0, 0.3, 0, 0], 200)
    assert SafetyCode.LIMITED_BY_TILT in codes
    assert tilt() > 0.2 - 11 * RESERVE
    assert tilt() <= 0.2 + 1e-9
    before = motion.tcp
    follow(motion, [0, 0, 0, 0.3, 0, 0.2], 50)
    turned = before.displacement_to(motion.tcp)[1]
    assert np.linalg.norm(turned) > 0.05
    assert tilt() <= 0.2 + 1e-9


def test_a_start_outside_the_box_comes_back_and_stays_in(ur5e):
    limited, wall = box_around(ur5e, 0, 1, -0.05)
    motion = limited.motion()
    assert motion.tcp.position[0] > wall
    codes = follow(motion, [0.1, 0.02, 0, 0, 0, 0], 50)
    assert SafetyCode.PROJECTED_ON_WORKSPACE in codes
    assert motion.tcp.position[0] == pytest.approx(wall + 0.05, abs=2e-4)
    follow(motion, [-0.1, 0, 0, 0, 0, 0], 120)
    assert motion.tcp.position[0] < wall
    follow(motion, [0.1, 0, 0, 0, 0, 0], 200)
    assert motion.tcp.position[0] <= wall + 1e-9


def test_a_start_outside_a_joint_range_comes_back(arm):
    motion, last = arm.motion(), len(arm.home) - 1
    start = arm.home
    start[last] = arm.upper[last] + 0.5 * arm.limits.position_margin
    motion.rest_at(start)
    velocity = np.zeros(len(start))
    velocity[last] = 0.2
    for _ in range(20):
        motion.follow_joints(velocity)
    assert motion.positions[last] == pytest.approx(start[last], abs=1e-6)
    for _ in range(100):
        motion.follow_joints(-velocity)
    assert motion.positions[last] < arm.upper[last]
