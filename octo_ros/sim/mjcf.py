# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A robot's numbers → a MuJoCo arm with position servos and a two-finger gripper.

Links are bodies of the links' names, joints and servos carry the joints' names, the TCP is a site.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.geometry import matrix_from_rpy, quaternion_from_matrix
from octo_ros.robots.inertia import link_inertia
from octo_ros.sim.engine import mujoco

if TYPE_CHECKING:
    from octo_ros.embodiment import Embodiment
    from octo_ros.robots.inertia import Inertia
    from octo_ros.robots.model import Finger, RobotModel, Segment, Shape
    from octo_ros.sim.layout import Rgb

GRIPPER = 'gripper'
ARM_GROUP, WORLD_GROUP = 2, 1
STIFF_CONTACT = (0.008, 1.0)  # time constant [s], damping ratio

_MOTOR_ACCELERATION = 100.0  # rad/s² of a joint's motor alone at full torque
_SERVO_FREQUENCY = 60.0  # rad/s; the arm follows its reference 2/60 s behind
_FINGER_STIFFNESS = 4000.0  # N/m
_FINGER_COLOR = (0.16, 0.17, 0.19, 1.0)
_PAD_FRICTION = (1.5, 0.02, 0.0005)  # rubber: sliding, torsional [m], rolling [m]


def quaternion(rotation: np.ndarray) -> np.ndarray:
    """Rotation matrix → quaternion in MuJoCo's order (w, x, y, z)."""
    x, y, z, w = quaternion_from_matrix(rotation)
    return np.array([w, x, y, z])


def add_arm(spec: mujoco.MjSpec, model: RobotModel, colors: tuple[Rgb, ...]) -> None:
    """Add base, links, fingers, TCP and servos, with the base frame at the world's origin.

    Arm shapes touch the world but not one another: self-collision is the safety filter's concern.

    Args:
        spec: The model under construction.
        model: The arm.
        colors: Colours of the links, repeated as needed.
    """
    body = spec.worldbody.add_body(name=model.base_link)
    _add_shapes(body, model.base_shapes, (*colors[0], 1.0))
    for index, segment in enumerate(model.segments, start=1):
        body = _add_segment(body, segment, (*colors[index % len(colors)], 1.0))
        if segment.effort is not None:
            servo = spec.add_actuator(name=segment.joint, target=segment.joint)
            servo.trntype = mujoco.mjtTrn.mjTRN_JOINT
            servo.set_to_position(kp=1.0, kv=1.0)  # tuned once the inertia is known
            servo.forcerange = (-segment.effort, segment.effort)
    body.add_site(
        name=model.tcp_link,
        pos=model.tcp_xyz,
        quat=quaternion(matrix_from_rpy(model.tcp_rpy)),
        size=[0.002] * 3,
        group=4,  # not drawn
    )
    for finger in model.fingers:
        _add_finger(body, finger, model)
    _couple_fingers(spec, model)


def tune_servos(model: mujoco.MjModel, data: mujoco.MjData, embodiment: Embodiment) -> None:
    """Give every arm servo the same critically damped response at the home configuration.

    Args:
        model: Compiled model; its gains are changed.
        data: Scratch, left at home.
        embodiment: Joints and home.
    """
    for name, position in zip(embodiment.joints, embodiment.home, strict=True):
        data.qpos[model.joint(name).qposadr[0]] = position
    mujoco.mj_forward(model, data)
    column = np.empty(model.nv)
    for name in embodiment.joints:
        dof = model.joint(name).dofadr[0]
        mujoco.mj_mulM(model, data, column, np.eye(model.nv)[dof])
        stiffness = column[dof] * _SERVO_FREQUENCY**2
        damping = 2.0 * column[dof] * _SERVO_FREQUENCY
        servo = model.actuator(name).id
        model.actuator_gainprm[servo, 0] = stiffness
        model.actuator_biasprm[servo, 1:3] = -stiffness, -damping


def _add_segment(
    parent: mujoco.MjsBody, segment: Segment, rgba: tuple[float, ...]
) -> mujoco.MjsBody:
    body = parent.add_body(
        name=segment.link, pos=segment.xyz, quat=quaternion(matrix_from_rpy(segment.rpy))
    )
    if segment.shapes:
        _weigh(body, link_inertia(segment.shapes, segment.mass))
    if segment.effort is not None:
        body.add_joint(
            name=segment.joint,
            type=mujoco.mjtJoint.mjJNT_HINGE,
            axis=segment.axis,
            armature=segment.effort / _MOTOR_ACCELERATION,
        )
    _add_shapes(body, segment.shapes, rgba)
    return body


def _weigh(body: mujoco.MjsBody, inertia: Inertia) -> None:
    """Give the body its mass, held against gravity as the arm's own controller does."""
    m = inertia.matrix
    body.explicitinertial = True
    body.mass, body.ipos = inertia.mass, inertia.center
    body.fullinertia = [m[0, 0], m[1, 1], m[2, 2], m[0, 1], m[0, 2], m[1, 2]]
    body.gravcomp = 1.0


def _add_shapes(body: mujoco.MjsBody, shapes: tuple[Shape, ...], rgba: tuple[float, ...]) -> None:
    for shape in shapes:
        half = 0.5 * np.array(shape.size)
        if shape.kind == 'capsule':
            kind, size = mujoco.mjtGeom.mjGEOM_CAPSULE, [shape.size[0], half[1], 0.0]
        else:
            kind, size = mujoco.mjtGeom.mjGEOM_BOX, list(half)
        body.add_geom(
            type=kind,
            size=size,
            pos=shape.xyz,
            quat=quaternion(matrix_from_rpy(shape.rpy)),
            rgba=rgba,
            contype=ARM_GROUP if shape.collide else 0,
            conaffinity=WORLD_GROUP if shape.collide else 0,
        )


def _add_finger(hand: mujoco.MjsBody, finger: Finger, model: RobotModel) -> None:
    body = hand.add_body(name=finger.link, pos=finger.xyz)
    _weigh(body, link_inertia(finger.shapes, finger.mass))
    body.add_joint(
        name=finger.joint,
        type=mujoco.mjtJoint.mjJNT_SLIDE,
        axis=finger.axis,
        range=(model.finger_closed, model.finger_open),
        limited=mujoco.mjtLimited.mjLIMITED_TRUE,
        damping=model.finger_effort / model.finger_speed,  # full force reaches full speed
        armature=0.1,
    )
    _add_shapes(body, finger.shapes, _FINGER_COLOR)
    for geom in body.geoms:
        geom.condim = 4
        geom.priority = 1  # the pad's friction counts, not the block's
        geom.friction = _PAD_FRICTION
        geom.solref = STIFF_CONTACT
        geom.solimp[1] = 0.99  # hardly any penetration at full grasp force


def _couple_fingers(spec: mujoco.MjSpec, model: RobotModel) -> None:
    """One servo drives the mean travel; an equality keeps both fingers at it."""
    left, right = (finger.joint for finger in model.fingers)
    tendon = spec.add_tendon(name=GRIPPER)
    tendon.wrap_joint(left, 0.5)
    tendon.wrap_joint(right, 0.5)
    equal = spec.add_equality(type=mujoco.mjtEq.mjEQ_JOINT, name1=left, name2=right)
    equal.objtype = mujoco.mjtObj.mjOBJ_JOINT
    equal.data[:2] = 0.0, 1.0  # left = 0 + 1 · right
    servo = spec.add_actuator(name=GRIPPER, target=GRIPPER)
    servo.trntype = mujoco.mjtTrn.mjTRN_TENDON
    servo.set_to_position(kp=_FINGER_STIFFNESS)
    servo.forcerange = (-2.0 * model.finger_effort, 2.0 * model.finger_effort)
