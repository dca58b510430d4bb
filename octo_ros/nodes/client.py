# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A program's view of the running system: wait, reset, give tasks, mark episodes."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import rclpy
from rclpy.action import ActionClient
from rclpy.context import Context
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from std_srvs.srv import Trigger

from octo_ros.errors import RosError
from octo_ros.nodes import qos
from octo_ros.nodes.scene_source import SceneSource
from octo_ros.types import EpisodeEventKind
from octo_ros_msgs.action import ExecuteTask
from octo_ros_msgs.msg import PolicyStatus, SafetyStatus
from octo_ros_msgs.srv import InjectFault, ResetScene, SetTask

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from rclpy.client import Client as ServiceClient
    from rclpy.task import Future

    from octo_ros.sim.scene import Scene

SPIN = 0.02
SERVICE_TIMEOUT = 10.0
RESET_TIMEOUT = 10.0


@dataclass(frozen=True)
class TaskOutcome:
    """How one ExecuteTask ended.

    Attributes:
        finished: The policy said that it was done.
        message: The outcome as a sentence.
        elapsed: Seconds from acceptance to the end.
    """

    finished: bool
    message: str
    elapsed: float


class GraphClient:
    """Talks to the nodes; every wait has an end and says what it waited for.

    Args:
        domain_id: ROS_DOMAIN_ID; the environment's when None.
        alive: Called while waiting; may raise, as when a process has died. An attribute too.
        namespace: Of the robot; empty for the root.
    """

    def __init__(
        self,
        domain_id: int | None = None,
        alive: Callable[[], None] = lambda: None,
        namespace: str = '',
    ) -> None:
        self.alive = alive
        self._context = Context()
        rclpy.init(context=self._context, domain_id=domain_id)
        self.node = Node('octo_client', context=self._context, namespace=namespace or '/')
        self._executor = SingleThreadedExecutor(context=self._context)
        self._executor.add_node(self.node)
        self._scene = SceneSource(self.node, 'octo_sim/scene')
        self.policy: PolicyStatus | None = None
        self.safety: SafetyStatus | None = None
        self._services: dict[str, ServiceClient] = {}
        self.node.create_subscription(
            PolicyStatus, 'octo_policy/status', self._on_policy, qos.STATUS
        )
        self.node.create_subscription(
            SafetyStatus, 'octo_safety/status', self._on_safety, qos.STATUS
        )
        self._execute = ActionClient(self.node, ExecuteTask, 'octo/execute_task')

    def __enter__(self) -> GraphClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Leave the graph."""
        self._executor.shutdown(timeout_sec=1.0)
        self.node.destroy_node()
        rclpy.try_shutdown(context=self._context)

    def spin_until(self, done: Callable[[], bool], timeout: float, what: str) -> None:
        """Handle messages until `done()`.

        Raises:
            RosError: `timeout` [s] passed; the message names `what` was waited for.
        """
        deadline = time.monotonic() + timeout
        while not done():
            self._executor.spin_once(timeout_sec=SPIN)
            self.alive()
            if time.monotonic() > deadline:
                msg = f'Waited {timeout:g} s for {what}.'
                raise RosError(msg)

    def spin_for(self, duration: float) -> None:
        """Handle messages for a while [s]."""
        deadline = time.monotonic() + duration
        while time.monotonic() < deadline:
            self._executor.spin_once(timeout_sec=SPIN)
            self.alive()

    def wait_ready(self, timeout: float) -> None:
        """Until the safety filter holds the arm and the policy waits for a task."""
        self.spin_until(
            lambda: self.safety is not None and self.safety.state != SafetyStatus.INACTIVE,
            timeout,
            'the safety filter to become active (is there a driver that sends joint states?)',
        )
        self.spin_until(
            lambda: self.policy is not None and self._execute.server_is_ready(),
            timeout,
            'the policy node to become active (are all cameras running?)',
        )

    def wait_recorder(self, timeout: float) -> None:
        """Until somebody records the episode marks."""
        self.spin_until(
            lambda: self.node.count_subscribers('octo/episode') > 0,
            timeout,
            'the recorder to subscribe to octo/episode',
        )

    def scene(self) -> Scene:
        """The simulator's truth, newest message."""
        self.spin_until(lambda: self._scene.newest() is not None, SERVICE_TIMEOUT, 'the scene')
        scene = self._scene.newest()
        assert scene is not None  # spin_until made sure
        return scene

    def reset(self, seed: int) -> None:
        """Put the simulated scene to its start and let the safety filter hold the arm there."""
        count = self.scene().reset_count
        self.call(ResetScene, 'octo_sim/reset', ResetScene.Request(seed=seed))
        self.spin_until(
            lambda: self.scene().reset_count != count, RESET_TIMEOUT, 'the scene to be reset'
        )
        self.reset_safety()

    def reset_safety(self) -> None:
        """Let the safety filter hold the arm where it is, whatever it was latched for.

        Raises:
            RosError: It still refuses after 10 s; the message is its own.
        """
        deadline = time.monotonic() + RESET_TIMEOUT
        while True:
            try:
                self.call(Trigger, 'octo_safety/reset', Trigger.Request())
                break
            except RosError:
                # The arm may still swing by a hair, the last commands of a task ask for no motion,
                # or the first joint state be on its way.
                if time.monotonic() > deadline:
                    raise
                self.spin_for(0.1)
        self.spin_until(
            lambda: self.safety is not None and self.safety.state == SafetyStatus.HOLD,
            RESET_TIMEOUT,
            'the safety filter to hold the arm',
        )

    def set_task(self, instruction: str) -> int:
        """Give a task without waiting for its end; returns its id."""
        request = SetTask.Request(language_instruction=instruction)
        return int(self.call(SetTask, 'octo/set_task', request).task_id)

    def execute(
        self,
        instruction: str,
        timeout: float,
        on_feedback: Callable[[ExecuteTask.Feedback], None] = lambda _: None,
        on_wait: Callable[[], None] = lambda: None,
    ) -> TaskOutcome:
        """Do one task to its end.

        Args:
            instruction: The task in words.
            timeout: When the node gives up [s].
            on_feedback: Called about ten times per second, from within a callback.
            on_wait: Called often, from outside of callbacks: it may call services.

        Raises:
            RosError: The node does not answer, or refuses the task.
        """
        self.spin_until(
            self._execute.server_is_ready, SERVICE_TIMEOUT, 'the action octo/execute_task'
        )
        goal = ExecuteTask.Goal(language_instruction=instruction, timeout=float(timeout))
        handle = self._wait(
            self._execute.send_goal_async(
                goal, feedback_callback=lambda message: on_feedback(message.feedback)
            ),
            SERVICE_TIMEOUT,
            'the task to be accepted',
        )
        answer = handle.get_result_async()

        def ended() -> bool:
            on_wait()
            return bool(answer.done())

        self.spin_until(ended, timeout + SERVICE_TIMEOUT, 'the task to end')
        result = answer.result().result
        if result.outcome == ExecuteTask.Result.REFUSED:
            raise RosError(result.message)
        return TaskOutcome(
            result.outcome == ExecuteTask.Result.FINISHED, result.message, float(result.elapsed)
        )

    def mark(self, kind: EpisodeEventKind) -> str:
        """Mark an episode; returns the node's answer."""
        service = f'octo_episode/{kind.name.lower()}'
        return str(self.call(Trigger, service, Trigger.Request()).message)

    def inject(self, fault: int, target: str = '', *, active: bool = True) -> None:
        """Switch a fault of the simulator on or off."""
        request = InjectFault.Request(fault=fault, target=target, active=active)
        self.call(InjectFault, 'octo_sim/inject_fault', request)

    def call(self, kind: Any, service: str, request: Any) -> Any:  # noqa: ANN401 - generated types
        """Call a service, by its name in the robot's namespace, that answers success and message.

        Raises:
            RosError: It is not there, does not answer, or answers success=False.
        """
        if service not in self._services:
            self._services[service] = self.node.create_client(kind, service)
        client = self._services[service]
        self.spin_until(client.service_is_ready, SERVICE_TIMEOUT, f'the service {service}')
        response = self._wait(client.call_async(request), SERVICE_TIMEOUT, f'{service} to answer')
        if not response.success:
            msg = f'{service}: {response.message}'
            raise RosError(msg)
        return response

    def _wait(self, future: Future, timeout: float, what: str) -> Any:  # noqa: ANN401
        self.spin_until(future.done, timeout, what)
        return future.result()

    def _on_policy(self, message: PolicyStatus) -> None:
        self.policy = message

    def _on_safety(self, message: SafetyStatus) -> None:
        self.safety = message
