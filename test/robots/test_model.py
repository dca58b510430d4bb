# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The shipped arms are well formed, and their grippers can hold what they are made for."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from itertools import product

import numpy as np
import pinocchio
import pytest

from octo_ros.config import parse
from octo_ros.embodiment import load_embodiment, robot_names
from octo_ros.errors import ConfigError
from octo_ros.geometry import Pose
from octo_ros.robots.model import Finger, RobotModel, Segment, Shape, load_robot_model
from octo_ros.robots.urdf import to_urdf

CUBE = 0.04  # m, edge of the block that every gripper must be able to hold
each_robot = pytest.mark.parametrize('robot', robot_names())
contract = lru_cache(load_embodiment)


@lru_cache
def load(robot: str) -> RobotModel:
    return load_robot_model(contract(robot))


def corners(shape: Shape) -> np.ndarray:
    """Corners of a box in its link's frame, shape (8, 3), m."""
    assert shape.kind == 'box'
    pose = Pose.from_xyz_rpy(shape.xyz, shape.rpy)
    signs = np.array(list(product((-0.5, 0.5), repeat=3)))
    return pose.position + (signs * shape.size) @ pose.rotation.T


def in_tcp(model: RobotModel, points: np.ndarray) -> np.ndarray:
    """Points of the last segment's link, seen from the TCP."""
    tcp = Pose.from_xyz_rpy(model.tcp_xyz, model.tcp_rpy)
    return (points - tcp.position) @ tcp.rotation


def pad_corners(model: RobotModel, finger: Finger, travel: float) -> np.ndarray:
    return in_tcp(model, corners(finger.shapes[0]) + finger.xyz + travel * np.array(finger.axis))


@each_robot
def test_prefix_is_on_every_name(robot):
    model = load(robot).with_prefix('left_')
    names = [model.base_link, model.tcp_link]
    for part in (*model.segments, *model.fingers):
        names += [part.joint, part.link]
    assert all(name.startswith('left_') for name in names)
    assert len(set(names)) == len(names)


@each_robot
def test_pads_touch_at_travel_zero(robot):
    model = load(robot)
    for finger in model.fingers:
        depth = (corners(finger.shapes[0])) @ finger.axis
        assert depth.min() == pytest.approx(0.0, abs=1e-12)
        assert all((corners(shape) @ finger.axis).min() >= -1e-12 for shape in finger.shapes)
    left, right = model.fingers
    np.testing.assert_array_equal(left.xyz, right.xyz)
    np.testing.assert_array_equal(left.axis, -np.array(right.axis))


@each_robot
def test_gripper_closes_on_a_cube_and_opens_around_it(robot):
    model = load(robot)
    assert 2 * model.finger_closed < CUBE - 0.005
    assert 2 * model.finger_open > CUBE + 0.02


@each_robot
def test_tcp_lies_between_the_pads_and_before_their_tips(robot):
    model = load(robot)
    approach = np.array(model.approach_axis)
    for finger in model.fingers:
        reach = pad_corners(model, finger, 0.0) @ approach
        assert reach.min() < -0.015
        assert 0.005 <= reach.max() <= 0.011


@each_robot
def test_palm_leaves_room_for_a_cube_held_at_its_centre(robot):
    model = load(robot)
    approach = np.array(model.approach_axis)
    palm = model.segments[-1].shapes
    assert palm
    for shape in palm:
        assert (in_tcp(model, corners(shape)) @ approach).max() < -CUBE / 2 - 0.005


@each_robot
def test_links_that_are_not_neighbours_stay_apart_at_home(robot):
    embodiment, model = contract(robot), load(robot)
    urdf = to_urdf(model, embodiment)
    arm = pinocchio.buildModelFromXML(urdf)
    shapes = pinocchio.buildGeomFromUrdfString(arm, urdf, pinocchio.COLLISION)
    joints = [shape.parentJoint for shape in shapes.geometryObjects]
    for i, j in product(range(shapes.ngeoms), repeat=2):
        if joints[j] > joints[i] + 1 and joints[j] <= len(embodiment.joints):
            shapes.addCollisionPair(pinocchio.CollisionPair(i, j))
    data, placed = arm.createData(), shapes.createData()
    home = np.array([*embodiment.home, model.finger_open, model.finger_open])
    pinocchio.updateGeometryPlacements(arm, data, shapes, placed, home)
    pinocchio.computeDistances(shapes, placed)
    assert min(result.min_distance for result in placed.distanceResults) > 0.02


def test_other_joints_than_the_contracts_are_refused():
    embodiment = replace(contract('ur5e'), tcp_frame='tool0')
    with pytest.raises(ConfigError, match=r'tool0.*gripper_tcp.*must agree'):
        load_robot_model(embodiment)


def test_missing_file_is_refused():
    embodiment = contract('ur5e')
    source = replace(embodiment.model, file='models/gone.yaml')
    with pytest.raises(ConfigError, match=r'Cannot read .*gone\.yaml'):
        load_robot_model(replace(embodiment, model=source))


@pytest.mark.parametrize(
    ('values', 'why'),
    [
        ({'mass': 1.0}, 'needs an effort'),
        ({'mass': 1.0, 'kind': 'fixed', 'effort': 1.0}, 'a fixed joint has none'),
        ({'effort': 1.0}, 'may have mass 0'),
        ({'kind': 'fixed', 'shapes': [{'kind': 'box', 'size': [1, 1, 1]}]}, 'may have mass 0'),
        ({'mass': -1.0, 'effort': 1.0}, 'greater than or equal to 0'),
    ],
)
def test_inconsistent_segments_are_refused(values, why):
    with pytest.raises(ConfigError, match=why):
        parse(Segment, {'joint': 'j', 'link': 'l', **values}, 'arm.yaml')


@pytest.mark.parametrize(('kind', 'size'), [('box', [0.1, 0.1]), ('capsule', [0.1, 0.1, 0.1])])
def test_shapes_with_the_wrong_number_of_sizes_are_refused(kind, size):
    with pytest.raises(ConfigError, match=f'a {kind} has . sizes, not {len(size)}'):
        parse(Shape, {'kind': kind, 'size': size}, 'arm.yaml')


@pytest.mark.parametrize('robot', robot_names())
def test_links_that_are_always_near_are_links_of_the_arm_and_two(robot):
    embodiment = load_embodiment(robot)
    model = load_robot_model(embodiment)
    links = {model.base_link, *(segment.link for segment in model.segments)}
    assert model.always_near
    for first, second in model.always_near:
        assert first != second
        assert {first, second} <= links
        assert first.startswith(embodiment.model.prefix)
        assert second.startswith(embodiment.model.prefix)
