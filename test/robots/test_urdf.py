# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The URDF is one that other programs read, and says what model and contract say."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from xml.etree import ElementTree as ET

import mujoco
import numpy as np
import pinocchio
import pytest

from octo_ros.embodiment import load_embodiment, robot_names
from octo_ros.robots.model import Shape, load_robot_model
from octo_ros.robots.urdf import to_urdf

each_robot = pytest.mark.parametrize('robot', robot_names())
contract = lru_cache(load_embodiment)


def write(robot: str) -> str:
    return to_urdf(load_robot_model(contract(robot)), contract(robot))


@each_robot
def test_pinocchio_reads_joints_and_limits(robot):
    embodiment, model = contract(robot), load_robot_model(contract(robot))
    arm = pinocchio.buildModelFromXML(write(robot))
    fingers = tuple(finger.joint for finger in model.fingers)
    assert tuple(arm.names)[1:] == embodiment.joints + fingers
    n, limits = len(embodiment.joints), embodiment.limits
    np.testing.assert_array_equal(arm.lowerPositionLimit[:n], limits.position_min)
    np.testing.assert_array_equal(arm.upperPositionLimit[:n], limits.position_max)
    np.testing.assert_array_equal(arm.velocityLimit[:n], limits.velocity)
    np.testing.assert_array_equal(arm.lowerPositionLimit[n:], model.finger_closed)
    np.testing.assert_array_equal(arm.upperPositionLimit[n:], model.finger_open)
    efforts = [segment.effort for segment in model.segments if segment.effort is not None]
    np.testing.assert_array_equal(arm.effortLimit, [*efforts, *[model.finger_effort] * 2])


@each_robot
def test_pinocchio_finds_every_frame_and_all_mass(robot):
    model = load_robot_model(contract(robot))
    arm = pinocchio.buildModelFromXML(write(robot))
    links = [model.base_link, model.tcp_link, *(part.link for part in model.segments)]
    assert all(arm.existFrame(link) for link in links)
    mass = sum(part.mass for part in (*model.segments, *model.fingers))
    assert pinocchio.computeTotalMass(arm) == pytest.approx(mass)


@each_robot
def test_collision_shapes_are_read(robot):
    urdf = write(robot)
    arm = pinocchio.buildModelFromXML(urdf)
    shapes = pinocchio.buildGeomFromUrdfString(arm, urdf, pinocchio.COLLISION)
    model = load_robot_model(contract(robot))
    expected = [
        *model.base_shapes,
        *(shape for part in (*model.segments, *model.fingers) for shape in part.shapes),
    ]
    assert shapes.ngeoms == sum(3 if shape.kind == 'capsule' else 1 for shape in expected)


@each_robot
def test_mujoco_reads_it(robot):
    embodiment = contract(robot)
    model = mujoco.MjModel.from_xml_string(write(robot))
    names = tuple(model.joint(i).name for i in range(model.njnt))
    assert names[: len(embodiment.joints)] == embodiment.joints
    assert model.nq == len(embodiment.joints) + 2


@each_robot
def test_second_finger_follows_the_first(robot):
    first, second = load_robot_model(contract(robot)).fingers
    mimics = {
        joint.get('name'): mimic.get('joint')
        for joint in ET.fromstring(write(robot)).iter('joint')
        if (mimic := joint.find('mimic')) is not None
    }
    assert mimics == {second.joint: first.joint}


def test_display_only_shapes_do_not_collide():
    embodiment = contract('widowx')
    shape = Shape(kind='box', size=(0.1, 0.2, 0.3), collide=False)
    model = replace(load_robot_model(embodiment), base_shapes=(shape,))
    base = ET.fromstring(to_urdf(model, embodiment)).find("link[@name='base_link']")
    assert base.find('visual/geometry/box').get('size') == '0.1 0.2 0.3'
    assert base.find('collision') is None


def test_capsule_is_a_cylinder_with_a_ball_at_each_end():
    embodiment = contract('widowx')
    shape = Shape(kind='capsule', size=(0.1, 0.4), xyz=(1.0, 0.0, 0.0), rpy=(0.0, np.pi / 2, 0.0))
    model = replace(load_robot_model(embodiment), base_shapes=(shape,))
    base = ET.fromstring(to_urdf(model, embodiment)).find("link[@name='base_link']")
    cylinder = base.find('collision/geometry/cylinder')
    assert (cylinder.get('radius'), cylinder.get('length')) == ('0.1', '0.4')
    balls = [c for c in base.iter('collision') if c.find('geometry/sphere') is not None]
    centers = [np.fromstring(ball.find('origin').get('xyz'), sep=' ') for ball in balls]
    np.testing.assert_allclose(
        sorted(centers, key=lambda c: c[0]), [[0.8, 0, 0], [1.2, 0, 0]], atol=1e-12
    )
