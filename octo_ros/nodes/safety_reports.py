# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the safety filter node tells about itself: ~/status, ~/executed_action and /diagnostics."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue

from octo_ros.geometry import Pose
from octo_ros.nodes import qos
from octo_ros.nodes.conversions import command_message, time_message, vector_message
from octo_ros.safety_codes import SafetyCode, SafetyState
from octo_ros_msgs.msg import ExecutedAction, SafetyStatus

if TYPE_CHECKING:
    from rclpy.node import Node

    from octo_ros.embodiment import Embodiment
    from octo_ros.safety.verdict import Verdict
    from octo_ros.types import JointState, SafeCommand

STATUS_RATE = 10.0
DIAGNOSTICS_PERIOD = 1.0
HISTORY_SECONDS = 10.0


# Nothing of the displacement is lost: a step in speed takes a few ticks, and when the time-out
# stops the arm, all that was asked for has been done.
HARMLESS = {SafetyCode.OK, SafetyCode.LIMITED_BY_ACCELERATION, SafetyCode.STOP_COMMAND_TIMEOUT}


class _Execution:
    """What the reference did between the decision about a command and the next one."""

    def __init__(self, decided_ns: int, verdict: Verdict) -> None:
        self.decided_ns = decided_ns
        self.verdict = verdict
        self.moved = Pose.from_xyz_rpy()
        self.gripper = 0.0
        self.worst = SafetyCode.OK
        self.limited = False

    def add(self, safe: SafeCommand) -> None:
        """Add one tick."""
        self.moved = self.moved.displaced(safe.executed_translation, safe.executed_rotation)
        self.gripper = float(safe.gripper)
        harmful = [code for code in safe.reasons if code not in HARMLESS]
        if harmful:
            self.worst, self.limited = harmful[0], True


class SafetyReports:
    """Counts decisions and publishes them.

    Args:
        node: The safety filter node.
        embodiment: The robot, for its limits and rate.
    """

    def __init__(self, node: Node, embodiment: Embodiment) -> None:
        self._node = node
        self._limits = embodiment.limits
        self._base_frame = embodiment.base_frame
        rate = embodiment.timing.control_rate
        self._ticks_per_status = max(1, round(rate / STATUS_RATE))
        self._late_ns = round(2e9 / rate)
        self._times = deque[float](maxlen=round(rate * HISTORY_SECONDS))
        self._tick = 0
        self._last_tick_ns = 0
        self._last_command_ns = 0
        self._accepted = self._limited = self._refused = self._stops = self._late = 0
        self._state = SafetyState.INACTIVE
        self._open: _Execution | None = None
        self._newest = self._message_of(SafetyState.INACTIVE, (SafetyCode.IDLE,))
        self._status = node.create_publisher(SafetyStatus, '~/status', qos.STATUS)
        self._executed = node.create_publisher(ExecutedAction, '~/executed_action', qos.STATUS)
        self._diagnostics = node.create_publisher(DiagnosticArray, '/diagnostics', qos.STATUS)
        node.create_timer(DIAGNOSTICS_PERIOD, self._publish_diagnostics)

    def judged(self, now_ns: int, verdict: Verdict) -> None:
        """Take note of a decision: refusals are reported now, the rest once it is executed."""
        if verdict.command is None:
            self._refused += 1
            self._executed.publish(self._executed_message(now_ns, verdict, ExecutedAction.REFUSED))
            return
        self._report_open()
        self._accepted += 1
        self._last_command_ns = now_ns
        self._open = _Execution(now_ns, verdict)

    def ticked(
        self, now_ns: int, safe: SafeCommand, state: JointState | None, seconds: float
    ) -> None:
        """Take note of one tick; publish at 10 Hz and on every change of state."""
        self._times.append(1e3 * seconds)
        if self._open is not None:
            self._open.add(safe)
            if safe.state is not SafetyState.RUN:
                self._report_open()
        self._late += bool(self._last_tick_ns and now_ns - self._last_tick_ns > self._late_ns)
        self._last_tick_ns = now_ns
        self._stops += safe.state is SafetyState.STOPPING and self._state is SafetyState.RUN
        changed = safe.state is not self._state
        self._state = safe.state
        self._tick += 1
        if not changed and self._tick % self._ticks_per_status:
            return
        message = self._message_of(safe.state, safe.reasons)
        low = safe.positions - np.array(self._limits.position_min)
        high = np.array(self._limits.position_max) - safe.positions
        message.min_joint_margin = float(min(low.min(), high.min()) - self._limits.position_margin)
        if state is not None:
            message.tracking_error = float(np.abs(safe.positions - state.positions).max())
        self._publish(message)

    def _report_open(self) -> None:
        """Report what became of the last accepted command: all motion until the next decision."""
        done, self._open = self._open, None
        if done is None:
            return
        limited = done.verdict.code is not SafetyCode.OK or done.limited
        self._limited += limited
        decision = ExecutedAction.LIMITED if limited else ExecutedAction.ACCEPTED
        message = self._executed_message(done.decided_ns, done.verdict, decision)
        message.translation = vector_message(done.moved.position)
        message.rotation = vector_message(done.moved.rpy)
        message.gripper = done.gripper
        if done.limited and done.verdict.code is SafetyCode.OK:
            message.code, message.reason = done.worst.name, done.worst.value
        self._executed.publish(message)

    def _executed_message(self, now_ns: int, verdict: Verdict, decision: int) -> ExecutedAction:
        message = ExecutedAction(
            requested=command_message(verdict.requested),
            code=verdict.code.name,
            reason=verdict.text,
            decision=decision,
        )
        message.header.stamp = time_message(now_ns)
        message.header.frame_id = self._base_frame
        return message

    def inactive(self) -> None:
        """Say that the filter sends nothing any more."""
        self._report_open()
        self._state = SafetyState.INACTIVE
        self._publish(self._message_of(SafetyState.INACTIVE, (SafetyCode.IDLE,)))

    def _message_of(self, state: SafetyState, codes: tuple[SafetyCode, ...]) -> SafetyStatus:
        now_ns = self._node.get_clock().now().nanoseconds
        age = (now_ns - self._last_command_ns) * 1e-9 if self._last_command_ns else -1.0
        times = np.array(self._times) if self._times else np.zeros(1)
        message = SafetyStatus(
            state=int(state),
            code=codes[0].name,
            reason=codes[0].value,
            active=[code.name for code in codes],
            accepted=self._accepted,
            limited=self._limited,
            refused=self._refused,
            stops=self._stops,
            late_ticks=self._late,
            time_since_command=age,
            tick_ms_p50=float(np.median(times)),
            tick_ms_max=float(times.max()),
        )
        message.header.stamp = time_message(now_ns)
        return message

    def _publish(self, message: SafetyStatus) -> None:
        self._newest = message
        self._status.publish(message)

    def _publish_diagnostics(self) -> None:
        status = self._newest
        levels = {
            SafetyStatus.LATCHED: DiagnosticStatus.ERROR,
            SafetyStatus.STOPPING: DiagnosticStatus.WARN,
            SafetyStatus.INACTIVE: DiagnosticStatus.WARN,
        }
        values = {
            'state': SafetyState(status.state).name,
            'accepted commands': status.accepted,
            'limited commands': status.limited,
            'refused commands': status.refused,
            'controlled stops': status.stops,
            'late ticks': status.late_ticks,
            'smallest joint margin [rad]': f'{status.min_joint_margin:.3f}',
            'tracking error [rad]': f'{status.tracking_error:.4f}',
            'tick p50 [ms]': f'{status.tick_ms_p50:.2f}',
            'tick max [ms]': f'{status.tick_ms_max:.2f}',
        }
        array = DiagnosticArray(
            status=[
                DiagnosticStatus(
                    level=levels.get(status.state, DiagnosticStatus.OK),
                    name=f'{self._node.get_name()}: safety filter',
                    message=status.reason,
                    values=[KeyValue(key=key, value=str(value)) for key, value in values.items()],
                )
            ]
        )
        array.header.stamp = self._node.get_clock().now().to_msg()
        self._diagnostics.publish(array)
