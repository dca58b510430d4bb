# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One robot of the policy node: what it sees, what it is to do, how it is moved."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING

from octo_ros.errors import OctoRosError
from octo_ros.nodes import qos
from octo_ros.nodes.action_stream import ActionStream
from octo_ros.nodes.conversions import chunk_message
from octo_ros.nodes.policy_factory import make_scheduler
from octo_ros.nodes.policy_reports import PolicyReports
from octo_ros.nodes.robot_inputs import RobotInputs
from octo_ros.nodes.task_api import TaskApi
from octo_ros.nodes.task_board import TaskBoard
from octo_ros.observation.missing import Missing
from octo_ros.observation.window import WindowBuffer
from octo_ros.policy.base import Request
from octo_ros.policy.stages import Journey, Stage
from octo_ros.types import Observation
from octo_ros_msgs.msg import ActionChunk as ActionChunkMsg

if TYPE_CHECKING:
    from octo_ros.fleet import Robot
    from octo_ros.nodes.inference_worker import Answer, InferenceWorker
    from octo_ros.nodes.managed import ManagedNode
    from octo_ros.nodes.policy_parameters import PolicyParameters
    from octo_ros.nodes.task_encoding import TaskEncoding
    from octo_ros.policy.base import Policy
    from octo_ros.policy.chunking.displacement import Displacement
    from octo_ros.policy.ticks import Tick
    from octo_ros.types import Task

ENCODING = 'The task is being encoded.'


class RobotLoop:
    """Makes requests of observations, and commands of their answers; the node has the timers.

    Everything here runs in the executor's thread.

    Args:
        node: The policy node.
        robot: Where in the graph it is.
        number: Its number in the fleet.
        policy: Its policy.
        parameters: The node's.
        worker: Who serves its requests.
        encoding: Where its tasks are encoded.

    Attributes:
        board: Its task.
        reports: What it tells about itself.
    """

    def __init__(
        self,
        node: ManagedNode,
        robot: Robot,
        number: int,
        *,
        policy: Policy,
        parameters: PolicyParameters,
        worker: InferenceWorker,
        encoding: TaskEncoding,
    ) -> None:
        self._node = node
        self._number = number
        self._policy = policy
        self._period_ns = round(1e9 / parameters.rate)
        self._window = WindowBuffer(policy.window_size, round(policy.spec.action_dt * 1e9))
        self._inputs = RobotInputs(
            node,
            robot.embodiment,
            self._window.span_ns,
            self._now,
            thinned=parameters.relayed,
        )
        self._scheduler = make_scheduler(parameters, policy.spec)
        self._encoding = encoding
        self._encoded: Future[None] | None = None
        self._blocked = False
        self._last_task: Task | None = None
        self._due_ns: int | None = None  # when the task's first action is to be made
        self._journeys: dict[int, Journey] = {}
        self.board = TaskBoard(robot.embodiment)
        self.reports = PolicyReports(
            node,
            robot,
            parameters,
            policy=policy,
            cameras=self._inputs.cameras,
            unusable=lambda: self._inputs.unusable,
            replaced=lambda: worker.replaced(number),
        )
        name = node.get_name()
        self._stream = ActionStream(node, robot, self._period_ns)
        self._chunks = node.create_publisher(
            ActionChunkMsg, robot.topic(f'{name}/action_chunk'), qos.STATUS
        )
        self._api = TaskApi(node, robot, self, self._inputs.newest)

    def missing_input(self) -> str | None:
        """What a first observation still lacks."""
        observed = self._inputs.observe(self._now())
        return self._inputs.explain(observed) if isinstance(observed, Missing) else None

    def begin(self) -> None:
        """Nothing from before counts, as at activation or when the clock was set."""
        self._begin_task()
        self._stream.restart()
        self.reports.stages.clear()

    def end(self) -> None:
        """Forget the task."""
        self._api.clear()
        self._forget_encoding()
        self.reports.idle(self.board)

    def rest(self, time_ns: int) -> bool:
        """Ask for no motion at `time_ns` [ns]; False when the arm has been at rest by now."""
        return self._stream.rest(time_ns)

    def close(self) -> None:
        """Take the action server from the graph."""
        self._api.close()

    def task_given(self, task: Task) -> None:
        """A new task is on the board; the loop goes on while it is encoded."""
        self._forget_encoding()
        self._encoded = self._encoding.begin(self._policy, task)

    def observe(self) -> Journey | None:
        """Look at the newest frames; None when something is missing, which is reported."""
        task = self._present_task()
        observed_ns = self._now()
        observed = self._inputs.observe(observed_ns)
        self._blocked = isinstance(observed, Missing)
        if isinstance(observed, Missing):
            if task is not None:
                self.reports.waiting(self.board, self._inputs.explain(observed))
            return None
        self._window.add(observed.observation)
        if task is not None and not self.board.finished:
            self._fill_window(observed_ns)
        return Journey(observed.observation.stamp_ns, observed.received_ns, observed_ns)

    def request(self, journey: Journey, start_ns: int, next_ns: int) -> Request | None:
        """What the network is to compute, or None when there is nothing to do.

        Args:
            journey: From `observe`.
            start_ns: When the first action is to begin [ns].
            next_ns: How long after this inference the next one comes [ns].
        """
        task = self.board.task
        if task is None or self.board.finished or not self._is_encoded():
            return None
        if self._due_ns is None:
            self._due_ns = start_ns
        asked = replace(journey, asked_ns=self._now())
        history = self._window.next_history(next_ns)
        window = self._window.window()
        return Request(self._number, window, task, start_ns, history, asked)

    def next_history(self, next_ns: int) -> tuple[Observation, ...] | None:
        """What to compute ahead for the inference that comes in `next_ns` [ns], if a task runs."""
        if self.board.task is None or self.board.finished:
            return None
        return self._window.next_history(next_ns)

    def answer(self, answer: Answer) -> None:
        """Take what became of a request; of an older task's, nothing."""
        request, outcome = answer.request, answer.outcome
        if self.board.task is not request.task:
            return
        self.reports.stages.add_inference(answer.journey)
        if isinstance(outcome, OctoRosError):
            self._refuse(outcome)
            return
        self._scheduler.add(outcome)
        self._chunks.publish(chunk_message(outcome))
        self.reports.chunks += 1
        self.reports.late_chunks += answer.journey.inferred_ns > request.start_ns
        # What never moves the arm would stay; those that do are taken out.
        self._journeys = {
            key: value for key, value in self._journeys.items() if key > outcome.chunk_id - 100
        }
        self._journeys[outcome.chunk_id] = answer.journey
        if outcome.finished:
            self.board.finish()

    def publish(self, tick: Tick) -> None:
        """Publish what is to be moved in this tick; where nothing can be, say so."""
        task = self._present_task()
        if self._blocked:
            self._scheduler.interrupt()  # what was planned from older frames is not moved blindly
        if task is None or self.board.finished:
            self._scheduler.clear()
            self.reports.idle(self.board)
            self._stream.rest(tick.time_ns)
            return
        due = self._due_ns is not None and tick.time_ns >= self._due_ns
        if due:
            self.reports.deadline_misses += tick.skipped
        wanted = self._scheduler.displacement(tick.time_ns, self._period_ns)
        if wanted is not None:
            self._send(tick, wanted)
        elif due:
            self.reports.starved(self.board)
        else:
            self._stream.rest(tick.time_ns)  # a new task that took the place of a running one

    def _send(self, tick: Tick, wanted: Displacement) -> None:
        self._stream.move(tick.time_ns, wanted)
        published_ns = self._now()
        self.reports.acted(self.board)
        self.reports.stages.add(Stage.JITTER, abs(published_ns - tick.time_ns))
        journey = self._journeys.pop(wanted.chunk.chunk_id, None)
        if journey is not None:
            self.reports.stages.add_action(journey, published_ns)
        if wanted.covered_ns < self._period_ns:
            self.reports.deadline_misses += 1  # the chunk ended within this tick

    def _present_task(self) -> Task | None:
        """The task; a new one begins with neither the chunk nor the frames of the one before."""
        task = self.board.task
        if task is not self._last_task:
            self._last_task = task
            self._begin_task()
        return task

    def _begin_task(self) -> None:
        self._scheduler.clear()
        self._window.clear()
        self._journeys.clear()
        self._due_ns = None

    def _forget_encoding(self) -> None:
        if self._encoded is not None:
            self._encoded.cancel()
            self._encoded = None

    def _is_encoded(self) -> bool:
        if self._encoded is None:
            return True
        if not self._encoded.done():
            self.reports.waiting(self.board, ENCODING)
            return False
        error = self._encoded.exception()
        if error is None:
            return True
        if not isinstance(error, OctoRosError):
            raise error
        self._refuse(error)
        return False

    def _refuse(self, error: OctoRosError) -> None:
        self.reports.waiting(self.board, str(error))
        self._node.get_logger().error(str(error), throttle_duration_sec=1.0)

    def _fill_window(self, now_ns: int) -> None:
        """Look up what no tick observed; what the cameras did not deliver is told, not hidden."""

        def recall(time_ns: int, within_ns: int) -> Observation | Missing:
            return self._inputs.recall(time_ns, within_ns, now_ns)

        for slot in self._window.fill(recall):
            self.reports.late_slots += 1
            self._node.get_logger().warning(slot.reason, throttle_duration_sec=1.0)

    def _now(self) -> int:
        return int(self._node.get_clock().now().nanoseconds)
