# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The geometry of an arm as numbers: one source for the URDF and the simulator's MJCF.

Read from `config/robots/models/*.yaml`. Lengths in m, angles in rad, masses in kg.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field, model_validator

from octo_ros.config import config_dataclass, load_yaml, parse
from octo_ros.embodiment import Embodiment
from octo_ros.errors import ConfigError
from octo_ros.limits import Vector3
from octo_ros.resources import share_directory

ZERO: Vector3 = (0.0, 0.0, 0.0)
Size = Annotated[float, Field(gt=0)]


@config_dataclass
class Shape:
    """A collision and display shape, placed in its link's frame.

    Attributes:
        kind: `capsule` along its own z, or `box`.
        size: Capsule: radius, length of the cylindrical part; box: full lengths along x, y, z.
        xyz: Centre.
        rpy: Orientation.
        collide: Part of the collision model (False: display only).
    """

    kind: Literal['capsule', 'box']
    size: tuple[Size, ...]
    xyz: Vector3 = ZERO
    rpy: Vector3 = ZERO
    collide: bool = True

    @model_validator(mode='after')
    def _has_its_sizes(self) -> Shape:
        count = {'capsule': 2, 'box': 3}[self.kind]
        if len(self.size) != count:
            msg = f'a {self.kind} has {count} sizes, not {len(self.size)}'
            raise ValueError(msg)
        return self


@config_dataclass
class Segment:
    """A joint and the link that it moves.

    Attributes:
        joint: Joint name.
        link: Name of the moved link, whose frame is the joint's frame.
        kind: `revolute` or `fixed`.
        xyz: Joint origin in the previous link.
        rpy: Joint orientation in the previous link.
        axis: Rotation axis in the joint's frame.
        effort: Largest torque of the joint [Nm]; every revolute joint has one, a fixed one none.
        mass: Mass of the link; 0 only for a fixed frame.
        shapes: Shapes of the link.
    """

    joint: str
    link: str
    kind: Literal['revolute', 'fixed'] = 'revolute'
    xyz: Vector3 = ZERO
    rpy: Vector3 = ZERO
    axis: Vector3 = (0.0, 0.0, 1.0)
    effort: Size | None = None
    mass: Annotated[float, Field(ge=0)] = 0.0
    shapes: tuple[Shape, ...] = ()

    @model_validator(mode='after')
    def _is_consistent(self) -> Segment:
        moves = self.kind == 'revolute'
        if moves != (self.effort is not None):
            msg = f'{self.joint}: a revolute joint needs an effort, a fixed joint has none'
            raise ValueError(msg)
        if self.mass == 0.0 and (moves or self.shapes):
            msg = f'{self.link}: only a fixed link without shapes may have mass 0'
            raise ValueError(msg)
        return self


@config_dataclass
class Finger:
    """One of the two fingers, sliding on the last segment's link.

    Attributes:
        joint: Joint name.
        link: Link name.
        xyz: Origin at travel 0, which is where both fingers would touch.
        axis: Direction of opening, in the parent link.
        mass: Mass.
        shapes: Shapes, the pad first; the pad's inner face lies in the plane through the origin,
            normal to `axis`.
    """

    joint: str
    link: str
    xyz: Vector3
    axis: Vector3
    mass: Size
    shapes: tuple[Shape, ...]


@config_dataclass
class RobotModel:
    """A serial arm with a parallel gripper.

    Attributes:
        base_link: Name of the fixed link.
        base_shapes: Shapes of the fixed link.
        segments: From the base outwards.
        tcp_link: Name of the TCP frame, fixed to the last segment's link.
        tcp_xyz: Its origin.
        tcp_rpy: Its orientation.
        approach_axis: Direction in the TCP frame in which the gripper reaches: away from the palm.
        fingers: The two fingers.
        finger_closed: Travel of each finger when closed.
        finger_open: Travel of each finger when open.
        finger_effort: Largest force of each finger [N].
        finger_speed: Largest speed of each finger [m/s].
        always_near: Pairs of links that cannot get away from each other, though a joint lies
            between them: not watched for collisions.
    """

    base_link: str
    base_shapes: tuple[Shape, ...]
    segments: tuple[Segment, ...]
    tcp_link: str
    tcp_xyz: Vector3
    tcp_rpy: Vector3
    approach_axis: Vector3
    fingers: tuple[Finger, Finger]
    finger_closed: Annotated[float, Field(ge=0)]
    finger_open: Size
    finger_effort: Size
    finger_speed: Size
    always_near: tuple[tuple[str, str], ...]

    @property
    def joint_names(self) -> tuple[str, ...]:
        """Names of the moving arm joints, from the base outwards."""
        return tuple(segment.joint for segment in self.segments if segment.kind == 'revolute')

    def with_prefix(self, prefix: str) -> RobotModel:
        """The same arm with `prefix` before every joint and link name."""
        left, right = (
            replace(f, joint=prefix + f.joint, link=prefix + f.link) for f in self.fingers
        )
        return replace(
            self,
            base_link=prefix + self.base_link,
            tcp_link=prefix + self.tcp_link,
            segments=tuple(
                replace(s, joint=prefix + s.joint, link=prefix + s.link) for s in self.segments
            ),
            fingers=(left, right),
            always_near=tuple((prefix + a, prefix + b) for a, b in self.always_near),
        )


def load_robot_model(embodiment: Embodiment) -> RobotModel:
    """Read the geometry that an embodiment names.

    Raises:
        ConfigError: The file is missing, breaks the form, or has other joints or frames than the
            embodiment.
    """
    path = share_directory() / 'config/robots' / embodiment.model.file
    model = parse(RobotModel, load_yaml(path), str(path)).with_prefix(embodiment.model.prefix)
    contract = (embodiment.base_frame, embodiment.tcp_frame, embodiment.joints)
    geometry = (model.base_link, model.tcp_link, model.joint_names)
    if contract != geometry:
        msg = (
            f'The contract of {embodiment.name} says base frame, TCP frame and joints {contract},'
            f' but {path} with prefix {embodiment.model.prefix!r} has {geometry}; they must agree.'
        )
        raise ConfigError(msg)
    return model
