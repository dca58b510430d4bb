# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the safety filter node tells about itself: ~/status and /diagnostics."""

from __future__ import annotations

import math
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue

from octo_ros.nodes import qos
from octo_ros.nodes.conversions import time_message, vector_message
from octo_ros.safety_codes import SafetyCode, SafetyState
from octo_ros_msgs.msg import SafetyStatus

if TYPE_CHECKING:
    from collections.abc import Callable

    from rclpy.node import Node

    from octo_ros.embodiment import Embodiment
    from octo_ros.nodes.executed_actions import ExecutedActions
    from octo_ros.nodes.tick_times import TickTimes
    from octo_ros.safety.filter import SafetyFilter
    from octo_ros.types import JointState, Locks, SafeCommand

STATUS_RATE = 10.0
DIAGNOSTICS_PERIOD = 1.0
BITS = {code: 1 << bit for bit, code in enumerate(SafetyCode)}
"""Each code's bit in `SafetyStatus.active_mask`."""

LEVELS = {
    SafetyStatus.LATCHED: DiagnosticStatus.ERROR,
    SafetyStatus.STOPPING: DiagnosticStatus.WARN,
    SafetyStatus.INACTIVE: DiagnosticStatus.WARN,
}


class SafetyReports:
    """Follows the ticks and publishes how the filter is doing.

    Args:
        node: The safety filter node.
        embodiment: The robot, for its frame and rate.
        safety: The filter; asked for more only when a status is due.
        actions: The counts of commands.
        times: The counts of ticks.
        clock: Time that never jumps [ns].
        watched: Says what is wrong with the watchdog; empty if nothing.
    """

    def __init__(
        self,
        node: Node,
        embodiment: Embodiment,
        *,
        safety: SafetyFilter,
        actions: ExecutedActions,
        times: TickTimes,
        clock: Callable[[], int],
        watched: Callable[[], str],
    ) -> None:
        self._node = node
        self._robot = embodiment.name
        # With the namespace: /diagnostics has one entry per name, and there may be two robots.
        self._name = node.get_fully_qualified_name().lstrip('/')
        self._base_frame = embodiment.base_frame
        self._filter = safety
        self._actions = actions
        self._times = times
        self._clock = clock
        self._watched = watched
        # The tick that is nearest to the time of the next status.
        self._status_ns = round(1e9 / STATUS_RATE - 0.5e9 / embodiment.timing.control_rate)
        self._published_ns = 0
        self._stops = 0
        self._accepted_ns: int | None = None
        self._accepted = 0
        self._now_ns = self._moved_ns = clock()
        self._state = SafetyState.INACTIVE
        self._codes: tuple[SafetyCode, ...] = ()
        self._counts: Counter[SafetyCode] = Counter()
        self._newest = self._message(SafetyState.INACTIVE, (SafetyCode.IDLE,))
        self._status = node.create_publisher(SafetyStatus, '~/status', qos.STATUS)
        self._diagnostics = node.create_publisher(DiagnosticArray, '/diagnostics', qos.STATUS)
        node.create_timer(DIAGNOSTICS_PERIOD, self._publish_diagnostics)

    def ticked(self, safe: SafeCommand, state: JointState | None, locks: Locks) -> None:
        """Take note of one tick; publish at 10 Hz and on every change of state."""
        self._count(safe)
        changed = safe.state is not self._state
        self._state = safe.state
        if not changed and self._now_ns - self._published_ns < self._status_ns:
            return
        message = self._message(safe.state, safe.reasons)
        message.robot_fault = locks.robot_fault
        message.locks = [*locks.latched, *locks.held]
        if state is not None:
            message.tracking_error = float(np.abs(safe.positions - state.positions).max())
        self._add_motion(message)
        self._publish(message)

    def inactive(self) -> None:
        """Say that the filter sends nothing any more."""
        self._state, self._codes, self._now_ns = SafetyState.INACTIVE, (), self._clock()
        self._publish(self._message(SafetyState.INACTIVE, (SafetyCode.IDLE,)))

    def _count(self, safe: SafeCommand) -> None:
        now_ns = self._now_ns = self._clock()
        if safe.velocities.any():
            self._moved_ns = now_ns
        if self._actions.accepted != self._accepted:
            self._accepted, self._accepted_ns = self._actions.accepted, now_ns
        self._stops += safe.state is SafetyState.STOPPING and self._state is SafetyState.RUN
        for code in safe.reasons:
            # Every refusal is one command; everything else acts for a while.
            if code not in self._codes or code.name.startswith('REJECTED_'):
                self._counts[code] += 1
        self._codes = safe.reasons

    def _message(self, state: SafetyState, codes: tuple[SafetyCode, ...]) -> SafetyStatus:
        now_ns, actions, times = self._now_ns, self._actions, self._times
        since_ns = -1e9 if self._accepted_ns is None else now_ns - self._accepted_ns
        figures = times.figures()
        counted = [code for code in SafetyCode if self._counts[code]]
        message = SafetyStatus(
            state=int(state),
            code=codes[0].name,
            reason=codes[0].value,
            active=[code.name for code in codes],
            active_mask=sum(BITS[code] for code in codes),
            latch=self._filter.latch or '',
            codes=[code.name for code in counted],
            counts=[self._counts[code] for code in counted],
            accepted=actions.accepted,
            limited=actions.limited,
            refused=actions.refused,
            stops=self._stops,
            late_ticks=times.late,
            late_time=times.late_time,
            time_since_command=since_ns * 1e-9,
            time_at_rest=(now_ns - self._moved_ns) * 1e-9,
            tick_ms_p50=figures.p50,
            tick_ms_p99=figures.p99,
            tick_ms_max=figures.max,
            linear_scale=1.0,
            angular_scale=1.0,
            requested_translation=vector_message(actions.requested[:3]),
            requested_rotation=vector_message(actions.requested[3:]),
            executed_translation=vector_message(actions.executed[:3]),
            executed_rotation=vector_message(actions.executed[3:]),
            nearest_distance=math.inf,
            obstacles=[obstacle.name for obstacle in self._filter.obstacles],
        )
        message.header.stamp = time_message(self._node.get_clock().now().nanoseconds)
        message.header.frame_id = self._base_frame
        return message

    def _add_motion(self, message: SafetyStatus) -> None:
        """What only the filter itself knows."""
        motion = self._filter.report()
        message.min_joint_margin = motion.joint_margin
        message.smallest_singular_value = motion.smallest_singular_value
        message.linear_scale = motion.linear_scale
        message.angular_scale = motion.angular_scale
        message.stop_duration = motion.stop_duration
        if motion.nearest is not None:
            message.nearest = [motion.nearest.first, motion.nearest.second]
            message.nearest_distance = motion.nearest.distance
            message.nearest_clearance = motion.nearest.clearance

    def _publish(self, message: SafetyStatus) -> None:
        self._newest, self._published_ns = message, self._now_ns
        self._status.publish(message)

    def _publish_diagnostics(self) -> None:
        status = self._newest
        held = [*status.locks, *([status.robot_fault] if status.robot_fault else [])]
        unwatched = self._watched()
        level = DiagnosticStatus.WARN if held or unwatched else DiagnosticStatus.OK
        level = LEVELS.get(status.state, level)
        values = {
            'state': SafetyState(status.state).name,
            'latch': status.latch,
            'locks': ', '.join(status.locks),
            'robot fault': status.robot_fault,
            'accepted commands': status.accepted,
            'limited commands': status.limited,
            'refused commands': status.refused,
            'controlled stops': status.stops,
            'late ticks': status.late_ticks,
            'motion lost by late ticks [s]': f'{status.late_time:.2f}',
            'smallest joint margin [rad]': f'{status.min_joint_margin:.3f}',
            'smallest singular value [m/rad]': f'{status.smallest_singular_value:.3f}',
            'nearest bodies': ' and '.join(status.nearest),
            'distance of them [m]': f'{status.nearest_distance:.3f}',
            'obstacles': ', '.join(status.obstacles),
            'tracking error [rad]': f'{status.tracking_error:.4f}',
            'tick p50 [ms]': f'{status.tick_ms_p50:.2f}',
            'tick p99 [ms]': f'{status.tick_ms_p99:.2f}',
            'tick max [ms]': f'{status.tick_ms_max:.2f}',
            **dict(zip(status.codes, status.counts, strict=True)),
        }
        array = DiagnosticArray(
            status=[
                DiagnosticStatus(
                    level=level,
                    name=f'{self._name}: safety filter',
                    message=' '.join(filter(None, (status.reason, status.latch, unwatched))),
                    hardware_id=self._robot,
                    values=[KeyValue(key=key, value=str(value)) for key, value in values.items()],
                )
            ]
        )
        array.header.stamp = self._node.get_clock().now().to_msg()
        self._diagnostics.publish(array)
