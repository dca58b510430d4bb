# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The safety filter's process: commands in, joint references out; sole publisher to the robot."""

from __future__ import annotations

import sys
import time
from collections import deque
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.task import Future
from sensor_msgs.msg import JointState as JointStateMsg
from std_srvs.srv import Trigger

from octo_ros.config import config_dataclass
from octo_ros.embodiment import load_embodiment
from octo_ros.errors import ObservationError, OctoRosError, RosError
from octo_ros.fleet import in_namespace
from octo_ros.nodes import qos
from octo_ros.nodes.conversions import (
    command_from_message,
    joint_state_from_message,
)
from octo_ros.nodes.driver import RobotDriver
from octo_ros.nodes.heartbeat import Heartbeat
from octo_ros.nodes.managed import ManagedNode
from octo_ros.nodes.parameters import declare
from octo_ros.nodes.process import run
from octo_ros.nodes.safety_reports import SafetyReports
from octo_ros.safety.filter import SafetyFilter
from octo_ros.safety_codes import SafetyCode, SafetyState
from octo_ros_msgs.msg import EndEffectorDelta

if TYPE_CHECKING:
    from octo_ros.types import Command, JointState, SafeCommand

# Discovery of a running filter takes up to three seconds on a busy machine.
DUPLICATE_SEARCH = 3.0
COMMAND_TOPIC = 'octo/action'
WATCH_PERIOD = 0.5
NEWCOMER = 10.0
STOP_LIMIT = 1.0
RESET_LIMIT = 0.5


@config_dataclass
class SafetyParameters:
    """Parameters of the safety filter node; limits live in the robot's contract."""

    robot: Annotated[str, Field(description='Name or file of the robot contract')]
    driver: Annotated[Literal['real', 'sim'], Field(description='Which of its drivers to command')]
    autostart: Annotated[bool, Field(description='Configure and activate without being asked')] = (
        True
    )
    startup_timeout: Annotated[
        float, Field(gt=0, le=600, description='Longest wait for joint states [s]')
    ] = 30.0


class SafetyFilterNode(ManagedNode):
    """Ticks the filter at the contract's rate, from a timer that never catches up."""

    def __init__(self) -> None:
        super().__init__('octo_safety')
        self._options = declare(self, SafetyParameters)
        self._embodiment = in_namespace(load_embodiment(self._options.robot), self.get_namespace())
        # Not in `configure`: a new publisher is found only after a while, unwatched until then.
        self._heartbeat = Heartbeat(self, self._embodiment.timing.control_rate)
        self._driver: RobotDriver | None = None
        self._commands: deque[Command] = deque(maxlen=10)
        self._joints: JointState | None = None
        self._joints_received_ns = 0
        self._joints_problem = ''
        self._rival: SafetyCode | None = None
        self._waiting_resets: list[tuple[int, Future]] = []
        self._state = SafetyState.INACTIVE
        self._search_deadline = time.monotonic() + DUPLICATE_SEARCH
        if self._options.autostart:
            self.start_by_itself(self._options.startup_timeout)

    def configure(self) -> None:
        """Build the filter and everything but the driver, whose topic may be taken."""
        self._filter = SafetyFilter.for_embodiment(self._embodiment)
        self._reports = SafetyReports(self, self._embodiment)
        self.create_subscription(
            JointStateMsg, self._embodiment.joint_states.topic, self._on_joints, qos.JOINT_STATES
        )
        self.create_subscription(EndEffectorDelta, COMMAND_TOPIC, self._on_command, qos.COMMANDS)
        # A group of its own: while a reset waits for a joint state, the ticks must go on.
        group = MutuallyExclusiveCallbackGroup()
        self.create_service(Trigger, '~/reset', self._on_reset, callback_group=group)
        self.create_timer(1.0 / self._embodiment.timing.control_rate, self._tick)
        self.create_timer(WATCH_PERIOD, self._watch_rivals)

    def missing_input(self) -> str | None:
        """Fresh, complete joint states, and nobody else who commands the arm."""
        topic = self._arm_topic()
        if self._driver is None and self.count_publishers(topic) > 0:
            raise RosError(self._taken(topic))
        if self._joints_problem:
            return self._joints_problem
        if self._fresh_joints() is None:
            source = self._embodiment.joint_states
            return (
                f'No joint states on {source.topic} within {source.max_age:g} s '
                f'({self.count_publishers(source.topic)} publishers): is the driver running?'
            )
        if time.monotonic() < self._search_deadline:
            return f'Looking for another publisher on {topic}.'
        return None

    def activate(self) -> None:
        """Hold the measured position."""
        state = self._fresh_joints()
        if state is None:
            msg = 'Joint states went stale during activation.'
            raise RosError(msg)
        if self._driver is None:
            driver = self._embodiment.drivers[self._options.driver]
            self._driver = RobotDriver(self, driver, self._embodiment)
        self._commands.clear()
        self._filter.reset(self._now(), state)
        self._activated = time.monotonic()

    def deactivate(self) -> None:
        """Bring the arm to rest, then send nothing; the driver holds the last reference."""
        period = 1.0 / self._embodiment.timing.control_rate
        deadline = time.monotonic() + STOP_LIMIT
        while self._filter.state in (SafetyState.RUN, SafetyState.STOPPING):
            started = time.monotonic()
            if started > deadline or self._driver is None:
                self.get_logger().error('The controlled stop did not end in time.')
                break
            # No state: the executor, which would take it in, is waiting for this very function.
            safe = self._filter.tick(self._now(), stop=SafetyCode.STOP_DEACTIVATED)
            self._driver.send(safe)
            self._heartbeat.tick(active=True)
            time.sleep(max(0.0, period - (time.monotonic() - started)))
        self._filter.deactivate()
        self._heartbeat.rest()
        self._reports.inactive()

    def cleanup(self) -> None:
        """Forget the driver and what was received."""
        if self._driver is not None:
            self._driver.close()
        self._driver = None
        self._joints = None

    def _taken(self, topic: str) -> str:
        names = [info.node_name for info in self.get_publishers_info_by_topic(topic)]
        others = ', '.join(name for name in names if name != self.get_name())
        return (
            f'{topic} already has a publisher ({others}): a second safety filter would fight with '
            'it. Stop the other one first.'
        )

    def _now(self) -> int:
        return int(self.get_clock().now().nanoseconds)

    def _arm_topic(self) -> str:
        return self._embodiment.drivers[self._options.driver].arm.topic

    def _fresh_joints(self) -> JointState | None:
        age = self._now() - self._joints_received_ns
        fresh = age <= self._embodiment.joint_states.max_age * 1e9
        return self._joints if fresh else None

    def _on_joints(self, message: JointStateMsg) -> None:
        try:
            self._joints = joint_state_from_message(message, self._embodiment, self._now())
        except ObservationError as error:
            # The old state ages until the filter stops; the sentence tells why.
            self._joints_problem = str(error)
            self.get_logger().error(str(error), throttle_duration_sec=1.0)
            return
        self._joints_problem = ''
        self._joints_received_ns = self._now()

    def _on_command(self, message: EndEffectorDelta) -> None:
        if self.active:
            self._commands.append(command_from_message(message))

    async def _on_reset(
        self, request: Trigger.Request, response: Trigger.Response
    ) -> Trigger.Response:
        """Reset from a joint state that was measured after the request, not from a queued one."""
        del request
        measured: Future = Future()
        self._waiting_resets.append((self._now(), measured))
        state = await measured
        try:
            if not self.active or state is None:
                msg = 'Reset needs an active filter and fresh joint states.'
                raise RosError(msg)
            self._commands.clear()
            self._filter.reset(self._now(), state)
        except OctoRosError as error:
            response.success, response.message = False, str(error)
        else:
            response.success, response.message = True, 'The filter holds the measured position.'
        return response

    def _answer_resets(self) -> None:
        """Give waiting resets the newest joint state, or None when none comes in time."""
        now_ns = self._now()
        for asked_ns, future in list(self._waiting_resets):
            newer = self._joints is not None and self._joints.stamp_ns > asked_ns
            if newer or now_ns - asked_ns > RESET_LIMIT * 1e9:
                self._waiting_resets.remove((asked_ns, future))
                future.set_result(self._joints if newer else None)

    def _tick(self) -> None:
        self._answer_resets()
        if not self.active or self._driver is None:
            self._heartbeat.tick(active=False)
            return
        started = time.perf_counter()
        now_ns = self._now()
        command = self._commands.popleft() if self._commands else None
        safe = self._filter.tick(now_ns, command, self._joints, stop=self._rival)
        self._driver.send(safe)
        if command is not None and self._filter.verdict is not None:
            self._reports.judged(now_ns, self._filter.verdict)
        self._reports.ticked(now_ns, safe, self._joints, time.perf_counter() - started)
        self._log_change(safe)
        self._heartbeat.tick(active=True)

    def _log_change(self, safe: SafeCommand) -> None:
        """One line per change of state, with its reason."""
        if safe.state is self._state:
            return
        self._state = safe.state
        text = f'{safe.state.name}: {safe.code.value}'
        if safe.state is SafetyState.LATCHED:
            self.get_logger().error(f'{text} {self._filter.latch or ""} Call ~/reset to go on.')
        elif safe.state is SafetyState.STOPPING:
            self.get_logger().warning(text)
        else:
            self.get_logger().info(text)

    def _watch_rivals(self) -> None:
        """Two policies, or somebody else who commands the arm, are a cause to stop."""
        if not self.active:
            return
        newcomer = time.monotonic() - self._activated < NEWCOMER
        if newcomer and self.count_publishers(self._arm_topic()) > 1:
            # Discovery was slower than the search; whoever came last leaves.
            raise RosError(self._taken(self._arm_topic()))
        self._rival = None
        for topic in (COMMAND_TOPIC, self._arm_topic()):
            if self.count_publishers(topic) > 1:
                self._rival = SafetyCode.STOP_DUPLICATE_PUBLISHER
                names = ', '.join(i.node_name for i in self.get_publishers_info_by_topic(topic))
                self.get_logger().error(
                    f'{topic} has more than one publisher ({names}): the arm is stopped until '
                    'only one is left.',
                    throttle_duration_sec=5.0,
                )


def main() -> None:
    """Run the node."""
    sys.exit(run(SafetyFilterNode))


if __name__ == '__main__':
    main()
