# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Forward kinematics against published and independent numbers; Jacobian, inverse, homes."""

from __future__ import annotations

import sys
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from octo_ros.embodiment import load_embodiment, robot_names
from octo_ros.errors import KinematicsError
from octo_ros.geometry import Pose, matrix_from_rpy, rotation_vector_from_matrix
from octo_ros.robots.kinematics import Kinematics
from octo_ros.robots.model import load_robot_model
from octo_ros.robots.urdf import to_urdf

ROBOTS = Path(__file__).parents[2] / 'config/robots'
contract = lru_cache(load_embodiment)
each_robot = pytest.mark.parametrize('robot', robot_names())


@lru_cache
def kinematics(robot: str) -> Kinematics:
    return Kinematics.for_embodiment(contract(robot))


def allowed_range(robot: str) -> tuple[np.ndarray, np.ndarray]:
    limits = contract(robot).limits
    margin = limits.position_margin
    return np.array(limits.position_min) + margin, np.array(limits.position_max) - margin


def positions_within(robot: str, fractions: list[float]) -> np.ndarray:
    lower, upper = allowed_range(robot)
    return lower + np.array(fractions[: len(lower)]) * (upper - lower)


def turn(axis: str, angle: float) -> np.ndarray:
    """4×4 rotation about a principal axis."""
    c, s = np.cos(angle), np.sin(angle)
    i, j = {'x': (1, 2), 'y': (2, 0), 'z': (0, 1)}[axis]
    matrix = np.eye(4)
    matrix[i, i] = matrix[j, j] = c
    matrix[i, j], matrix[j, i] = -s, s
    return matrix


def move(x: float, y: float, z: float) -> np.ndarray:
    matrix = np.eye(4)
    matrix[:3, 3] = x, y, z
    return matrix


def origin(xyz, rpy) -> np.ndarray:
    roll, pitch, yaw = rpy
    return move(*xyz) @ turn('z', yaw) @ turn('y', pitch) @ turn('x', roll)


@lru_cache
def raw_model(robot: str) -> dict:
    return yaml.safe_load((ROBOTS / contract(robot).model.file).read_text())


def forward_from_yaml(robot: str, positions: np.ndarray) -> np.ndarray:
    """TCP pose as 4×4 straight from the numbers in the model file."""
    model = raw_model(robot)
    angles = iter(positions)
    pose = np.eye(4)
    for segment in model['segments']:
        pose = pose @ origin(segment.get('xyz', (0, 0, 0)), segment.get('rpy', (0, 0, 0)))
        if segment.get('kind', 'revolute') == 'revolute':
            axis = 'xyz'[segment.get('axis', [0, 0, 1]).index(1)]
            pose = pose @ turn(axis, next(angles))
    return pose @ origin(model['tcp_xyz'], model['tcp_rpy'])


@pytest.mark.parametrize('robot', ['franka', 'fr3'])
def test_franka_ready_pose(robot):
    ready = np.array([0, -1, 0, -3, 0, 2, 1]) * np.pi / 4
    tcp = kinematics(robot).tcp_pose(ready)  # hand_tcp, 0.1034 m beyond the hand frame
    np.testing.assert_allclose(tcp.position, [0.307, 0.0, 0.487], atol=5e-4)
    assert np.linalg.cond(kinematics(robot).jacobian(ready)) == pytest.approx(8.2, abs=0.05)


@pytest.mark.parametrize('robot', ['franka', 'fr3'])
def test_franka_follows_the_vendors_dh_table(robot):
    # Craig's convention: a, d, alpha of joints 1..7 and the flange.
    table = [
        (0, 0.333, 0),
        (0, 0, -np.pi / 2),
        (0, 0.316, np.pi / 2),
        (0.0825, 0, np.pi / 2),
        (-0.0825, 0.384, -np.pi / 2),
        (0, 0, np.pi / 2),
        (0.088, 0, np.pi / 2),
    ]
    positions = np.array([0.3, -0.5, 0.4, -2.0, 0.6, 1.7, -0.8])
    pose = np.eye(4)
    for (a, d, alpha), angle in zip(table, positions, strict=True):
        pose = pose @ turn('x', alpha) @ move(a, 0, 0) @ turn('z', angle) @ move(0, 0, d)
    pose = pose @ move(0, 0, 0.107) @ turn('z', -np.pi / 4) @ move(0, 0, 0.1034)
    assert_pose(kinematics(robot).tcp_pose(positions), pose)


@pytest.mark.parametrize(
    ('robot', 'table'),
    [
        ('ur5', (0.089159, -0.425, -0.39225, 0.10915, 0.09465, 0.0823)),
        ('ur5e', (0.1625, -0.425, -0.3922, 0.1333, 0.0997, 0.0996)),
    ],
)
def test_ur_follows_the_vendors_dh_table(robot, table):
    d1, a2, a3, d4, d5, d6 = table
    right = np.pi / 2
    rows = [(d1, 0, right), (0, a2, 0), (0, a3, 0), (d4, 0, right), (d5, 0, -right), (d6, 0, 0)]
    positions = np.array([0.3, -1.1, 0.9, -1.4, -1.2, 0.5])
    pose = turn('z', np.pi)  # the controller's base, which the table starts from, in base_link
    for (d, a, alpha), angle in zip(rows, positions, strict=True):
        pose = pose @ turn('z', angle) @ move(0, 0, d) @ move(a, 0, 0) @ turn('x', alpha)
    assert_pose(kinematics(robot).tcp_pose(positions), pose @ move(0, 0, 0.14))


def test_widowx_zero_pose():
    tcp = kinematics('widowx').tcp_pose(np.zeros(6))
    np.testing.assert_allclose(tcp.position, [0.458325, 0.0, 0.36065], atol=1e-9)
    np.testing.assert_allclose(tcp.rotation, np.eye(3), atol=1e-12)


def test_widowx_bridge_neutral_pose():
    neutral = np.array([-0.1319, -0.7624, 0.4449, -0.0199, 1.7564, -0.1595])
    singular_values = np.linalg.svd(kinematics('widowx').jacobian(neutral))[1]
    assert singular_values[-1] == pytest.approx(0.07, abs=0.005)
    assert singular_values[0] / singular_values[-1] == pytest.approx(24.5, abs=0.5)


def assert_pose(actual: Pose, expected: np.ndarray) -> None:
    np.testing.assert_allclose(actual.position, expected[:3, 3], atol=1e-9)
    np.testing.assert_allclose(actual.rotation, expected[:3, :3], atol=1e-9)


fractions = st.lists(st.floats(0, 1), min_size=7, max_size=7)


@each_robot
@given(fractions)
@settings(deadline=None)
def test_forward_agrees_with_the_model_file(robot, values):
    positions = positions_within(robot, values)
    assert_pose(kinematics(robot).tcp_pose(positions), forward_from_yaml(robot, positions))


@each_robot
@given(fractions)
@settings(max_examples=30, deadline=None)
def test_jacobian_is_the_derivative_of_the_pose(robot, values):
    arm, positions, step = kinematics(robot), positions_within(robot, values), 1e-6
    columns = []
    for unit in np.eye(len(positions)):
        before = arm.tcp_pose(positions - step * unit)
        after = arm.tcp_pose(positions + step * unit)
        rotation = rotation_vector_from_matrix(after.rotation @ before.rotation.T)
        columns.append(np.concatenate([after.position - before.position, rotation]) / (2 * step))
    np.testing.assert_allclose(arm.jacobian(positions), np.transpose(columns), atol=1e-7)


@each_robot
@given(st.lists(st.floats(-0.3, 0.3), min_size=7, max_size=7))
@settings(max_examples=40, deadline=None)
def test_inverse_finds_reachable_poses(robot, offsets):
    arm, home = kinematics(robot), np.array(contract(robot).home)
    lower, upper = allowed_range(robot)
    goal = np.clip(home + offsets[: len(home)], lower, upper)
    pose = arm.tcp_pose(goal)
    found = arm.inverse(pose, home)
    assert np.all((lower <= found) & (found <= upper))
    reached = arm.tcp_pose(found)
    np.testing.assert_allclose(reached.position, pose.position, atol=1e-7)
    np.testing.assert_allclose(reached.rotation, pose.rotation, atol=1e-7)


@each_robot
def test_inverse_refuses_what_is_out_of_reach(robot):
    home = np.array(contract(robot).home)
    far = Pose.from_xyz_rpy((3.0, 0.0, 0.3))
    with pytest.raises(KinematicsError, match=r'\[3\.0, 0\.0, 0\.3\] m.*away'):
        kinematics(robot).inverse(far, home)


@pytest.mark.parametrize('side', [0, 1])
def test_inverse_refuses_what_only_a_joint_beyond_its_margin_reaches(side):
    bound = allowed_range('widowx')[side][0]  # of the waist
    beyond = np.array(contract('widowx').home)
    beyond[0] = bound + 0.05 * np.sign(bound)
    pose = kinematics('widowx').tcp_pose(beyond)
    with pytest.raises(KinematicsError, match='within the limits'):
        kinematics('widowx').inverse(pose, np.array([bound, *beyond[1:]]))


@each_robot
def test_home_points_down_inside_the_workspace_and_is_not_singular(robot):
    embodiment = contract(robot)
    approach = load_robot_model(embodiment).approach_axis
    home = np.array(embodiment.home)
    tcp = kinematics(robot).tcp_pose(home)
    np.testing.assert_allclose(tcp.rotation @ approach, [0.0, 0.0, -1.0], atol=1e-5)
    assert np.all(tcp.position > np.array(embodiment.limits.workspace_min) + 0.05)
    assert np.all(tcp.position < np.array(embodiment.limits.workspace_max) - 0.05)
    assert np.linalg.svd(kinematics(robot).jacobian(home))[1][-1] > 0.1


@pytest.mark.parametrize(
    ('robot', 'position'),
    [
        ('widowx', (0.3, 0, 0.15)),
        ('franka', (0.5, 0, 0.25)),
        ('fr3', (0.5, 0, 0.25)),
        ('ur5', (0.45, 0, 0.25)),
        ('ur5e', (0.45, 0, 0.25)),
    ],
)
def test_home_is_where_its_comment_says(robot, position):
    home = np.array(contract(robot).home)
    np.testing.assert_allclose(kinematics(robot).tcp_pose(home).position, position, atol=1e-5)


@each_robot
def test_fingers_open_sideways_at_home(robot):
    embodiment = contract(robot)
    model = load_robot_model(embodiment)
    tcp = kinematics(robot).tcp_pose(np.array(embodiment.home))
    opening = tcp.rotation @ matrix_from_rpy(model.tcp_rpy).T @ model.fingers[0].axis
    np.testing.assert_allclose(np.abs(opening), [0.0, 1.0, 0.0], atol=1e-5)


@pytest.mark.parametrize('call', ['tcp_pose', 'jacobian'])
@pytest.mark.parametrize('shape', [(5,), (7,), (6, 1), ()])
def test_wrong_number_of_positions_is_refused(call, shape):
    with pytest.raises(KinematicsError, match=r'expected \(6,\)'):
        getattr(kinematics('ur5e'), call)(np.zeros(shape))


def test_urdf_of_another_robot_is_refused():
    ur5e = contract('ur5e')
    urdf = to_urdf(load_robot_model(ur5e), ur5e)
    with pytest.raises(KinematicsError, match='waist'):
        Kinematics(contract('widowx'), urdf)


def test_missing_pinocchio_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, 'pinocchio', None)
    with pytest.raises(KinematicsError, match='pip install pin'):
        Kinematics.for_embodiment(contract('widowx'))


@each_robot
def test_poses_along_a_path_are_those_of_each_configuration(robot):
    arm, random = kinematics(robot), np.random.default_rng(0)
    lower, upper = allowed_range(robot)
    path = random.uniform(lower, upper, (20, len(lower)))
    positions, rotations = arm.tcp_poses(path)
    for q, position, rotation in zip(path, positions, rotations, strict=True):
        pose = arm.tcp_pose(q)
        np.testing.assert_array_equal(position, pose.position)
        np.testing.assert_array_equal(rotation, pose.rotation)
    # What was returned is no view into the library's memory.
    before = positions.copy()
    arm.tcp_pose(lower)
    arm.tcp_poses(path[::-1])
    np.testing.assert_array_equal(positions, before)


@each_robot
def test_no_path_has_no_poses(robot):
    positions, rotations = kinematics(robot).tcp_poses(np.empty((0, len(contract(robot).joints))))
    assert positions.shape == (0, 3)
    assert rotations.shape == (0, 3, 3)


@each_robot
def test_frames_of_the_joints_follow_the_model(robot):
    """Against the chain of the model's numbers, multiplied up here."""
    arm, model = kinematics(robot), load_robot_model(contract(robot))
    random = np.random.default_rng(1)
    lower, upper = allowed_range(robot)
    for _ in range(5):
        q = random.uniform(lower, upper)
        frames = arm.joint_poses(q)
        assert len(frames) == len(q) + 1
        np.testing.assert_array_equal(frames[0].position, 0.0)
        np.testing.assert_array_equal(frames[0].rotation, np.eye(3))
        place, joint = Pose.from_xyz_rpy(), 0
        for segment in model.segments:
            place = place @ Pose.from_xyz_rpy(segment.xyz, segment.rpy)
            if segment.kind == 'fixed':
                continue
            axis = np.array(segment.axis)
            cross = np.cross(np.eye(3), axis)  # rows e × a, so this is minus the usual matrix
            angle = q[joint]
            turned = np.eye(3) - np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
            joint += 1
            place = place @ Pose(np.zeros(3), turned)
            np.testing.assert_allclose(frames[joint].position, place.position, atol=1e-12)
            np.testing.assert_allclose(frames[joint].rotation, place.rotation, atol=1e-12)
        assert joint == len(q)


def test_frames_are_refused_for_positions_of_another_shape():
    with pytest.raises(KinematicsError, match='shape'):
        kinematics('ur5e').joint_poses(np.zeros(7))


@each_robot
def test_the_model_of_the_library_has_the_joints_in_order(robot):
    arm = kinematics(robot)
    assert tuple(arm.pinocchio_model.names)[1:] == arm.joints
    assert arm.pinocchio.__name__ == 'pinocchio'
    assert arm.pinocchio_model.nq == len(arm.joints)
