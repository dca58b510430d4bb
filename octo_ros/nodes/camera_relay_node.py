# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Sends a robot's cameras to a policy on another machine: small, few, with their own stamps."""

from __future__ import annotations

import array
import sys
import time
from collections import deque
from typing import TYPE_CHECKING, Annotated

from pydantic import Field
from rclpy.node import Node
from sensor_msgs.msg import CompressedImage, Image

from octo_ros.config import config_dataclass
from octo_ros.embodiment import load_embodiment
from octo_ros.errors import ObservationError
from octo_ros.fleet import in_namespace
from octo_ros.nodes import qos
from octo_ros.nodes.newest_worker import NewestWorker
from octo_ros.nodes.parameters import declare
from octo_ros.nodes.process import run
from octo_ros.nodes.relay_reports import RelayReports
from octo_ros.observation.encoding import Encoded
from octo_ros.observation.relay import CameraRelay, Fate, RelayOptions
from octo_ros.observation.stamps import message_stamp_ns

if TYPE_CHECKING:
    from octo_ros.embodiment import Camera


@config_dataclass
class RelayParameters(RelayOptions):
    """Parameters of the camera relay."""

    robot: Annotated[str, Field(description='Name or file of the robot contract')]


class CameraRelayNode(Node):
    """Chooses frames as they arrive, encodes aside, publishes from the executor's thread."""

    def __init__(self) -> None:
        super().__init__('octo_camera_relay')
        parameters = declare(self, RelayParameters)
        embodiment = in_namespace(load_embodiment(parameters.robot), self.get_namespace())
        self._relays = {
            key: CameraRelay(camera, parameters) for key, camera in embodiment.cameras.items()
        }
        self._finished: deque[tuple[str, Image | CompressedImage, Encoded | Exception]] = deque()
        self._wake = self.create_guard_condition(self._send_finished)
        self._worker = NewestWorker(self._encode, self._on_encoded)
        self._senders = {
            key: self.create_publisher(
                CompressedImage, camera.relayed().topic, qos.image(reliable=True)
            )
            for key, camera in embodiment.cameras.items()
        }
        for key, camera in embodiment.cameras.items():
            self._subscribe(key, camera)
        self._reports = RelayReports(
            self, embodiment, self._relays, parameters, self._count_readers
        )

    def destroy_node(self) -> None:
        """End the worker, then leave the graph."""
        self._worker.stop()
        super().destroy_node()

    def _subscribe(self, key: str, camera: Camera) -> None:
        def receive(message: Image | CompressedImage) -> None:
            if not self._count_readers(key):
                self._relays[key].lose(Fate.UNREAD)
                return
            stamp_ns = message_stamp_ns(message, self.get_clock().now().nanoseconds)
            if self._relays[key].offer(stamp_ns, time.monotonic_ns()) and self._worker.submit(
                key, message
            ):
                self._relays[key].lose(Fate.LATE)

        kind = Image if camera.transport == 'raw' else CompressedImage
        self.create_subscription(kind, camera.topic, receive, qos.image(reliable=camera.reliable))

    def _count_readers(self, key: str) -> int:
        return int(self._senders[key].get_subscription_count())

    def _encode(self, key: str, message: Image | CompressedImage) -> Encoded:
        return self._relays[key].encode(message)

    def _on_encoded(
        self, key: str, message: Image | CompressedImage, outcome: Encoded | Exception
    ) -> None:
        """In the worker's thread: hand over to the executor's."""
        self._finished.append((key, message, outcome))
        self._wake.trigger()

    def _send_finished(self) -> None:
        while self._finished:
            key, message, outcome = self._finished.popleft()
            if isinstance(outcome, ObservationError):
                self._relays[key].lose(Fate.UNREADABLE, str(outcome))
            elif isinstance(outcome, Exception):
                raise outcome
            elif self._relays[key].finish(outcome, time.monotonic_ns()):
                self._senders[key].publish(_message(message, outcome))


def _message(original: Image | CompressedImage, encoded: Encoded) -> CompressedImage:
    """With the original's header: the policy aligns cameras and joints by its stamp."""
    return CompressedImage(
        header=original.header,
        format=f'rgb8; {encoded.kind} compressed bgr8',  # in image_transport's words
        data=array.array('B', encoded.data),
    )


def main() -> None:
    """Run the node."""
    sys.exit(run(CameraRelayNode))


if __name__ == '__main__':
    main()
