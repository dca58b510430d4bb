# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Latencies of the embodiment → the clocks of the topics that are no part of an observation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from octo_ros.data.labels.source import command_topic
from octo_ros.errors import ConfigError
from octo_ros.observation.durations import to_ns

if TYPE_CHECKING:
    from octo_ros.data.conversion.request import ConversionRequest
    from octo_ros.data.timing.topic_timing import TopicTiming


def latencies_ns(request: ConversionRequest) -> dict[str, int]:
    """Topic to the time between a moment and its stamp [ns], where it is not 0.

    A topic that carries the gripper's commands besides a motion has the latency of the motion.

    Raises:
        ConfigError: A topic is also one of the observation, whose latency stands beside it there
            and is subtracted by the `ObservationBuilder`.
    """
    robot, topics = request.embodiment, request.topics
    found = {
        topics.pose: robot.latencies.pose,
        topics.gripper: robot.latencies.gripper,
        command_topic(request.action_source, topics): robot.latencies.command,
    }
    observed = {
        robot.joint_states.topic,
        *(camera.topic for camera in robot.cameras.values()),
        *(camera.topic for camera in robot.depth_cameras.values()),
        *(source.topic for source in robot.low_dim.values()),
    }
    for topic, seconds in found.items():
        if seconds and topic in observed:
            msg = (
                f'{topic} is a topic of the observation, whose latency stands beside it in the '
                f'contract of {robot.name}; under `latencies` its own must be 0.'
            )
            raise ConfigError(msg)
    return {topic: to_ns(seconds) for topic, seconds in found.items() if topic and seconds}


def with_latencies(
    timings: Mapping[str, TopicTiming], request: ConversionRequest
) -> dict[str, TopicTiming]:
    """The same timings, their clocks with the latencies.

    Raises:
        ConfigError: As `latencies_ns`.
    """
    latencies = latencies_ns(request)
    return {
        topic: replace(timing, clock=replace(timing.clock, latency_ns=latencies.get(topic, 0)))
        for topic, timing in timings.items()
    }
