# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The bodies of an arm: where they are, what the fingers need, and how far they can move."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pinocchio
import pytest

from octo_ros.geometry import Pose
from octo_ros.robots.urdf import to_urdf
from octo_ros.safety.collision.body import FINGERS, arm_bodies, levers


def surface(shape, random, count=60):
    """Random points on or in a shape, in its own frame."""
    points = random.uniform(-1.0, 1.0, (count, 3))
    if shape.kind == 'box':
        return 0.5 * points * shape.size
    radius, length = shape.size
    points *= radius / np.maximum(np.linalg.norm(points, axis=1), 1.0)[:, None]
    points[:, 2] += 0.5 * length * random.choice([-1.0, 1.0], count)
    return points


def moved(pose, points):
    return pose.position + points @ np.asarray(pose.rotation).T


def urdf_poses(arm, q, travel=0.0):
    """Of every frame, from the URDF with its fingers: nothing that is tested here."""
    model = pinocchio.buildModelFromXML(to_urdf(arm.model, arm.embodiment))
    data, full = model.createData(), pinocchio.neutral(model)
    for name, value in zip(arm.embodiment.joints, q, strict=True):
        full[model.joints[model.getJointId(name)].idx_q] = value
    for finger in arm.model.fingers:
        full[model.joints[model.getJointId(finger.joint)].idx_q] = travel
    pinocchio.framesForwardKinematics(model, data, full)
    frames = {frame.name: data.oMf[i] for i, frame in enumerate(model.frames)}
    return {name: Pose(frame.translation, frame.rotation) for name, frame in frames.items()}


def test_every_collision_shape_is_a_body_and_the_fingers_are_one(arm):
    bodies, model = arm_bodies(arm.model), arm.model
    expected = [model.base_link] * len(model.base_shapes)
    expected += [s.link for s in model.segments for shape in s.shapes if shape.collide]
    assert [body.link for body in bodies] == [*expected, FINGERS]
    joints = [body.joint for body in bodies]
    assert joints == sorted(joints)
    assert joints[0] == 0
    assert joints[-1] == len(arm.home)


def test_shapes_for_display_only_are_no_bodies(ur5e):
    segment = ur5e.model.segments[1]
    hidden = tuple(replace(shape, collide=False) for shape in segment.shapes)
    segments = list(ur5e.model.segments)
    segments[1] = replace(segment, shapes=hidden)
    bodies = arm_bodies(replace(ur5e.model, segments=tuple(segments)))
    assert segment.link not in {body.link for body in bodies}
    assert len(bodies) == len(arm_bodies(ur5e.model)) - len(segment.shapes)


def test_bodies_are_where_the_urdf_has_their_links(arm):
    """Along the links, fixed ones included, in random configurations."""
    random, bodies = np.random.default_rng(0), arm_bodies(arm.model)
    shapes = [(arm.model.base_link, shape) for shape in arm.model.base_shapes]
    shapes += [(s.link, shape) for s in arm.model.segments for shape in s.shapes if shape.collide]
    for _ in range(3):
        q = arm.anywhere(random)
        frames, joints = urdf_poses(arm, q), arm.kinematics.joint_poses(q)
        for body, (link, shape) in zip(bodies, shapes, strict=False):
            expected = frames[link] @ Pose.from_xyz_rpy(shape.xyz, shape.rpy)
            found = joints[body.joint] @ body.pose
            np.testing.assert_allclose(found.position, expected.position, atol=1e-9)
            np.testing.assert_allclose(found.rotation, expected.rotation, atol=1e-7)
            assert body.shape.size == shape.size


def test_the_box_of_the_fingers_encloses_both_at_every_travel(arm):
    random, model = np.random.default_rng(1), arm.model
    fingers = arm_bodies(model)[-1]
    q = arm.anywhere(random)
    box = arm.kinematics.joint_poses(q)[fingers.joint] @ fingers.pose
    half = 0.5 * np.array(fingers.shape.size)
    reached = np.zeros(3)
    for travel in np.linspace(model.finger_closed, model.finger_open, 5):
        frames = urdf_poses(arm, q, travel)
        for finger in model.fingers:
            for shape in finger.shapes:
                place = frames[finger.link] @ Pose.from_xyz_rpy(shape.xyz, shape.rpy)
                local = (moved(place, surface(shape, random, 300)) - box.position) @ box.rotation
                assert (np.abs(local) <= half + 1e-9).all()
                reached = np.maximum(reached, np.abs(local).max(axis=0))
    # And it is not much larger than they are.
    assert (reached > 0.8 * half).all()


def test_fingers_made_of_capsules_are_enclosed_too(ur5e):
    capsule = replace(
        ur5e.model.fingers[0].shapes[0],
        kind='capsule',
        size=(0.01, 0.05),
        xyz=(0.0, 0.0, -0.02),
        rpy=(0.4, 0.2, 0.0),
    )
    left, right = (replace(finger, shapes=(capsule,)) for finger in ur5e.model.fingers)
    model = replace(ur5e.model, fingers=(left, right))
    body, random = arm_bodies(model)[-1], np.random.default_rng(2)
    reference = arm_bodies(ur5e.model)[-1]
    assert body.shape.kind == 'box'
    assert body.joint == reference.joint
    # In the frame of the last link, to which the fingers' origins refer.
    fixed = Pose.from_xyz_rpy()
    for segment in model.segments:
        fixed = (
            Pose.from_xyz_rpy()
            if segment.kind == 'revolute'
            else fixed @ Pose.from_xyz_rpy(segment.xyz, segment.rpy)
        )
    half = 0.5 * np.array(body.shape.size)
    for finger in model.fingers:
        for travel in (model.finger_closed, model.finger_open):
            place = Pose.from_xyz_rpy(capsule.xyz, capsule.rpy)
            points = moved(place, surface(capsule, random, 300))
            points = points + finger.xyz + np.multiply(finger.axis, travel)
            local = (moved(fixed, points) - body.pose.position) @ body.pose.rotation
            assert (np.abs(local) <= half + 1e-9).all()


def test_no_point_of_a_body_is_farther_from_its_joint_than_its_extent(arm):
    random = np.random.default_rng(3)
    for body in arm_bodies(arm.model):
        points = moved(body.pose, surface(body.shape, random, 200))
        assert np.linalg.norm(points, axis=1).max() <= body.extent + 1e-12


def test_levers_fall_towards_the_hand_and_cover_the_last_body(arm):
    bodies = arm_bodies(arm.model)
    found = levers(arm.model, bodies)
    assert found.shape == arm.home.shape
    assert (np.diff(found) <= 0.0).all()
    assert found[-1] == pytest.approx(max(b.extent for b in bodies if b.joint == len(found)))
    assert 0.1 < found[-1] < found[0] < 2.5


def test_no_point_of_the_arm_moves_farther_than_the_levers_say(arm):
    """Between random pairs of configurations, near and far, by any joints."""
    random, bodies = np.random.default_rng(4), arm_bodies(arm.model)
    reach = levers(arm.model, bodies)
    points = [surface(body.shape, random, 20) for body in bodies]
    for _ in range(40):
        q = arm.anywhere(random)
        turn = random.uniform(-1.0, 1.0, len(q)) * 10.0 ** random.uniform(-3, 0.3)
        turn *= random.random(len(q)) < 0.5
        before, after = (arm.kinematics.joint_poses(x) for x in (q, q + turn))
        for body, local in zip(bodies, points, strict=True):
            way = moved(after[body.joint] @ body.pose, local)
            way = way - moved(before[body.joint] @ body.pose, local)
            most = reach[: body.joint] @ np.abs(turn[: body.joint])
            assert np.linalg.norm(way, axis=1).max() <= most + 1e-9


def test_a_joint_without_a_body_has_the_lever_of_what_lies_beyond(ur5e):
    segments = list(ur5e.model.segments)
    bare = replace(segments[-2], shapes=()) if segments[-2].kind == 'revolute' else None
    index = len(segments) - 2 if bare else 4
    segments[index] = replace(segments[index], shapes=())
    model = replace(ur5e.model, segments=tuple(segments))
    found = levers(model, arm_bodies(model))
    assert (np.diff(found) <= 1e-12).all()
    assert (found > 0.0).all()
