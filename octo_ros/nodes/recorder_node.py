# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A small bag recorder for machines without `ros2 bag`: raw messages, MCAP, readable by both."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy

from octo_ros.config import config_dataclass
from octo_ros.data.bags.bag_writer import BagWriter
from octo_ros.errors import BagError
from octo_ros.nodes.message_text import message_class, message_definition
from octo_ros.nodes.parameters import declare
from octo_ros.nodes.process import run

if TYPE_CHECKING:
    from collections.abc import Callable

SEARCH_PERIOD = 0.2
QUEUE = 50


@config_dataclass
class RecorderParameters:
    """Parameters of the recorder."""

    output: Annotated[str, Field(min_length=1, description='Directory of the bag; must not exist')]
    topics: Annotated[list[str], Field(min_length=1, description='Topics to record')]


class RecorderNode(Node):
    """Subscribes to each topic as soon as it has a publisher, with that publisher's QoS."""

    def __init__(self) -> None:
        super().__init__('octo_recorder')
        parameters = declare(self, RecorderParameters)
        path = Path(parameters.output)
        if path.exists():
            msg = f'{path} exists already: give another output, a bag is never overwritten.'
            raise BagError(msg)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._writer = BagWriter(path)
        self._missing = list(parameters.topics)
        self.create_timer(SEARCH_PERIOD, self._search)
        self.get_logger().info(f'Recording {len(self._missing)} topics to {path}')

    def destroy_node(self) -> None:
        """Close the bag: only then it is valid."""
        self._writer.close()
        super().destroy_node()

    def _search(self) -> None:
        for topic in list(self._missing):
            publishers = self.get_publishers_info_by_topic(topic)
            if publishers:
                self._missing.remove(topic)
                self._subscribe(topic, publishers[0].topic_type, publishers[0].qos_profile)

    def _subscribe(self, topic: str, type_name: str, offered: QoSProfile) -> None:
        profile = QoSProfile(
            history=HistoryPolicy.KEEP_LAST,
            depth=QUEUE,
            reliability=_known(offered.reliability, ReliabilityPolicy.BEST_EFFORT),
            durability=_known(offered.durability, DurabilityPolicy.VOLATILE),
        )
        write = self._writer.topic(topic, type_name, message_definition(type_name))
        self.create_subscription(
            message_class(type_name), topic, self._receiver(write), profile, raw=True
        )

    def _receiver(self, write: Callable[[int, bytes], None]) -> Callable[[bytes], None]:
        return lambda data: write(self.get_clock().now().nanoseconds, data)


def _known(policy: Any, fallback: Any) -> Any:  # noqa: ANN401 - one of rclpy's policy enums
    return (
        policy if policy.name not in ('UNKNOWN', 'SYSTEM_DEFAULT', 'BEST_AVAILABLE') else fallback
    )


def main() -> None:
    """Run the node."""
    sys.exit(run(RecorderNode))


if __name__ == '__main__':
    main()
