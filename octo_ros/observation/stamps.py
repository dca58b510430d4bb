# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""When a message was measured: its header's stamp, else its arrival."""

from __future__ import annotations


def message_stamp_ns(message: object, received_ns: int) -> int:
    """The measurement time of a message [ns].

    A stamp of another clock is kept: the age limits then refuse the message and say by how much it
    is off, which is safer than taking a late message for a new one.

    Args:
        message: Any message of rclpy or rosbags, with or without a header.
        received_ns: When it arrived [ns].

    Returns:
        The header's stamp, or `received_ns` if there is no header or its stamp is 0 (never set).
    """
    header = getattr(message, 'header', None)
    if header is None:
        return received_ns
    return int(header.stamp.sec) * 1_000_000_000 + int(header.stamp.nanosec) or received_ns
