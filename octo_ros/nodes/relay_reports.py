# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the camera relay tells about itself, once per second: ~/status and /diagnostics."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue

from octo_ros.nodes import qos
from octo_ros.observation.relay_report import RelayReporter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rclpy.node import Node

    from octo_ros.embodiment import Camera, Embodiment
    from octo_ros.observation.relay import CameraRelay, RelayOptions
    from octo_ros.observation.relay_report import RelayReport

PERIOD = 1.0


class RelayReports:
    """One status per camera; what begins or ends to be wrong is logged too.

    Args:
        node: The relay node.
        embodiment: The robot, for names and topics.
        relays: Camera key to what is counted.
        options: Of the relays.
        readers: Camera key to how many subscriptions its relayed topic has.
    """

    def __init__(
        self,
        node: Node,
        embodiment: Embodiment,
        relays: Mapping[str, CameraRelay],
        options: RelayOptions,
        readers: Callable[[str], int],
    ) -> None:
        self._node = node
        self._embodiment = embodiment
        self._relays = relays
        self._format = options.format
        self._readers = readers
        self._reporters = {key: RelayReporter(relay, options) for key, relay in relays.items()}
        self._troubled: set[str] = set()
        self._last = time.monotonic()
        # The same twice: /diagnostics is everybody's, ~/status is of this relay alone.
        self._publishers = [
            node.create_publisher(DiagnosticArray, topic, qos.STATUS)
            for topic in ('~/status', '/diagnostics')
        ]
        node.create_timer(PERIOD, self._publish)

    def _publish(self) -> None:
        now = time.monotonic()
        seconds, self._last = now - self._last, now
        array = DiagnosticArray(
            status=[
                self._status(key, reporter.report(seconds))
                for key, reporter in self._reporters.items()
            ]
        )
        array.header.stamp = self._node.get_clock().now().to_msg()
        for publisher in self._publishers:
            publisher.publish(array)

    def _status(self, key: str, report: RelayReport) -> DiagnosticStatus:
        camera = self._embodiment.cameras[key]
        readers = self._readers(key)
        text = report.text
        if not report.arrived:
            text = self._silence(camera)
        elif not readers:
            text = f'Nobody reads {camera.relayed().topic}: nothing is sent.'
        well = bool(report.arrived) and not report.problems
        self._log(key, text, well=well)
        values = {
            'from': camera.topic,
            'to': camera.relayed().topic,
            'readers': readers,
            'format': self._format,
            'quality': '-' if report.quality is None else report.quality,
            'size of a frame [B]': self._relays[key].frame_bytes,
            'sent [Hz]': f'{report.rate:.1f}',
            'sent [B/s]': f'{report.bytes_per_second:.0f}',
            **{
                f'frames {fate.value}': count
                for fate, count in sorted(
                    self._relays[key].fates.items(), key=lambda item: item[0].value
                )
            },
        }
        return DiagnosticStatus(
            level=DiagnosticStatus.OK if well else DiagnosticStatus.WARN,
            name=f'{self._node.get_fully_qualified_name().lstrip("/")}: {key}',
            message=text,
            hardware_id=self._embodiment.name,
            values=[KeyValue(key=name, value=str(value)) for name, value in values.items()],
        )

    def _silence(self, camera: Camera) -> str:
        count = self._node.count_publishers(camera.topic)
        if not count:
            return f'{camera.topic} has no publisher: is the camera driver running?'
        return (
            f'{camera.topic} has {count} publisher(s) but nothing arrives: the camera is silent, '
            'or best effort while reliable is asked for, or its images above 0.5 MB are lost by '
            'the default shared-memory transport (see docs/cameras.md).'
        )

    def _log(self, key: str, text: str, *, well: bool) -> None:
        if well and key in self._troubled:
            self._troubled.remove(key)
            self._node.get_logger().info(f'{key}: well again: {text}')
        elif not well and key not in self._troubled:
            self._troubled.add(key)
            self._node.get_logger().warning(f'{key}: {text}')
