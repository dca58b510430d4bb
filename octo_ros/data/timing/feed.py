# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Bag messages → the observation builder, as the callbacks of the live node feed it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from octo_ros.data.fields import vector
from octo_ros.errors import BagError, ObservationError
from octo_ros.geometry import Pose, matrix_from_quaternion
from octo_ros.observation.joints import decode_joints
from octo_ros.observation.sync import ObservationBuilder
from octo_ros.types import Sample

if TYPE_CHECKING:
    from octo_ros.data.bags.bag import Bag, BagMessage
    from octo_ros.data.timing.clock import Clock
    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array

IMAGE_TYPES = ('sensor_msgs/msg/Image', 'sensor_msgs/msg/CompressedImage')
JOINT_TYPES = ('sensor_msgs/msg/JointState',)
POSE_TYPES = ('geometry_msgs/msg/PoseStamped',)


class Feed:
    """Routes messages to an `ObservationBuilder`.

    Args:
        embodiment: Names the topics.
        tcp_pose: Forward kinematics, or None if `pose_topic` is given.
        pose_topic: PoseStamped topic of the TCP in the base frame; then the joint states need only
            the gripper.
        clocks: Topic to how its messages are stamped; others by their header, else by their
            arrival.

    Attributes:
        builder: Gets every usable message.
        unusable: Why joint states could not be used, to how many of them.
    """

    def __init__(
        self,
        embodiment: Embodiment,
        tcp_pose: Callable[[Array], Pose] | None,
        pose_topic: str | None,
        clocks: Mapping[str, Clock] = MappingProxyType({}),
    ) -> None:
        self._embodiment = embodiment
        self._pose_topic = pose_topic
        self._clocks = clocks
        self._joints = embodiment.joints if pose_topic is None else ()
        self.builder = ObservationBuilder(embodiment, None if pose_topic else tcp_pose)
        self.unusable: Counter[str] = Counter()
        self._routes: dict[str, list[Callable[[BagMessage, int], None]]] = {}
        for key, camera in embodiment.cameras.items():
            self._route(camera.topic, partial(self._add_image, key))
        self._route(embodiment.joint_states.topic, self._add_joints)
        if pose_topic:
            self._route(pose_topic, self._add_pose)

    @property
    def topics(self) -> list[str]:
        """Every topic that the feed wants, each once."""
        return list(self._routes)

    def check(self, bag: Bag) -> None:
        """Check that a bag has what is needed.

        Raises:
            BagError: A topic is missing or has the wrong type.
        """
        for key, camera in self._embodiment.cameras.items():
            bag.require(camera.topic, IMAGE_TYPES, key)
        bag.require(self._embodiment.joint_states.topic, JOINT_TYPES, 'joint states')
        if self._pose_topic:
            bag.require(self._pose_topic, POSE_TYPES, 'TCP pose')

    def add(self, message: BagMessage) -> None:
        """Hand a message on; joint states that cannot be used are counted in `unusable` by reason.

        Raises:
            BagError: A pose is given in another frame than the embodiment's base frame.
        """
        clock = self._clocks.get(message.topic)
        stamp_ns = message.stamp_ns if clock is None else clock.stamp_ns(message)
        for route in self._routes.get(message.topic, ()):
            route(message, stamp_ns)

    def _route(self, topic: str, route: Callable[[BagMessage, int], None]) -> None:
        self._routes.setdefault(topic, []).append(route)

    def _add_image(self, key: str, message: BagMessage, stamp_ns: int) -> None:
        self.builder.add_image(key, Sample(stamp_ns, message.received_ns, message.value))

    def _add_joints(self, message: BagMessage, stamp_ns: int) -> None:
        try:
            joints = decode_joints(message.value, self._joints, self._embodiment.gripper, stamp_ns)
        except ObservationError as error:
            self.unusable[str(error)] += 1
            return
        self.builder.add_joints(Sample(stamp_ns, message.received_ns, joints))

    def _add_pose(self, message: BagMessage, stamp_ns: int) -> None:
        self.builder.add_pose(Sample(stamp_ns, message.received_ns, self._pose(message)))

    def _pose(self, message: BagMessage) -> Pose:
        frame = message.value.header.frame_id
        if frame != self._embodiment.base_frame:
            msg = (
                f'{message.topic} gives poses in frame {frame!r}; expected the base frame '
                f'{self._embodiment.base_frame!r} of {self._embodiment.name}.'
            )
            raise BagError(msg)
        p, q = message.value.pose.position, message.value.pose.orientation
        return Pose(vector(p), matrix_from_quaternion([q.x, q.y, q.z, q.w]))
