# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The judge's kinematics against pinocchio's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from octo_ros.robots.kinematics import Kinematics
from octo_ros.safety.fuzz.arm import Arm, rotation_axis, rotation_rpy


def test_the_tcp_is_where_pinocchio_has_it(any_robot):
    embodiment, _, judge = any_robot
    kinematics = Kinematics.for_embodiment(embodiment)
    limits = embodiment.limits
    random = np.random.default_rng(1)
    positions = random.uniform(
        limits.position_min, limits.position_max, (200, len(embodiment.joints))
    )
    tcp, rotation = judge.arm.tcp(judge.arm.frames(positions))
    for q, place, turn in zip(positions, tcp, rotation, strict=True):
        pose = kinematics.tcp_pose(q)
        np.testing.assert_allclose(place, pose.position, atol=1e-12)
        np.testing.assert_allclose(turn, pose.rotation, atol=1e-12)


def test_every_shape_that_collides_is_there_once(any_robot):
    _, model, judge = any_robot
    shapes = [*model.base_shapes]
    for segment in model.segments:
        shapes += segment.shapes
    # One more, around the fingers.
    assert len(judge.arm.solids) == sum(shape.collide for shape in shapes) + 1
    bodies = [solid.body for solid in judge.arm.solids]
    assert bodies == sorted(bodies)
    assert bodies[0] == 0
    assert bodies[-1] == len(model.joint_names)


def test_the_fingers_reach_from_closed_to_open(any_robot):
    _, model, judge = any_robot
    solid = judge.arm.solids[-1]
    assert (solid.link, solid.finger, solid.box) == ('fingers', True, True)
    ends = []
    for finger in model.fingers:
        for shape in finger.shapes:
            half = 0.5 * np.array(shape.size)
            for travel in (model.finger_closed, model.finger_open):
                center = np.add(finger.xyz, shape.xyz) + travel * np.array(finger.axis)
                ends += [center - half, center + half]
    np.testing.assert_allclose(solid.place - solid.half, np.min(ends, axis=0), atol=1e-12)
    np.testing.assert_allclose(solid.place + solid.half, np.max(ends, axis=0), atol=1e-12)


def test_a_finger_that_slides_askew_is_refused(any_robot):
    _, model, _ = any_robot
    left, right = model.fingers
    askew = replace(left, axis=(0.0, 0.8, 0.6))
    with pytest.raises(ValueError, match='slide along one of their own axes'):
        Arm(replace(model, fingers=(askew, right)))


def test_the_gripper_reaches_along_its_approach_axis(any_robot):
    embodiment, model, judge = any_robot
    home = np.array([embodiment.home])
    _, rotation = judge.arm.tcp(judge.arm.frames(home))
    down = judge.arm.approach(rotation)[0]
    np.testing.assert_allclose(down, rotation[0] @ np.array(model.approach_axis), atol=1e-15)
    np.testing.assert_allclose(down, [0.0, 0.0, -1.0], atol=1e-5)


def test_rotations_turn_as_they_should():
    quarter = rotation_axis(np.array([0.0, 0.0, 2.0]), np.array([np.pi / 2]))[0]
    np.testing.assert_allclose(quarter @ [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], atol=1e-15)
    both = rotation_rpy((np.pi / 2, 0.0, np.pi / 2))
    np.testing.assert_allclose(both @ [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], atol=1e-15)
