# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Ways to rest: each limit alone breaks one, and few measurements say what all would."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from octo_ros.limits import Obstacle, Plane, TiltCone
from octo_ros.safety.limits.tilt import TiltLimit
from octo_ros.safety.profile import JointMotion
from octo_ros.safety.stop import StopPlanner
from octo_ros.safety.verification import ACCURACY, StopVerification
from octo_ros.safety_codes import SafetyCode

TICKS = 8
WIDE = (-5.0, -5.0, -5.0), (5.0, 5.0, 5.0)


def free(arm, **changes):
    """An arm that only its joints limit, and what is asked for."""
    limits = replace(
        arm.limits,
        workspace_min=WIDE[0],
        workspace_max=WIDE[1],
        planes=(),
        tilt_cone=None,
        linear_speed=0.5,
        angular_speed=1.5,
    )
    embodiment = replace(arm.embodiment, limits=replace(limits, **changes))
    collision = replace(embodiment.collision, table_height=None)
    return replace(arm, embodiment=replace(embodiment, collision=collision))


def verification(arm, world=None):
    cone = arm.limits.tilt_cone
    tilt = None if cone is None else TiltLimit(cone, arm.model.approach_axis, arm.approach)
    return StopVerification(arm.limits, arm.dt, arm.kinematics, world or arm.world(), tilt)


def problem(arm, path, world=None):
    world = world or arm.world()
    return verification(arm, world).problem(path, world.room(path[0]))


def line(arm, velocities, start=None, ticks=TICKS):
    """A path of constant joint velocities."""
    start = arm.home if start is None else start
    return start + np.arange(ticks + 1)[:, None] * (arm.dt * np.asarray(velocities))


def along(arm, twist, start=None, ticks=TICKS):
    """A path whose TCP moves with a twist at its start."""
    start = arm.home if start is None else start
    velocities = np.linalg.pinv(arm.kinematics.jacobian(start)) @ np.asarray(twist, dtype=float)
    return line(arm, velocities, start, ticks)


def single(arm, joint, value):
    array = np.zeros(len(arm.home))
    array[joint] = value
    return array


def test_resting_is_no_problem_anywhere(arm):
    random = np.random.default_rng(0)
    for _ in range(10):
        q = arm.anywhere(random)
        assert problem(arm, np.array([q, q])) is None
    # Not even outside of everything.
    outside = arm.upper + 0.01
    assert problem(arm, np.array([outside, outside, outside])) is None


def test_slow_motion_near_home_is_no_problem(arm):
    for axis in range(6):
        twist = np.zeros(6)
        twist[axis] = 0.02
        assert problem(arm, along(arm, twist)) is None


@pytest.mark.parametrize('sign', [-1.0, 1.0])
def test_joint_speed(arm, sign):
    arm = free(arm)
    # The last joint turns the hand alone, so that only its rotation has to stay slow.
    joint = len(arm.home) - 1
    limits = list(arm.limits.velocity)
    limits[joint] = 0.3
    arm = free(arm, velocity=tuple(limits))
    assert problem(arm, line(arm, single(arm, joint, sign * 0.3))) is None
    path = line(arm, single(arm, joint, sign * 0.3))
    path[5:, joint] += sign * 1e-6
    assert problem(arm, path) is SafetyCode.SCALED_FOR_VELOCITY


@pytest.mark.parametrize('sign', [-1.0, 1.0])
def test_joint_range(arm, sign):
    arm = free(arm)
    joint = len(arm.home) - 1
    start = arm.home
    start[joint] = (arm.upper if sign > 0 else arm.lower)[joint] - sign * TICKS * arm.dt * 0.2
    path = line(arm, single(arm, joint, sign * 0.2), start)
    assert problem(arm, path) is None
    path[-1, joint] += sign * 1e-9
    assert problem(arm, path) is SafetyCode.LIMITED_BY_JOINT_POSITION


@pytest.mark.parametrize('sign', [-1.0, 1.0])
def test_outside_its_range_a_joint_may_only_return(arm, sign):
    arm = free(arm)
    joint = len(arm.home) - 1
    start = arm.home
    start[joint] = (arm.upper if sign > 0 else arm.lower)[joint] + sign * 0.05
    assert problem(arm, line(arm, single(arm, joint, -sign * 0.2), start)) is None
    farther = line(arm, single(arm, joint, sign * 1e-6), start)
    assert problem(arm, farther) is SafetyCode.LIMITED_BY_JOINT_POSITION
    # There and back again is farther, too, and so is back and out at the other end.
    swing = line(arm, single(arm, joint, -sign * 0.2), start)
    swing[3, joint] = start[joint] + sign * 1e-6
    assert problem(arm, swing) is SafetyCode.LIMITED_BY_JOINT_POSITION


def test_tcp_speed(arm):
    arm = free(arm, linear_speed=0.1)
    for axis in range(3):
        twist = np.zeros(6)
        twist[axis] = 0.0995
        assert problem(arm, along(arm, twist, ticks=2)) is None
        twist[axis] = 0.102
        assert problem(arm, along(arm, twist, ticks=2)) is SafetyCode.SCALED_FOR_VELOCITY


def test_rotation_speed(arm):
    arm = free(arm, angular_speed=0.4)
    joint = len(arm.home) - 1  # turns the hand by as much
    assert problem(arm, line(arm, single(arm, joint, 0.4 - 1e-9))) is None
    path = line(arm, single(arm, joint, 0.4 + 1e-6))
    assert problem(arm, path) is SafetyCode.SCALED_FOR_VELOCITY


@pytest.mark.parametrize('axis', range(3))
@pytest.mark.parametrize('sign', [-1.0, 1.0])
def test_box_walls(ur5e, axis, sign):
    twist = np.zeros(6)
    twist[axis] = sign * 0.05
    path = along(free(ur5e), twist)
    positions = ur5e.kinematics.tcp_poses(path)[0][:, axis]
    for end, expected in (
        (sign * (sign * positions).max() + sign * 1e-9, None),
        (sign * (sign * positions).max() - sign * 1e-6, SafetyCode.PROJECTED_ON_WORKSPACE),
    ):
        corner = list(WIDE[1] if sign > 0 else WIDE[0])
        corner[axis] = float(end)
        name = 'workspace_max' if sign > 0 else 'workspace_min'
        assert problem(free(ur5e, **{name: tuple(corner)}), path) is expected


def test_outside_the_box_the_tcp_may_only_return(ur5e):
    x = float(ur5e.kinematics.tcp_pose(ur5e.home).position[0])
    arm = free(ur5e, workspace_max=(x - 0.05, 5.0, 5.0))
    assert problem(arm, along(arm, [-0.05, 0, 0, 0, 0, 0])) is None
    assert problem(arm, along(arm, [1e-4, 0, 0, 0, 0, 0])) is SafetyCode.PROJECTED_ON_WORKSPACE


def test_planes(ur5e):
    normal = (0.6, 0.0, 0.8)
    path = along(free(ur5e), [-0.03, 0, -0.04, 0, 0, 0])
    least = float((ur5e.kinematics.tcp_poses(path)[0] @ normal).min())
    kept = free(ur5e, planes=(Plane(normal=normal, offset=least - 1e-9),))
    assert problem(kept, path) is None
    broken = free(ur5e, planes=(Plane(normal=normal, offset=least + 1e-6),))
    assert problem(broken, path) is SafetyCode.PROJECTED_ON_WORKSPACE
    assert problem(broken, path[::-1]) is None  # back into the allowed side


def test_tilt(arm):
    arm = free(arm)
    path = along(arm, [0, 0, 0, 0.3, 0.1, 0])
    home = arm.kinematics.tcp_pose(arm.home).rotation @ np.array(arm.model.approach_axis)
    cone = TiltCone(axis=tuple(map(float, home)), half_angle=0.5)
    limit = TiltLimit(cone, arm.model.approach_axis, arm.approach)
    most = float(limit.angles(arm.kinematics.tcp_poses(path)[1]).max())
    assert most > 0.01
    kept = free(arm, tilt_cone=replace(cone, half_angle=most + 1e-9))
    assert problem(kept, path) is None
    broken = free(arm, tilt_cone=replace(cone, half_angle=most - 1e-6))
    assert problem(broken, path) is SafetyCode.LIMITED_BY_TILT
    assert problem(broken, path[::-1]) is None  # outside it may return


def test_collision(arm):
    """A box beside the hand, into which the path leads."""
    arm = free(arm)
    path = along(arm, [0, 0.1, 0, 0, 0, 0], ticks=20)
    box = Obstacle(name='box', size=(0.02, 0.02, 0.02), xyz=(0.0, 0.0, 0.0))
    hand = arm.kinematics.tcp_pose(path[-1]).position
    for side, expected in ((0.25, None), (0.02, SafetyCode.LIMITED_BY_COLLISION)):
        spot = (float(hand[0]), float(hand[1]) + side, float(hand[2]))
        world = arm.world()
        # As far as the hand's width and the clearance together.
        reach = 0.0
        while expected is not None:
            world.add(replace(box, xyz=(spot[0], spot[1] + reach, spot[2])))
            if world.room(path[0]) > 0.0:
                break
            world.remove('box')
            reach += 0.002
        if expected is None:
            world.add(replace(box, xyz=spot))
        assert problem(arm, path, world) is expected


def test_too_near_already_it_may_only_get_away(ur5e):
    arm = free(ur5e)
    hand = arm.kinematics.tcp_pose(arm.home).position
    world = arm.world()
    world.add(
        Obstacle(
            name='box',
            size=(0.05, 0.05, 0.05),
            xyz=(float(hand[0]), float(hand[1]) + 0.06, float(hand[2])),
        )
    )
    assert world.room(arm.home) < 0.0
    towards, away = (along(arm, [0, s * 0.05, 0, 0, 0, 0]) for s in (1.0, -1.0))
    assert problem(arm, towards, world) is SafetyCode.LIMITED_BY_COLLISION
    assert problem(arm, away, world) is None


@pytest.mark.parametrize('bad', [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize('row', [0, 1, 4, TICKS])
def test_what_is_not_finite_anywhere_breaks_it(arm, bad, row):
    for joint in (0, len(arm.home) - 1):
        path = line(arm, np.zeros(len(arm.home)))
        path[row, joint] = bad
        with np.errstate(invalid='ignore'):
            assert verification(arm).problem(path, 0.05) is not None


def test_a_room_that_is_no_number_breaks_it(ur5e):
    path = line(ur5e, np.zeros(6))
    assert verification(ur5e).problem(path, np.nan) is SafetyCode.LIMITED_BY_COLLISION


def test_endless_room_needs_no_measurement(ur5e):
    arm = free(ur5e)
    world = Counting(arm.world())
    assert verification(arm, world).problem(along(arm, [0.1, 0, 0, 0, 0, 0]), np.inf) is None
    assert world.asked == 0


class Counting:
    """A world that counts how often its room is measured."""

    def __init__(self, world):
        self._world = world
        self.levers = world.levers
        self.changes = world.changes
        self.asked = 0

    def room(self, q):
        self.asked += 1
        return self._world.room(q)

    def rooms(self, q):
        self.asked += 1
        return self._world.rooms(q)


def near_something(arm, world, random):
    """Configurations with little room, of either sign, near the table or the arm itself."""
    while True:
        q = arm.anywhere(random)
        room = world.room(q)
        if -0.002 < room < 0.015:
            return q, room


def test_few_measurements_say_what_all_of_them_would(arm):
    """Random stops near the table and the arm itself, against measuring every sample."""
    arm = free(arm)
    arm = arm.with_collision(table_height=0.0)
    limits = replace(arm.limits, linear_speed=0.5, angular_speed=1.5)
    arm = replace(arm, embodiment=replace(arm.embodiment, limits=limits))
    random, world = np.random.default_rng(1), arm.world()
    planner = StopPlanner(arm.limits, arm.dt)
    counting = Counting(world)
    check = verification(arm, counting)
    broken = samples = 0
    for _ in range(120):
        q, room = near_something(arm, world, random)
        v = random.uniform(-1.0, 1.0, len(q)) * arm.limits.velocity
        path = planner.plan(JointMotion(q, v, np.zeros(len(q)))).positions
        rooms = np.array([world.rooms(row) for row in path])
        slack = ACCURACY if room < 0.0 else 0.0
        expected = bool((rooms[1:] < np.minimum(rooms[0], 0.0) - slack).any())
        check.restart()
        steps = np.abs(np.diff(path, axis=0))
        found = check._collision(room, steps, path) is not None
        assert found == expected
        broken += expected
        samples += len(path)
    assert 5 < broken < 115
    assert counting.asked < 0.95 * samples  # and it is cheaper


def two_boxes(arm):
    """One box in the hand's clearance, and one a little beyond it on the other side."""
    x, y, z = map(float, arm.kinematics.tcp_pose(arm.home).position)
    world = arm.world()
    world.add(Obstacle(name='in', size=(0.05, 0.05, 0.05), xyz=(x, y + 0.06, z)))
    world.add(Obstacle(name='by', size=(0.05, 0.05, 0.05), xyz=(x, y - 0.12, z)))
    return world


def test_one_pair_that_is_too_near_is_no_licence_for_the_others(ur5e):
    """Away from the one box is towards the other, which must keep its clearance."""
    arm = free(ur5e)
    world = two_boxes(arm)
    rooms = world.rooms(arm.home)
    assert (rooms < 0.0).any()
    path = along(arm, [0, -0.2, 0, 0, 0, 0], ticks=40)
    ends = world.rooms(path[-1])
    fresh = (rooms >= 0.0) & (ends < 0.0)
    assert fresh.any()
    assert ends.min() > rooms.min()  # the least room of all only grows
    assert problem(arm, path, world) is SafetyCode.LIMITED_BY_COLLISION
    assert problem(arm, path[:3], world) is None


def test_what_was_won_is_not_given_back(ur5e):
    """Against the most room so far, until the arm begins somewhere else."""
    arm = free(ur5e)
    world = two_boxes(arm)
    check = verification(arm, world)
    away = along(arm, [0, -0.1, 0, 0, 0, 0], ticks=4)
    for k in range(4):
        assert check.problem(away[k : k + 2], world.room(away[k])) is None
    assert world.room(away[-2]) < 0.0
    back = away[-2:-4:-1]
    assert check.problem(back, world.room(back[0])) is SafetyCode.LIMITED_BY_COLLISION
    assert check.problem(np.array([back[0], back[0]]), world.room(back[0])) is None
    check.restart()
    assert check.problem(away[:2], world.room(away[0])) is None


def test_far_from_everything_nothing_is_measured(franka):
    """From home, a stop of some centimetres."""
    arm, world = free(franka), Counting(free(franka).world())
    path = along(arm, [0.02, 0, 0, 0, 0, 0], ticks=10)
    assert verification(arm, world).problem(path, 0.068) is None
    assert world.asked == 0


def test_the_order_of_the_answers_is_that_of_the_docstring(ur5e):
    """Too fast and out of range at once is told as too fast."""
    arm = free(ur5e)
    path = line(arm, np.full(6, 50.0))
    assert problem(arm, path) is SafetyCode.SCALED_FOR_VELOCITY
