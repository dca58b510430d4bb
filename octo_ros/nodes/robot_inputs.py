# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What one robot's cameras, joints and other sensors send to the policy node."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from sensor_msgs.msg import CompressedImage, Image

from octo_ros.errors import ObservationError
from octo_ros.nodes import qos
from octo_ros.nodes.conversions import joint_state_from_message
from octo_ros.nodes.message_text import message_class
from octo_ros.observation.frame_gaps import FrameGaps
from octo_ros.observation.low_dim import JOINT_STATE, LOW_DIM_TYPES, decode_low_dim
from octo_ros.observation.missing import Missing, MissingCause
from octo_ros.observation.stamps import message_stamp_ns
from octo_ros.observation.sync import JOINTS, PRIMARY, ObservationBuilder
from octo_ros.robots.kinematics import Kinematics
from octo_ros.types import Observation, Sample

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rclpy.node import Node
    from sensor_msgs.msg import JointState as JointStateMsg

    from octo_ros.embodiment import Camera, Embodiment
    from octo_ros.sources import DepthCamera, LowDimSource

    Take = Callable[[Any, int], None]


@dataclass(frozen=True)
class Observed:
    """An observation, and when the frame arrived that gives it its time.

    Attributes:
        observation: What the robot sees.
        received_ns: In the node's clock [ns].
    """

    observation: Observation
    received_ns: int


class RobotInputs:
    """Subscribes to everything that an observation is made of.

    The callbacks only store messages: pictures wait until a tick asks for an observation. Numbers
    are picked out at once; what cannot be used is counted, and the arm waits for better.

    Args:
        node: Who listens.
        embodiment: The robot, its topics as in the graph.
        history_ns: As for `ObservationBuilder`.
        clock: Gives the node's time [ns].
        thinned: The cameras leave frames out on purpose, as through a relay.
    """

    def __init__(
        self,
        node: Node,
        embodiment: Embodiment,
        history_ns: int,
        clock: Callable[[], int],
        *,
        thinned: bool,
    ) -> None:
        self._node = node
        self._embodiment = embodiment
        self._clock = clock
        kinematics = Kinematics.for_embodiment(embodiment)
        self._builder = ObservationBuilder(embodiment, kinematics.tcp_pose, history_ns)
        self._pictures: dict[str, Camera | DepthCamera] = dict(embodiment.cameras)
        self._pictures.update(embodiment.depth_cameras)
        self._gaps = {
            key: FrameGaps(thinned=thinned and key in embodiment.cameras) for key in self._pictures
        }
        for key, camera in self._pictures.items():
            self._subscribe(key, camera)
        self._unusable: Counter[str] = Counter()
        self._problems: dict[str, str] = {}
        self._topics = {JOINTS: embodiment.joint_states.topic}
        self._topics.update({key: source.topic for key, source in embodiment.low_dim.items()})
        # A topic is read once, however many vectors are made of it.
        readers: dict[tuple[str, str], dict[str, Take]] = {
            (JOINT_STATE, embodiment.joint_states.topic): {JOINTS: self._add_joints}
        }
        for key, source in embodiment.low_dim.items():
            of_topic = readers.setdefault((LOW_DIM_TYPES[source.kind], source.topic), {})
            of_topic[key] = partial(self._add_low_dim, key, source)
        for (kind, topic), takers in readers.items():
            self._subscribe_numbers(kind, topic, takers)

    @property
    def cameras(self) -> Mapping[str, FrameGaps]:
        """How many frames of each camera, depth too, arrived, and how many did not."""
        return self._gaps

    @property
    def unusable(self) -> Mapping[str, int]:
        """`joint_states` or key of other numbers to how many messages were of no use."""
        return {source: self._unusable[source] for source in self._topics}

    def observe(self, now_ns: int) -> Observed | Missing:
        """The observation for `now_ns` [ns], or what is missing for it."""
        selection = self._builder.select(now_ns)
        if isinstance(selection, Missing):
            return selection
        observation = self._builder.build(selection)
        if isinstance(observation, Missing):
            return observation
        return Observed(observation, selection.frames[PRIMARY].received_ns)

    def recall(self, time_ns: int, within_ns: int, now_ns: int) -> Observation | Missing:
        """See `ObservationBuilder.recall`."""
        return self._builder.recall(time_ns, within_ns, now_ns)

    def newest(self) -> Observation | None:
        """What the cameras see now, or None when something is missing."""
        observed = self.observe(self._clock())
        return None if isinstance(observed, Missing) else observed.observation

    def explain(self, missing: Missing) -> str:
        """Say more about a source that delivers nothing, or nothing that can be used.

        A camera that has a publisher but delivers nothing has a QoS that does not fit.
        """
        source = missing.source
        if source in self._problems:
            return (
                f'{missing.reason} {self._unusable[source]} message(s) could not be used; of the '
                f'last one: {self._problems[source]}'
            )
        if source in self._topics and missing.cause is MissingCause.NOTHING_ARRIVED:
            topic = self._topics[source]
            if self._node.count_publishers(topic) == 0:
                return f'{missing.reason} {topic} has no publisher: is its driver running?'
        camera = self._pictures.get(source)
        if camera is None or self._gaps[source].received:
            return missing.reason
        count = self._node.count_publishers(camera.topic)
        if count == 0:
            return (
                f'{missing.reason} {camera.topic} has no publisher: is the camera driver running?'
            )
        return (
            f'{missing.reason} {camera.topic} has {count} publisher(s) but nothing arrives: '
            'the publisher is best effort while reliable is asked for, or images above 0.5 MB '
            'are lost by the default shared-memory transport (see docs/cameras.md).'
        )

    def _subscribe(self, key: str, camera: Camera | DepthCamera) -> None:
        gaps = self._gaps[key]

        def receive(message: Image | CompressedImage) -> None:
            now_ns = self._clock()
            stamp_ns = message_stamp_ns(message, now_ns)
            gaps.add(stamp_ns)
            self._builder.add_image(key, Sample(stamp_ns, now_ns, message))

        kind = Image if camera.transport == 'raw' else CompressedImage
        profile = qos.image(reliable=camera.reliable)
        self._node.create_subscription(kind, camera.topic, receive, profile)

    def _subscribe_numbers(self, kind: str, topic: str, takers: Mapping[str, Take]) -> None:
        def receive(message: object) -> None:
            now_ns = self._clock()
            for source, take in takers.items():
                try:
                    take(message, now_ns)
                except ObservationError as error:
                    self._unusable[source] += 1
                    self._problems[source] = str(error)
                    self._node.get_logger().error(str(error), throttle_duration_sec=1.0)
                else:
                    self._problems.pop(source, None)

        self._node.create_subscription(message_class(kind), topic, receive, qos.JOINT_STATES)

    def _add_joints(self, message: JointStateMsg, now_ns: int) -> None:
        state = joint_state_from_message(message, self._embodiment, now_ns)
        self._builder.add_joints(Sample(state.stamp_ns, now_ns, state))

    def _add_low_dim(
        self,
        key: str,
        source: LowDimSource,
        message: Any,  # noqa: ANN401 - of the kind's type
        now_ns: int,
    ) -> None:
        values = decode_low_dim(message, source)
        self._builder.add_low_dim(key, Sample(message_stamp_ns(message, now_ns), now_ns, values))
