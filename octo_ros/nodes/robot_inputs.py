# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What one robot's cameras and joints send to the policy node."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sensor_msgs.msg import CompressedImage, Image
from sensor_msgs.msg import JointState as JointStateMsg

from octo_ros.errors import ObservationError
from octo_ros.nodes import qos
from octo_ros.nodes.conversions import joint_state_from_message
from octo_ros.observation.frame_gaps import FrameGaps
from octo_ros.observation.missing import Missing
from octo_ros.observation.stamps import message_stamp_ns
from octo_ros.observation.sync import PRIMARY, ObservationBuilder
from octo_ros.robots.kinematics import Kinematics
from octo_ros.types import Observation, Sample

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rclpy.node import Node

    from octo_ros.embodiment import Camera, Embodiment


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

    The callbacks only store messages: decoding waits until a tick asks for an observation.

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
        self._gaps = {key: FrameGaps(thinned=thinned) for key in embodiment.cameras}
        for key, camera in embodiment.cameras.items():
            self._subscribe(key, camera)
        node.create_subscription(
            JointStateMsg, embodiment.joint_states.topic, self._on_joints, qos.JOINT_STATES
        )

    @property
    def cameras(self) -> Mapping[str, FrameGaps]:
        """How many frames of each camera arrived, and how many did not."""
        return self._gaps

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
        """Name a camera that has a publisher but delivers nothing: its QoS does not fit."""
        camera = self._embodiment.cameras.get(missing.source)
        if camera is None or self._gaps[missing.source].received:
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

    def _subscribe(self, key: str, camera: Camera) -> None:
        gaps = self._gaps[key]

        def receive(message: Image | CompressedImage) -> None:
            now_ns = self._clock()
            stamp_ns = message_stamp_ns(message, now_ns)
            gaps.add(stamp_ns)
            self._builder.add_image(key, Sample(stamp_ns, now_ns, message))

        kind = Image if camera.transport == 'raw' else CompressedImage
        profile = qos.image(reliable=camera.reliable)
        self._node.create_subscription(kind, camera.topic, receive, profile)

    def _on_joints(self, message: JointStateMsg) -> None:
        try:
            now_ns = self._clock()
            state = joint_state_from_message(message, self._embodiment, now_ns)
        except ObservationError as error:
            self._node.get_logger().error(str(error), throttle_duration_sec=1.0)
            return
        self._builder.add_joints(Sample(state.stamp_ns, now_ns, state))
