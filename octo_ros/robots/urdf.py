# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A robot model as URDF: for kinematics, for RViz and for tools that know nothing of this package.

URDF has no capsule that every reader understands, so a capsule is written as a cylinder and two
spheres, which fill exactly the same space.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from octo_ros.geometry import Pose
from octo_ros.robots.inertia import link_inertia

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from octo_ros.embodiment import Embodiment
    from octo_ros.robots.model import Finger, RobotModel, Segment, Shape


def to_urdf(model: RobotModel, embodiment: Embodiment) -> str:
    """Write the URDF of an arm with its gripper and its TCP frame.

    Args:
        model: The geometry of `embodiment` (`load_robot_model`).
        embodiment: Its contract, which gives the joints' position and velocity limits.

    Returns:
        The XML document. Root link is the base frame; the second finger mimics the first.
    """
    robot = ET.Element('robot', name=embodiment.name)
    _add_link(robot, model.base_link, model.base_shapes)
    limits = embodiment.limits
    ranges = dict(
        zip(
            embodiment.joints,
            zip(limits.position_min, limits.position_max, limits.velocity, strict=True),
            strict=True,
        )
    )
    parent = model.base_link
    for segment in model.segments:
        joint = _add_segment(robot, segment, parent)
        if segment.effort is not None:
            _add_limit(joint, *ranges[segment.joint], segment.effort)
        parent = segment.link
    for finger in model.fingers:
        _add_finger(robot, finger, model, parent)
    tcp = _add_joint(robot, f'{model.tcp_link}_joint', 'fixed', parent, model.tcp_link)
    _add_origin(tcp, model.tcp_xyz, model.tcp_rpy)
    _add_link(robot, model.tcp_link)
    ET.indent(robot)
    return ET.tostring(robot, encoding='unicode')


def _add_segment(robot: ET.Element, segment: Segment, parent: str) -> ET.Element:
    joint = _add_joint(robot, segment.joint, segment.kind, parent, segment.link)
    _add_origin(joint, segment.xyz, segment.rpy)
    if segment.kind == 'revolute':
        ET.SubElement(joint, 'axis', xyz=_text(segment.axis))
    _add_link(robot, segment.link, segment.shapes, segment.mass)
    return joint


def _add_finger(robot: ET.Element, finger: Finger, model: RobotModel, parent: str) -> None:
    joint = _add_joint(robot, finger.joint, 'prismatic', parent, finger.link)
    _add_origin(joint, finger.xyz)
    ET.SubElement(joint, 'axis', xyz=_text(finger.axis))
    _add_limit(
        joint, model.finger_closed, model.finger_open, model.finger_speed, model.finger_effort
    )
    leader = model.fingers[0]
    if finger is not leader:
        ET.SubElement(joint, 'mimic', joint=leader.joint)
    _add_link(robot, finger.link, finger.shapes, finger.mass)


def _add_joint(robot: ET.Element, name: str, kind: str, parent: str, child: str) -> ET.Element:
    joint = ET.SubElement(robot, 'joint', name=name, type=kind)
    ET.SubElement(joint, 'parent', link=parent)
    ET.SubElement(joint, 'child', link=child)
    return joint


def _add_limit(
    joint: ET.Element, lower: float, upper: float, velocity: float, effort: float
) -> None:
    ET.SubElement(
        joint,
        'limit',
        lower=_text([lower]),
        upper=_text([upper]),
        velocity=_text([velocity]),
        effort=_text([effort]),
    )


def _add_link(
    robot: ET.Element, name: str, shapes: Sequence[Shape] = (), mass: float = 0.0
) -> None:
    link = ET.SubElement(robot, 'link', name=name)
    if mass > 0.0:
        _add_inertial(link, shapes, mass)
    for shape in shapes:
        for tag in ('visual', 'collision') if shape.collide else ('visual',):
            _add_shape(link, tag, shape)


def _add_inertial(link: ET.Element, shapes: Sequence[Shape], mass: float) -> None:
    inertia = link_inertia(shapes, mass)
    inertial = ET.SubElement(link, 'inertial')
    _add_origin(inertial, inertia.center)
    ET.SubElement(inertial, 'mass', value=_text([mass]))
    (xx, xy, xz), (_, yy, yz), (_, _, zz) = inertia.matrix
    moments = {'ixx': xx, 'ixy': xy, 'ixz': xz, 'iyy': yy, 'iyz': yz, 'izz': zz}
    ET.SubElement(inertial, 'inertia', {key: _text([value]) for key, value in moments.items()})


def _add_shape(link: ET.Element, tag: str, shape: Shape) -> None:
    for kind, sizes, xyz in _primitives(shape):
        element = ET.SubElement(link, tag)
        _add_origin(element, xyz, shape.rpy)
        ET.SubElement(ET.SubElement(element, 'geometry'), kind, sizes)


def _primitives(shape: Shape) -> Iterator[tuple[str, dict[str, str], Iterable[float]]]:
    """The URDF shapes that make up a shape: tag, attributes, centre in the link's frame."""
    if shape.kind == 'box':
        yield 'box', {'size': _text(shape.size)}, shape.xyz
        return
    radius, length = shape.size
    pose = Pose.from_xyz_rpy(shape.xyz, shape.rpy)
    yield 'cylinder', {'radius': _text([radius]), 'length': _text([length])}, shape.xyz
    for end in (-length / 2, length / 2):
        center = pose @ Pose.from_xyz_rpy((0.0, 0.0, end))
        yield 'sphere', {'radius': _text([radius])}, center.position


def _add_origin(
    element: ET.Element, xyz: Iterable[float], rpy: Iterable[float] = (0.0, 0.0, 0.0)
) -> None:
    ET.SubElement(element, 'origin', xyz=_text(xyz), rpy=_text(rpy))


def _text(values: Iterable[float]) -> str:
    """Numbers with all their digits, as URDF wants them."""
    return ' '.join(repr(float(value)) for value in values)
