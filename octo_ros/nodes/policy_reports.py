# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the policy node tells about itself: ~/status and /diagnostics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue

from octo_ros.nodes import qos
from octo_ros_msgs.msg import PolicyStatus

if TYPE_CHECKING:
    from octo_ros.nodes.managed import ManagedNode
    from octo_ros.nodes.task_board import TaskBoard

STATUS_PERIOD = 0.5
ACTING = 'Acting on the task.'
NO_TASK = 'No task: call /octo/set_task or /octo/execute_task.'


class PolicyReports:
    """Counts and names what happens; publishes at 2 Hz and on every change of state.

    Attributes:
        state: As in PolicyStatus.
        reason: A sentence.
        actions_published: Commands since start.
        chunks: Inferences since start.
        deadline_misses: Ticks without a fresh action although a task was running.
        late_slots: Slots of windows that were padded because no frame lay near their time.
    """

    def __init__(self, node: ManagedNode, policy: str) -> None:
        self._node = node
        self._policy = policy
        self.state = int(PolicyStatus.IDLE)
        self.reason = NO_TASK
        self.actions_published = 0
        self.chunks = 0
        self.deadline_misses = 0
        self.late_slots = 0
        self._words, self._task_id = '', 0
        self._infer_ms = (0.0, 0.0)
        self._age_ms = 0.0
        self._status = node.create_publisher(PolicyStatus, '~/status', qos.STATUS)
        self._diagnostics = node.create_publisher(DiagnosticArray, '/diagnostics', qos.STATUS)
        node.create_timer(STATUS_PERIOD, self._publish_both)

    def idle(self, board: TaskBoard) -> None:
        """No task, or the policy is done with it."""
        self._note_task(board)
        if board.finished:
            self._become(PolicyStatus.FINISHED, 'The policy says that the task is done.')
        else:
            self._become(PolicyStatus.IDLE, NO_TASK)

    def waiting(self, reason: str) -> None:
        """Input is missing or refused; an empty reason when nobody waits for it."""
        if reason:
            self._become(PolicyStatus.WAITING, reason)

    def missed(self, board: TaskBoard) -> None:
        """A tick without a fresh action."""
        self._note_task(board)
        self.deadline_misses += 1
        if self.state != PolicyStatus.WAITING:
            self._become(PolicyStatus.WAITING, 'No action is ready for this tick.')

    def acted(self, board: TaskBoard, age_ns: int, infer_ms: tuple[float, float]) -> None:
        """An action was published."""
        self._note_task(board)
        self.actions_published += 1
        self._age_ms = age_ns * 1e-6
        self._infer_ms = infer_ms
        self._become(PolicyStatus.RUNNING, ACTING)

    def state_changed(self) -> None:
        """Publish the status now."""
        self._status.publish(self._message())

    def _note_task(self, board: TaskBoard) -> None:
        self._words = (board.task.language_instruction or '') if board.task else ''
        self._task_id = board.task.task_id if board.task else 0

    def _become(self, state: int, reason: str) -> None:
        changed = int(state) != self.state
        self.state, self.reason = int(state), reason
        if changed:
            self.state_changed()

    def _message(self) -> PolicyStatus:
        message = PolicyStatus(
            state=self.state,
            reason=self.reason,
            policy=self._policy,
            language_instruction=self._words,
            task_id=self._task_id,
            actions_published=self.actions_published,
            chunks=self.chunks,
            deadline_misses=self.deadline_misses,
            late_slots=self.late_slots,
        )
        message.header.stamp = self._node.get_clock().now().to_msg()
        return message

    def _publish_both(self) -> None:
        if not self._node.active:
            return  # nothing true could be said; clients take the first status for readiness
        message = self._message()
        self._status.publish(message)
        waiting = self.state == PolicyStatus.WAITING
        status = DiagnosticStatus(
            level=DiagnosticStatus.WARN if waiting else DiagnosticStatus.OK,
            name=f'{self._node.get_name()}: policy',
            message=self.reason,
            hardware_id=self._policy,
            values=[
                KeyValue(key=key, value=str(value))
                for key, value in (
                    ('task', self._words),
                    ('actions published', self.actions_published),
                    ('inferences', self.chunks),
                    ('deadline misses', self.deadline_misses),
                    ('late window slots', self.late_slots),
                    ('inference p50 [ms]', f'{self._infer_ms[0]:.1f}'),
                    ('inference p95 [ms]', f'{self._infer_ms[1]:.1f}'),
                    ('observation age [ms]', f'{self._age_ms:.0f}'),
                )
            ],
        )
        array = DiagnosticArray(status=[status])
        array.header.stamp = message.header.stamp
        self._diagnostics.publish(array)
