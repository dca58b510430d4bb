# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The world: rooms against distances measured pair by pair, obstacles, and what may be near."""

from __future__ import annotations

import coal
import numpy as np
import pytest

from octo_ros.errors import SafetyError
from octo_ros.geometry import Pose
from octo_ros.limits import Obstacle
from octo_ros.safety.collision.body import FINGERS
from octo_ros.safety.collision.world import TOLERANCE

BOX = Obstacle(name='box', size=(0.1, 0.2, 0.3), xyz=(0.4, 0.3, 0.2), rpy=(0.3, -0.2, 0.5))
NEVER_APART = 0.06


def placed_shape(kind, size, pose):
    shape = {'capsule': coal.Capsule, 'box': coal.Box}[kind](*size)
    return shape, coal.Transform3s(np.array(pose.rotation), np.array(pose.position))


def distance(one, other):
    result = coal.DistanceResult()
    return coal.distance(*one, *other, coal.DistanceRequest(), result)


def lowest(kind, size, pose):
    """Height of the lowest point of a capsule or box."""
    down = pose.rotation[2]
    if kind == 'capsule':
        return pose.position[2] - 0.5 * size[1] * abs(down[2]) - size[0]
    return pose.position[2] - 0.5 * np.abs(down) @ np.array(size)


def by_hand(arm, q, world):
    """The least room, from shapes that are not swollen, one pair after the other."""
    limits, bodies = arm.embodiment.collision, world.bodies
    joints = arm.kinematics.joint_poses(q)
    poses = [joints[b.joint] @ b.pose for b in bodies]
    shapes = [
        placed_shape(b.shape.kind, b.shape.size, p) for b, p in zip(bodies, poses, strict=True)
    ]
    near = {frozenset(pair) for pair in arm.model.always_near}
    rooms = []
    for i, body in enumerate(bodies):
        for j in range(i):
            apart = body.joint - bodies[j].joint
            if apart >= 2 and frozenset((body.link, bodies[j].link)) not in near:
                rooms.append(distance(shapes[i], shapes[j]) - limits.self_clearance)
        clearance = limits.finger_clearance if body.link == FINGERS else limits.clearance
        if body.joint >= 2 and limits.table_height is not None:
            height = lowest(body.shape.kind, body.shape.size, poses[i]) - limits.table_height
            rooms.append(height - clearance)
        if body.joint >= 1:
            for box in world.obstacles:
                there = placed_shape('box', box.size, Pose.from_xyz_rpy(box.xyz, box.rpy))
                rooms.append(distance(shapes[i], there) - clearance)
    return min(rooms)


def test_rooms_are_distances_measured_pair_by_pair_less_the_clearance(arm):
    arm = arm.with_collision(obstacles=(BOX,))
    world, random = arm.world(), np.random.default_rng(0)
    signs = set()
    for _ in range(60):
        q = arm.anywhere(random)
        expected = by_hand(arm, q, world)
        signs.add(bool(expected > 0.0))
        # In deep penetration the two ways round a box differ; there no arm can be.
        if expected > -0.02:
            assert world.room(q) == pytest.approx(expected - TOLERANCE, abs=4e-6)
        else:
            assert world.room(q) < 0.0
    assert signs == {True, False}


def test_the_tolerance_covers_what_coal_gets_wrong(arm):
    """A room of zero or more means that the clearance is kept."""
    world, random = arm.world(), np.random.default_rng(1)
    for _ in range(40):
        q = arm.anywhere(random)
        assert world.room(q) <= by_hand(arm, q, world)


def test_home_is_clear_of_everything(arm):
    assert arm.world().room(arm.home) > 0.0


def test_pairs_that_are_not_watched_never_part_or_never_meet_and_all_others_part(arm):
    """Of 2,000 configurations; a listed link may have a second body that is far from the other."""
    world, random = arm.world(), np.random.default_rng(2)
    bodies, listed = world.bodies, {frozenset(pair) for pair in arm.model.always_near}
    assert listed
    assert all(pair <= {body.link for body in bodies} for pair in listed)
    clearance = arm.embodiment.collision.self_clearance
    unlisted, ranges = set(), {}
    for i, body in enumerate(bodies):
        for j in range(i):
            if body.joint - bodies[j].joint >= 2:
                if frozenset((body.link, bodies[j].link)) in listed:
                    ranges[i, j] = (np.inf, -np.inf)
                else:
                    unlisted.add((i, j))
    for _ in range(2_000):
        joints = arm.kinematics.joint_poses(arm.anywhere(random))

        def apart(pair, joints=joints):
            one, other = (
                placed_shape(
                    bodies[i].shape.kind,
                    bodies[i].shape.size,
                    joints[bodies[i].joint] @ bodies[i].pose,
                )
                for i in pair
            )
            return distance(one, other)

        for pair, (least, most) in ranges.items():
            now = apart(pair)
            ranges[pair] = (min(least, now), max(most, now))
        # Others drop out as soon as they were seen with room to spare.
        unlisted = {pair for pair in unlisted if apart(pair) < clearance + 0.005}
    assert not [(bodies[i].link, bodies[j].link) for i, j in unlisted]
    for (i, j), (least, most) in ranges.items():
        assert most < NEVER_APART or least > 2 * clearance, (bodies[i].link, bodies[j].link)
    # Each listed pair is there for a reason.
    tight = {
        frozenset((bodies[i].link, bodies[j].link))
        for (i, j), (_, m) in ranges.items()
        if m < NEVER_APART
    }
    assert tight == listed


def test_only_the_fingers_may_come_nearer_to_the_table(ur5e):
    limits = ur5e.embodiment.collision
    world = ur5e.world()
    low = ur5e.with_collision(table_height=0.2).world()
    nearest = low.nearest(ur5e.home)
    assert limits.finger_clearance < limits.clearance
    fingers = ur5e.with_collision(self_clearance=0.001, table_height=0.23).world()
    pair = fingers.nearest(ur5e.home)
    assert nearest.second == 'table'
    assert pair.clearance in (limits.finger_clearance, limits.clearance)
    assert world.nearest(ur5e.home).clearance == limits.self_clearance


@pytest.mark.parametrize('height', [None, 0.0, 0.1])
def test_the_table_is_where_the_contract_has_it(ur5e, height):
    arm = ur5e.with_collision(table_height=height)
    random, world = np.random.default_rng(3), arm.world()
    for _ in range(20):
        q = arm.anywhere(random)
        expected = by_hand(arm, q, world)
        if expected > -0.02:
            assert world.room(q) == pytest.approx(expected - TOLERANCE, abs=4e-6)


def test_an_obstacle_counts_from_the_moment_it_is_there_until_it_is_gone(arm):
    world = arm.world()
    before = world.room(arm.home)
    hand = arm.kinematics.tcp_pose(arm.home).position
    box = Obstacle(name='cup', size=(0.05, 0.05, 0.05), xyz=tuple(map(float, hand)))
    world.add(box)
    assert world.obstacles == (box,)
    assert world.room(arm.home) < 0.0
    nearest = world.nearest(arm.home)
    assert nearest.second == 'cup'
    assert nearest.distance < nearest.clearance
    world.remove('cup')
    assert world.obstacles == ()
    assert world.room(arm.home) == before


def test_obstacles_of_the_contract_can_be_taken_out(ur5e):
    world = ur5e.with_collision(obstacles=(BOX,)).world()
    assert world.obstacles == (BOX,)
    world.remove('box')
    assert world.obstacles == ()


def test_what_is_done_to_one_world_is_not_done_to_another(ur5e):
    one, other = ur5e.world(), ur5e.world()
    one.add(BOX)
    assert other.obstacles == ()
    assert ur5e.embodiment.collision.obstacles == ()


def test_adding_twice_and_removing_what_is_not_there_are_told(ur5e):
    world = ur5e.world()
    with pytest.raises(SafetyError, match=r"There is no obstacle 'box'; known are: none\."):
        world.remove('box')
    world.add(BOX)
    room = world.room(ur5e.home)
    with pytest.raises(SafetyError, match="There already is an obstacle 'box'; remove it first"):
        world.add(BOX)
    with pytest.raises(SafetyError, match='known are: box'):
        world.remove('table')
    assert world.obstacles == (BOX,)
    assert world.room(ur5e.home) == room


@pytest.mark.parametrize('name', ['box', 'shelf/left', 'a/b/c', '/', 'ends/'])
def test_the_nearest_obstacle_is_told_by_its_name(ur5e, name):
    hand = ur5e.kinematics.tcp_pose(ur5e.home).position
    spot = (float(hand[0]) + 0.15, float(hand[1]), float(hand[2]))
    arm = ur5e.with_collision(self_clearance=0.001, table_height=None)
    world = arm.world()
    world.add(Obstacle(name=name, size=(0.1, 0.4, 0.6), xyz=spot))
    nearest = world.nearest(arm.home)
    assert nearest.second == name
    limits = arm.embodiment.collision
    expected = limits.finger_clearance if nearest.first == FINGERS else limits.clearance
    assert nearest.clearance == expected


def gap(shape, point):
    """Distance of a point from a placed shape; negative inside."""
    ball = (coal.Sphere(1e-4), coal.Transform3s(np.eye(3), np.array(point)))
    return distance(ball, shape) + 1e-4


def test_nearest_points_lie_on_the_bodies_and_are_the_distance_apart(arm):
    arm = arm.with_collision(obstacles=(BOX,))
    world, random = arm.world(), np.random.default_rng(4)
    seconds = set()
    for _ in range(60):
        q = arm.anywhere(random)
        nearest = world.nearest(q)
        if nearest.distance < 0.002:
            continue
        apart = np.linalg.norm(nearest.first_point - nearest.second_point)
        assert apart == pytest.approx(nearest.distance, abs=5e-6)
        assert nearest.distance - nearest.clearance - TOLERANCE == pytest.approx(world.room(q))
        bodies = world.placed(q)
        for name, point in (
            (nearest.first, nearest.first_point),
            (nearest.second, nearest.second_point),
        ):
            if name == 'table':
                assert point[2] == pytest.approx(0.0, abs=5e-6)
                continue
            if name == 'box':
                pose = Pose.from_xyz_rpy(BOX.xyz, BOX.rpy)
                shapes = [placed_shape('box', BOX.size, pose)]
            else:
                shapes = [placed_shape(b.kind, b.size, b.pose) for b in bodies if b.link == name]
            assert min(abs(gap(shape, point)) for shape in shapes) < 1e-5
        seconds.add(nearest.second)
    assert seconds


def test_placed_bodies_are_those_of_the_arm_in_the_base_frame(arm):
    world, random = arm.world(), np.random.default_rng(5)
    q = arm.anywhere(random)
    placed, joints = world.placed(q), arm.kinematics.joint_poses(q)
    assert [b.link for b in placed] == [b.link for b in world.bodies]
    for body, there in zip(world.bodies, placed, strict=True):
        expected = joints[body.joint] @ body.pose
        assert (there.kind, there.size) == (body.shape.kind, body.shape.size)
        np.testing.assert_array_equal(there.pose.position, expected.position)
        np.testing.assert_array_equal(there.pose.rotation, expected.rotation)


def test_a_contract_makes_its_world(ur5e):
    from octo_ros.safety.collision.world import CollisionWorld

    world = CollisionWorld.for_embodiment(ur5e.embodiment, ur5e.kinematics)
    assert world.room(ur5e.home) == ur5e.world().room(ur5e.home)


def test_measuring_leaves_no_trace(arm):
    """The same question has the same answer, whatever was asked between."""
    world, random = arm.world(), np.random.default_rng(6)
    q, other = arm.home, arm.anywhere(random)
    room, nearest = world.room(q), world.nearest(q)
    world.room(other)
    world.nearest(other)
    assert world.room(q) == room
    assert world.nearest(q).distance == nearest.distance
