# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""SetTask and ExecuteTask: how people and programs tell the policy what to do."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.task import Future
from std_msgs.msg import String

from octo_ros.errors import PolicyError
from octo_ros.nodes import qos
from octo_ros_msgs.action import ExecuteTask
from octo_ros_msgs.srv import SetTask

if TYPE_CHECKING:
    from collections.abc import Callable

    from rclpy.action.server import ServerGoalHandle

    from octo_ros.fleet import Robot
    from octo_ros.nodes.managed import ManagedNode
    from octo_ros.nodes.robot_loop import RobotLoop
    from octo_ros.types import Observation, Task

FEEDBACK_PERIOD = 0.1
OUTCOMES = {
    ExecuteTask.Result.FINISHED: 'The policy finished the task.',
    ExecuteTask.Result.TIMED_OUT: 'The time was over before the policy finished.',
    ExecuteTask.Result.CANCELED: 'The task was canceled.',
    ExecuteTask.Result.REPLACED: 'Another task replaced this one.',
}


class TaskApi:
    """The service and the action with which one robot gets its tasks.

    The action's callback is a coroutine that sleeps on a timer of the node, so it needs no thread.

    Args:
        node: The policy node.
        robot: Where in the graph it is.
        loop: Where the task is kept and reported.
        newest: What the cameras see now.
    """

    def __init__(
        self,
        node: ManagedNode,
        robot: Robot,
        loop: RobotLoop,
        newest: Callable[[], Observation | None],
    ) -> None:
        self._node = node
        self._loop = loop
        self._board = loop.board
        self._newest = newest
        self._name = f'{robot.namespace}: ' if robot.namespace else ''
        self._sleepers: list[Future] = []
        self._instruction = node.create_publisher(
            String, robot.topic('octo/instruction'), qos.LATCHED
        )
        node.create_service(SetTask, robot.topic('octo/set_task'), self._on_set_task)
        node.create_timer(FEEDBACK_PERIOD, self._wake)
        self._server = ActionServer(
            node,
            ExecuteTask,
            robot.topic('octo/execute_task'),
            self._execute,
            goal_callback=self._on_goal,
            cancel_callback=lambda _: CancelResponse.ACCEPT,
        )

    def clear(self) -> None:
        """Forget the task, and let recorders know that it is over."""
        self._board.clear()
        self._instruction.publish(String(data=''))
        self._wake()  # those who wait for the task's end learn of it before anything else happens

    def close(self) -> None:
        """Take the action server from the graph; it is no entity that the node destroys itself."""
        self._server.destroy()

    def _on_set_task(
        self, request: SetTask.Request, response: SetTask.Response
    ) -> SetTask.Response:
        try:
            if request.clear:
                self._clear(request)
                response.message = 'The task was cleared; the arm comes to rest.'
            else:
                task = self._set(request)
                response.task_id = task.task_id
                response.message = f'Task {task.task_id}: {describe(task)}.'
            response.success = True
        except PolicyError as error:
            response.success, response.message = False, str(error)
        return response

    def _clear(self, request: SetTask.Request) -> None:
        if request.language_instruction or request.goal_images or request.goal_from_cameras:
            msg = 'clear goes with nothing else: leave the instruction and the goal images empty.'
            raise PolicyError(msg)
        self.clear()

    def _set(self, request: SetTask.Request | ExecuteTask.Goal) -> Task:
        if not self._node.active:
            msg = 'The policy node is not active yet: wait until it has cameras and joint states.'
            raise PolicyError(msg)
        goals = self._board.decode_goals(
            request.goal_images,
            request.goal_cameras,
            self._newest(),
            from_cameras=request.goal_from_cameras,
        )
        task = self._board.set(request.language_instruction, goals)
        self._loop.task_given(task)
        self._instruction.publish(String(data=task.language_instruction or ''))
        self._node.get_logger().info(f'{self._name}Task {task.task_id}: {describe(task)}')
        return task

    def _on_goal(self, goal: ExecuteTask.Goal) -> GoalResponse:
        # A refusal at this point could not say why; the goal is aborted with a sentence instead.
        del goal
        return GoalResponse.ACCEPT

    async def _execute(self, handle: ServerGoalHandle) -> ExecuteTask.Result:
        result = ExecuteTask.Result()
        started = time.monotonic()
        try:
            if not handle.request.timeout > 0.0:
                msg = f'timeout is {handle.request.timeout:g} s; it must be above 0.'
                raise PolicyError(msg)
            task = self._set(handle.request)
        except PolicyError as error:
            result.outcome, result.message = ExecuteTask.Result.REFUSED, str(error)
            handle.abort()
            return result
        actions_before = self._loop.reports.actions_published
        outcome = None
        while outcome is None:
            await self._sleep()
            result.elapsed = time.monotonic() - started
            outcome = self._outcome(handle, task, result.elapsed)
            handle.publish_feedback(self._feedback(result.elapsed, actions_before))
        if self._board.task is task:
            self.clear()
        result.outcome, result.message = outcome, OUTCOMES[outcome]
        if outcome == ExecuteTask.Result.REPLACED and self._board.task is None:
            result.message = 'The task was cleared, or the policy node was deactivated.'
        if outcome == ExecuteTask.Result.FINISHED:
            handle.succeed()
        elif outcome == ExecuteTask.Result.CANCELED:
            handle.canceled()
        else:
            handle.abort()
        return result

    def _outcome(self, handle: ServerGoalHandle, task: Task, elapsed: float) -> int | None:
        if handle.is_cancel_requested:
            return int(ExecuteTask.Result.CANCELED)
        if self._board.task is not task:
            return int(ExecuteTask.Result.REPLACED)
        if self._board.finished:
            return int(ExecuteTask.Result.FINISHED)
        if elapsed > handle.request.timeout:
            return int(ExecuteTask.Result.TIMED_OUT)
        return None

    def _feedback(self, elapsed: float, actions_before: int) -> ExecuteTask.Feedback:
        reports = self._loop.reports
        return ExecuteTask.Feedback(
            state=int(reports.state),
            reason=reports.reason,
            elapsed=elapsed,
            actions_published=reports.actions_published - actions_before,
        )

    def _sleep(self) -> Future:
        future: Future = Future()
        self._sleepers.append(future)
        return future

    def _wake(self) -> None:
        sleepers, self._sleepers = self._sleepers, []
        for future in sleepers:
            future.set_result(None)


def describe(task: Task) -> str:
    """A task in words."""
    parts = []
    if task.language_instruction:
        parts.append(f'"{task.language_instruction}"')
    if task.goal_images:
        parts.append(f'goal images {", ".join(sorted(task.goal_images))}')
    return ' with '.join(parts)
