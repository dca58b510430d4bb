# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Bag messages → the observation builder, as the callbacks of the live node feed it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from octo_ros.data.frames import frame_name
from octo_ros.data.poses import pose_from_message
from octo_ros.data.timing.tf_pose import TfPoseTrack, require_chain
from octo_ros.errors import BagError, ObservationError
from octo_ros.observation.durations import to_ns
from octo_ros.observation.joints import decode_joints
from octo_ros.observation.low_dim import LOW_DIM_TYPES, decode_low_dim
from octo_ros.observation.sync import ObservationBuilder
from octo_ros.types import Sample

if TYPE_CHECKING:
    from octo_ros.data.bags.bag import Bag, BagMessage
    from octo_ros.data.timing.clock import Clock
    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array, Pose
    from octo_ros.sources import LowDimSource

IMAGE_TYPES = ('sensor_msgs/msg/Image', 'sensor_msgs/msg/CompressedImage')
DEPTH_TYPES = {'raw': IMAGE_TYPES[0], 'compressedDepth': IMAGE_TYPES[1]}
JOINT_TYPES = ('sensor_msgs/msg/JointState',)
POSE_TYPES = ('geometry_msgs/msg/PoseStamped',)
NO_POSE = 'the pose has numbers that are not finite, or a quaternion of length 0.'


class Feed:
    """Routes messages to an `ObservationBuilder`.

    Args:
        embodiment: Names the topics.
        tcp_pose: Forward kinematics, or None if `pose_topic` is given.
        pose_topic: PoseStamped topic of the TCP in the base frame, or a topic of transforms, whose
            name ends in `/tf` (then `prepare` must be called); the joint states need only the
            gripper then.
        clocks: Topic to how its messages are stamped; others by their header, else by their
            arrival.

    Attributes:
        builder: Gets every usable message.
        examples: Reason of `unusable` to the first whole sentence about it.
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
        self._unusable: Counter[str] = Counter()
        self.examples: dict[str, str] = {}
        self._transforms: TfPoseTrack | None = None
        self._routes: dict[str, list[Callable[[BagMessage, int], None]]] = {}
        for key, camera in embodiment.cameras.items():
            self._route(camera.topic, partial(self._add_image, key))
        for key, depth in embodiment.depth_cameras.items():
            self._route(depth.topic, partial(self._add_image, key))
        self._route(embodiment.joint_states.topic, self._add_joints)
        for key, source in embodiment.low_dim.items():
            self._route(source.topic, partial(self._add_low_dim, key, source))
        twice = [t for t in self._routes if t in clocks and clocks[t].latency_ns]
        if twice:
            msg = f"The latency of {', '.join(twice)} is the embodiment's; the clock must have 0."
            raise ValueError(msg)
        if pose_topic and _is_tf(pose_topic):
            self._transforms = TfPoseTrack(
                embodiment.base_frame,
                embodiment.tcp_frame,
                to_ns(embodiment.joint_states.max_age),
            )
            self._route(pose_topic, partial(self._add_transforms, self._transforms))
            self._route(_static(pose_topic), partial(self._add_transforms, self._transforms))
        elif pose_topic:
            self._route(pose_topic, self._add_pose)

    @property
    def topics(self) -> list[str]:
        """Every topic that the feed wants, each once."""
        return list(self._routes)

    @property
    def unusable(self) -> Counter[str]:
        """Why messages of joints, numbers and poses were of no use, to how many were not.

        A reason begins with the topic, `/joint_states: …`, and holds no numbers of a message.
        """
        transforms = self._transforms.unusable if self._transforms else Counter[str]()
        named = {f'{self._pose_topic}: {reason}': n for reason, n in transforms.items()}
        return self._unusable + Counter(named)

    def prepare(self, bag: Bag) -> None:
        """Read what was sent once, maybe long before an episode: the static transforms.

        Raises:
            BagError: The bag is damaged.
        """
        if self._transforms is not None and self._pose_topic is not None:
            for message in bag.messages([_static(self._pose_topic)]):
                self._transforms.add(message)

    def check(self, bag: Bag) -> None:
        """Check that a bag has what is needed.

        Raises:
            BagError: A topic is missing or has the wrong type, or transforms do not lead from the
                base frame to the TCP.
        """
        for key, camera in self._embodiment.cameras.items():
            bag.require(camera.topic, IMAGE_TYPES, key)
        for key, depth in self._embodiment.depth_cameras.items():
            bag.require(depth.topic, (DEPTH_TYPES[depth.transport],), key)
        bag.require(self._embodiment.joint_states.topic, JOINT_TYPES, 'joint states')
        for key, source in self._embodiment.low_dim.items():
            bag.require(source.topic, (LOW_DIM_TYPES[source.kind],), key)
        if self._transforms is not None and self._pose_topic is not None:
            base, tcp = self._embodiment.base_frame, self._embodiment.tcp_frame
            require_chain(bag, base, tcp, self._pose_topic, _static(self._pose_topic))
        elif self._pose_topic:
            bag.require(self._pose_topic, POSE_TYPES, 'TCP pose')

    def add(self, message: BagMessage) -> None:
        """Hand a message on; one that cannot be used is counted in `unusable` by its reason.

        Raises:
            BagError: A pose is given in another frame than the embodiment's base frame.
        """
        clock = self._clocks.get(message.topic)
        stamp_ns = message.stamp_ns if clock is None else clock.stamp_ns(message)
        for route in self._routes.get(message.topic, ()):
            route(message, stamp_ns)

    def _route(self, topic: str, route: Callable[[BagMessage, int], None]) -> None:
        self._routes.setdefault(topic, []).append(route)

    def _refuse(self, topic: str, error: ObservationError) -> None:
        reason = f'{topic}: {error.reason}'
        self._unusable[reason] += 1
        self.examples.setdefault(reason, str(error))

    def _add_image(self, key: str, message: BagMessage, stamp_ns: int) -> None:
        self.builder.add_image(key, Sample(stamp_ns, message.received_ns, message.value))

    def _add_joints(self, message: BagMessage, stamp_ns: int) -> None:
        try:
            joints = decode_joints(message.value, self._joints, self._embodiment.gripper, stamp_ns)
        except ObservationError as error:
            self._refuse(message.topic, error)
            return
        self.builder.add_joints(Sample(stamp_ns, message.received_ns, joints))

    def _add_low_dim(
        self, key: str, source: LowDimSource, message: BagMessage, stamp_ns: int
    ) -> None:
        try:
            numbers = decode_low_dim(message.value, source)
        except ObservationError as error:
            self._refuse(message.topic, error)
            return
        self.builder.add_low_dim(key, Sample(stamp_ns, message.received_ns, numbers))

    def _add_pose(self, message: BagMessage, stamp_ns: int) -> None:
        frame = message.value.header.frame_id
        if frame_name(frame) != frame_name(self._embodiment.base_frame):
            msg = (
                f'{message.topic} gives poses in frame {frame!r}; expected the base frame '
                f'{self._embodiment.base_frame!r} of {self._embodiment.name}.'
            )
            raise BagError(msg)
        pose = pose_from_message(message.value.pose)
        if pose is None:
            self._unusable[f'{message.topic}: {NO_POSE}'] += 1
            return
        self.builder.add_pose(Sample(stamp_ns, message.received_ns, pose))

    def _add_transforms(self, transforms: TfPoseTrack, message: BagMessage, stamp_ns: int) -> None:
        del stamp_ns  # each transform has its own
        clock = self._clocks.get(self._pose_topic or '')
        latency_ns = clock.latency_ns if clock else 0
        for sample in transforms.add(message):
            self.builder.add_pose(replace(sample, stamp_ns=sample.stamp_ns - latency_ns))


def _is_tf(topic: str) -> bool:
    return topic.rsplit('/', 1)[-1] == 'tf'


def _static(tf_topic: str) -> str:
    """The topic of the static transforms beside a topic of moving ones."""
    return f'{tf_topic}_static'
