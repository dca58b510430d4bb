# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The safety filter's process: commands in, joint references out; sole publisher to the robot."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from octo_ros.config import config_dataclass
from octo_ros.embodiment import load_embodiment
from octo_ros.errors import RosError
from octo_ros.fleet import in_namespace
from octo_ros.nodes.command_input import CommandInput
from octo_ros.nodes.driver import RobotDriver
from octo_ros.nodes.executed_actions import ExecutedActions
from octo_ros.nodes.heartbeat import Heartbeat
from octo_ros.nodes.joint_input import JointInput
from octo_ros.nodes.managed import ManagedNode
from octo_ros.nodes.obstacle_services import ObstacleServices
from octo_ros.nodes.parameters import declare
from octo_ros.nodes.process import run
from octo_ros.nodes.reset_service import ResetService
from octo_ros.nodes.rival_watch import RivalWatch
from octo_ros.nodes.safety_locks import SafetyLocks
from octo_ros.nodes.safety_markers import SafetyMarkers
from octo_ros.nodes.safety_reports import SafetyReports
from octo_ros.nodes.tick_times import TickTimes
from octo_ros.nodes.watchdog_watch import WatchdogWatch
from octo_ros.safety.filter import SafetyFilter
from octo_ros.safety_codes import SafetyCode, SafetyState
from octo_ros.types import Locks

if TYPE_CHECKING:
    from octo_ros.limits import Obstacle
    from octo_ros.nodes.command_input import Received
    from octo_ros.types import JointState, SafeCommand

RIVAL_PERIOD = 0.1
STOP_LIMIT = 1.0
OVERRUN = 'Commands came faster than one per control period; this one made room for newer ones.'
CLEARED = 'The filter was reset before this command had its turn.'


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
        self._contract_driver = self._embodiment.drivers[self._options.driver]
        # Not in `configure`: a new publisher is found only after a while, unwatched until then.
        self._heartbeat = Heartbeat(self, self._embodiment.timing.control_rate)
        self._rivals = RivalWatch(self, self._contract_driver.arm.topic)
        self._driver: RobotDriver | None = None
        self._state = SafetyState.INACTIVE
        self._kept_obstacles: tuple[Obstacle, ...] = ()
        self._closing = ExitStack()
        if self._options.autostart:
            self.start_by_itself(self._options.startup_timeout)

    def configure(self) -> None:
        """Build the filter and everything but the driver, whose topic may be taken."""
        embodiment, rate = self._embodiment, self._embodiment.timing.control_rate
        self._filter = SafetyFilter.for_embodiment(embodiment)
        for obstacle in self._kept_obstacles:
            if obstacle not in self._filter.obstacles:
                self._filter.add_obstacle(obstacle)
        self._tick_timer = self.create_timer(1.0 / rate, self._on_timer)
        self._times = TickTimes(round(1e9 / rate))
        self._joints = JointInput(self, embodiment)
        self._commands = CommandInput(self, self._on_overrun)
        self._outside = SafetyLocks(self, embodiment, self._contract_driver, self._steady_now)
        self._closing.callback(self._outside.close)
        self._actions = ExecutedActions(self, embodiment.base_frame)
        self._reports = SafetyReports(
            self,
            embodiment,
            safety=self._filter,
            actions=self._actions,
            times=self._times,
            clock=self._steady_now,
            watched=WatchdogWatch(self).look,
        )
        self._resets = ResetService(self, self._joints, self._reset)
        self._obstacles = ObstacleServices(self, self._filter, embodiment.base_frame)
        self._markers = SafetyMarkers(self, embodiment, self._filter)
        self.create_timer(RIVAL_PERIOD, self._watch_rivals)

    def missing_input(self) -> str | None:
        """Fresh joint states, nothing that locks the arm, and nobody else who commands it."""
        rivals = self._rivals.missing() if self._driver is None else self._rivals.still_there()
        return self._joints.missing() or self._outside.missing() or rivals

    def activate(self) -> None:
        """Hold the measured position."""
        state = self._joints.fresh()
        if state is None:
            msg = 'Joint states went stale during activation.'
            raise RosError(msg)
        if self._driver is None:
            self._driver = RobotDriver(self, self._contract_driver, self._embodiment)
        self._rivals.begin()
        self._filter.activate(self._now(), state, self._outside.newest)
        self._times.restart()
        self._commands.listening = True

    def deactivate(self) -> None:
        """Bring the arm to rest, then send nothing; the driver holds the last reference."""
        self._commands.listening = False
        period = 1.0 / self._embodiment.timing.control_rate
        deadline = time.monotonic() + STOP_LIMIT
        while self._filter.state in (SafetyState.RUN, SafetyState.STOPPING):
            started = time.monotonic()
            if started > deadline or self._driver is None:
                self.get_logger().error('The controlled stop did not end in time.')
                break
            # No state: the executor, which would take it in, is waiting for this very function.
            safe = self._filter.tick(self._now(), locks=Locks(cause=SafetyCode.STOP_DEACTIVATED))
            self._driver.send(safe)
            self._actions.ticked(safe)
            self._heartbeat.tick(active=True)
            time.sleep(max(0.0, period - (time.monotonic() - started)))
        self._filter.deactivate()
        self._heartbeat.rest()
        self._refuse_waiting('The filter was deactivated before this command had its turn.')
        self._actions.finish()
        self._reports.inactive()

    def cleanup(self) -> None:
        """Forget the driver and the robot's status; obstacles stay until the process ends."""
        self._kept_obstacles = self._filter.obstacles
        if self._driver is not None:
            self._driver.close()
        self._driver = None
        self._closing.close()

    def _now(self) -> int:
        return int(self.get_clock().now().nanoseconds)

    def _steady_now(self) -> int:
        """Time on the clock of the ticks: the machine's steady one, or the simulated one."""
        return int(self._tick_timer.clock.now().nanoseconds)

    def _reset(self, state: JointState) -> None:
        self._filter.reset(self._now(), state, self._outside.newest)
        self._refuse_waiting(CLEARED)

    def _refuse_waiting(self, text: str) -> None:
        for received in self._commands.clear():
            self._actions.refuse(self._now(), received, SafetyCode.REJECTED_STATE, text)

    def _on_overrun(self, received: Received) -> None:
        self._actions.refuse(self._now(), received, SafetyCode.REJECTED_RATE, OVERRUN)

    def _on_timer(self) -> None:
        """One call of the control timer; its heartbeat is the proof that it came to its end."""
        if not self._times.due(self._steady_now()):
            return
        ticks = self.active and self._driver is not None
        locks = self._outside.look(self._rivals.cause, self._rivals.text)
        self._resets.answer()
        if ticks:
            self._tick(locks)
        else:
            self._times.restart()  # what is late now costs no motion
        self._heartbeat.tick(active=ticks)

    def _tick(self, locks: Locks) -> None:
        started = time.perf_counter()
        now_ns = self._now()
        received = self._commands.next()
        command = None if received is None else received.command
        steady_ns = time.monotonic_ns()
        safe = self._filter.tick(now_ns, command, self._joints.newest, locks, steady_ns)
        assert self._driver is not None  # the caller made sure
        self._driver.send(safe)
        if received is not None and self._filter.verdict is not None:
            self._actions.judged(now_ns, received, self._filter.verdict)
        self._actions.ticked(safe)
        self._times.took(time.perf_counter() - started)
        self._reports.ticked(safe, self._joints.newest, locks)
        self._log_change(safe)

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
        if self.active:
            self._rivals.look()


def main() -> None:
    """Run the node."""
    sys.exit(run(SafetyFilterNode))


if __name__ == '__main__':
    main()
