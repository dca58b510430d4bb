# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The fields of ROS messages that observations are made of.

rclpy's and rosbags' message objects both fit these protocols, so neither package is imported here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol


class Image(Protocol):
    """sensor_msgs/Image."""

    encoding: str
    height: int
    width: int
    step: int
    is_bigendian: int
    data: Any


class CompressedImage(Protocol):
    """sensor_msgs/CompressedImage."""

    format: str
    data: Any


class JointStates(Protocol):
    """sensor_msgs/JointState."""

    name: Any
    position: Any
    velocity: Any
    effort: Any


class Numbers(Protocol):
    """std_msgs/Float32MultiArray or Float64MultiArray."""

    data: Sequence[float]
