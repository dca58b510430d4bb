# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the policy node tells about one robot: its status, and /diagnostics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue

from octo_ros.nodes import qos
from octo_ros.policy.pace import Pace
from octo_ros.policy.stages import StageTimes
from octo_ros_msgs.msg import CameraCounts, PolicyStatus, StageLatency

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from octo_ros.fleet import Robot
    from octo_ros.nodes.managed import ManagedNode
    from octo_ros.nodes.policy_parameters import PolicyParameters
    from octo_ros.nodes.task_board import TaskBoard
    from octo_ros.observation.frame_gaps import FrameGaps
    from octo_ros.policy.base import Policy
    from octo_ros.policy.stages import StageFigures

STATUS_PERIOD = 0.5
ACTING = 'Acting on the task.'
NO_TASK = 'No task: call octo/set_task or octo/execute_task.'


class PolicyReports:
    """Counts and names what happens; publishes at 2 Hz and on every change of state.

    Args:
        node: The policy node.
        robot: Whose reports these are.
        parameters: The node's.
        policy: The robot's.
        cameras: The counts of its cameras.
        unusable: Gives, by source of numbers, how many messages were of no use.
        replaced: Gives the number of its requests that were never served.

    Attributes:
        state: As in PolicyStatus.
        reason: A sentence.
        stages: How long each stage takes.
        actions_published: Commands since start.
        chunks: Inferences since start.
        deadline_misses: Ticks without a complete action although one was due.
        late_chunks: Inferences that ended after their first action was due.
        late_slots: Slots of windows that were padded because no frame lay near their time.
    """

    def __init__(
        self,
        node: ManagedNode,
        robot: Robot,
        parameters: PolicyParameters,
        *,
        policy: Policy,
        cameras: Mapping[str, FrameGaps],
        unusable: Callable[[], Mapping[str, int]],
        replaced: Callable[[], int],
    ) -> None:
        self._node = node
        self._robot = robot
        self._kind = parameters.policy
        self._pace = Pace(parameters.rate, parameters.inference_every, parameters.inference_lead)
        self._policy = policy
        self._cameras = cameras
        self._unusable = unusable
        self._replaced = replaced
        self.state = int(PolicyStatus.IDLE)
        self.reason = NO_TASK
        self.stages = StageTimes()
        self.actions_published = 0
        self.chunks = 0
        self.deadline_misses = 0
        self.late_chunks = 0
        self.late_slots = 0
        self._words, self._task_id = '', 0
        topic = robot.topic(f'{node.get_name()}/status')
        self._status = node.create_publisher(PolicyStatus, topic, qos.STATUS)
        self._diagnostics = node.create_publisher(DiagnosticArray, '/diagnostics', qos.STATUS)
        node.create_timer(STATUS_PERIOD, self._publish_both)

    def idle(self, board: TaskBoard) -> None:
        """No task, or the policy is done with it."""
        self._note_task(board)
        if board.finished:
            self._become(PolicyStatus.FINISHED, 'The policy says that the task is done.')
        else:
            self._become(PolicyStatus.IDLE, NO_TASK)

    def waiting(self, board: TaskBoard, reason: str) -> None:
        """There is a task but no input for it, or it is refused."""
        self._note_task(board)
        self._become(PolicyStatus.WAITING, reason)

    def starved(self, board: TaskBoard) -> None:
        """A tick without a fresh action."""
        self._note_task(board)
        self.deadline_misses += 1
        if self.state != PolicyStatus.WAITING:
            self._become(PolicyStatus.WAITING, 'No action is ready for this tick.')

    def acted(self, board: TaskBoard) -> None:
        """An action was published."""
        self._note_task(board)
        self.actions_published += 1
        self._become(PolicyStatus.RUNNING, ACTING)

    def _note_task(self, board: TaskBoard) -> None:
        self._words = (board.task.language_instruction or '') if board.task else ''
        self._task_id = board.task.task_id if board.task else 0

    def _become(self, state: int, reason: str) -> None:
        changed = int(state) != self.state
        self.state, self.reason = int(state), reason
        if changed:
            self._status.publish(self._message(self.stages.figures()))

    def _message(self, stages: Sequence[StageFigures]) -> PolicyStatus:
        cache = self._policy.cache
        message = PolicyStatus(
            robot=self._robot.name,
            state=self.state,
            reason=self.reason,
            policy=self._kind,
            language_instruction=self._words,
            task_id=self._task_id,
            actions_published=self.actions_published,
            chunks=self.chunks,
            deadline_misses=self.deadline_misses,
            late_chunks=self.late_chunks,
            replaced_requests=self._replaced(),
            late_slots=self.late_slots,
            cache_hits=cache.hits,
            cache_resumed=cache.resumed,
            cache_misses=cache.misses,
            cameras=[
                CameraCounts(camera=key, received=gaps.received, dropped=gaps.dropped)
                for key, gaps in self._cameras.items()
            ],
            stages=[
                StageLatency(
                    stage=figures.stage.value,
                    count=figures.count,
                    p50_ms=figures.p50_ms,
                    p95_ms=figures.p95_ms,
                    p99_ms=figures.p99_ms,
                    max_ms=figures.max_ms,
                )
                for figures in stages
            ],
        )
        message.header.stamp = self._node.get_clock().now().to_msg()
        return message

    def _publish_both(self) -> None:
        if not self._node.active:
            return  # nothing true could be said; clients take the first status for readiness
        figures = self.stages.figures()
        message = self._message(figures)
        self._status.publish(message)
        advice = self._pace.advice(figures)
        warns = self.state == PolicyStatus.WAITING or bool(advice)
        values: list[tuple[str, object]] = [
            ('task', self._words),
            ('actions published', self.actions_published),
            ('inferences', self.chunks),
            ('deadline misses', self.deadline_misses),
            ('late chunks', self.late_chunks),
            ('replaced requests', message.replaced_requests),
            ('late window slots', self.late_slots),
            ('prepared hits', message.cache_hits),
            ('prepared in part', message.cache_resumed),
            ('prepared misses', message.cache_misses),
        ]
        for key, gaps in self._cameras.items():
            values.append((f'{key} frames received', gaps.received))
            values.append((f'{key} frames dropped', gaps.dropped))
        for source, count in self._unusable().items():
            values.append((f'{source} messages unusable', count))
        for each in figures:
            name = each.stage.value
            three = f'{each.p50_ms:.1f} / {each.p95_ms:.1f} / {each.p99_ms:.1f}'
            values.append((f'{name} p50 / p95 / p99 [ms]', three))
        status = DiagnosticStatus(
            level=DiagnosticStatus.WARN if warns else DiagnosticStatus.OK,
            name=f'{self._robot.topic(self._node.get_name())}: policy',
            message=' '.join([self.reason, *advice]),
            hardware_id=self._robot.name,
            values=[KeyValue(key=key, value=str(value)) for key, value in values],
        )
        array = DiagnosticArray(status=[status])
        array.header.stamp = message.header.stamp
        self._diagnostics.publish(array)
