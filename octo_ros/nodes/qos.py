# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The quality-of-service profiles of this package, each with its reason."""

from __future__ import annotations

from rclpy.qos import DurabilityPolicy, HistoryPolicy, QoSProfile, ReliabilityPolicy


def _profile(depth: int, *, reliable: bool, latched: bool = False) -> QoSProfile:
    return QoSProfile(
        history=HistoryPolicy.KEEP_LAST,
        depth=depth,
        reliability=ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT,
        durability=DurabilityPolicy.TRANSIENT_LOCAL if latched else DurabilityPolicy.VOLATILE,
    )


def image(*, reliable: bool) -> QoSProfile:
    """Only the newest image matters; default Fast DDS silently loses large best-effort ones."""
    return _profile(1, reliable=reliable)


# Works with any publisher, and losing one joint state of a hundred per second does no harm; ten,
# because they come in bursts when the machine is busy.
JOINT_STATES = _profile(10, reliable=False)
# As the former, where only the newest is looked at.
NEWEST = _profile(1, reliable=False)
# The last one, the farewell, must arrive; ten, so that another filter's beats, of which each watch
# reads all that came, do not push out those of the watched one.
HEARTBEAT = _profile(10, reliable=True)
# A lost command is a lost displacement. As many as the safety filter lets wait: of what the
# middleware drops, nobody can tell.
COMMANDS = _profile(10, reliable=True)
STATUS = _profile(10, reliable=True)
# Every decision about a command is told, also when a burst of commands is refused.
DECISIONS = _profile(100, reliable=True)
# Locks: any publisher may set them; a message that is lost is repeated, or the lease runs out.
LOCKS = _profile(10, reliable=False)
# Recorders and late joiners must learn the present task and the last episode mark.
LATCHED = _profile(1, reliable=True, latched=True)
EVENTS = _profile(20, reliable=True, latched=True)
