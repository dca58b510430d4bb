# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A second watch: stops the arm through its driver when the safety filter's process is gone."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Annotated, Literal

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from pydantic import Field
from rclpy.clock import Clock, ClockType
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from std_msgs.msg import UInt64
from std_srvs.srv import Trigger

from octo_ros.config import config_dataclass
from octo_ros.embodiment import load_embodiment
from octo_ros.fleet import in_namespace
from octo_ros.nodes import qos
from octo_ros.nodes.heartbeat import HEARTBEAT_TOPIC, sender_and_count
from octo_ros.nodes.parameters import declare
from octo_ros.nodes.polled import Polled
from octo_ros.nodes.process import run
from octo_ros.nodes.stop_driver import make_stopper
from octo_ros.safety.watchdog import Watchdog, WatchState

if TYPE_CHECKING:
    from octo_ros.nodes.stop_driver import Stopper

CHECKS_PER_TIMEOUT = 10
DIAGNOSTICS_PERIOD = 1.0
LAST_WATCH = 1.0  # s
REPEAT_NS = 1_000_000_000

SENTENCES = {
    WatchState.WAITING: 'The safety filter is not active: there is nothing to watch.',
    WatchState.WATCHING: 'The safety filter ticks.',
}


@config_dataclass
class WatchdogParameters:
    """Parameters of the watchdog node."""

    robot: Annotated[str, Field(description='Name or file of the robot contract')]
    driver: Annotated[Literal['real', 'sim'], Field(description='Which of its drivers to stop')]
    timeout: Annotated[
        float,
        Field(ge=0.1, le=1.0, description='Longest time without a tick of the filter [s]'),
    ] = 0.2


class WatchdogNode(Node):
    """Listens to the filter's heartbeat; where it ends, tells the driver until it answers.

    It does nothing else, so that little can go wrong with it. Times are of the steady clock, also
    where the time is simulated. A clean deactivation of the filter ends the watch; after a trip,
    only `~/reset` begins it again, and nothing here ever starts a driver.
    """

    def __init__(self) -> None:
        super().__init__('octo_watchdog')
        options = declare(self, WatchdogParameters)
        embodiment = in_namespace(load_embodiment(options.robot), self.get_namespace())
        period = options.timeout / CHECKS_PER_TIMEOUT
        self._watchdog = Watchdog(round(1e9 * options.timeout), round(1e9 * period))
        self._stopper: Stopper = make_stopper(self, embodiment, embodiment.drivers[options.driver])
        # With the namespace: /diagnostics has one entry per name, and there may be two robots.
        self._name = self.get_fully_qualified_name().lstrip('/')
        self._tripped_ns = 0
        self._trips = 0
        self._said: set[str] = set()
        self._said_ns = 0
        self._newest = DiagnosticStatus()
        self._status = self.create_publisher(DiagnosticStatus, '~/status', qos.LATCHED)
        self._diagnostics = self.create_publisher(DiagnosticArray, '/diagnostics', qos.STATUS)
        self.create_service(Trigger, '~/reset', self._on_reset)
        # Read at each check: a wake-up per heartbeat would double what this process costs.
        self._heartbeat = Polled(self, UInt64, HEARTBEAT_TOPIC, qos.HEARTBEAT)
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(period, self._check, clock=steady)
        self.create_timer(DIAGNOSTICS_PERIOD, self._report, clock=steady)
        self._report()

    def destroy_node(self) -> None:
        """Leave when the arm needs no watch any more: the filter may have died a moment ago."""
        self._watch_to_the_end()
        super().destroy_node()

    def _check(self) -> None:
        before = self._watchdog.state
        now_ns = time.monotonic_ns()
        for message in self._heartbeat.take_all():
            self._watchdog.heard(now_ns, *sender_and_count(int(message.data)))
        state = self._watchdog.check(now_ns)
        if state is not WatchState.TRIPPED:
            if state is not before:
                self.get_logger().info(SENTENCES[state])
                self._report()
            return
        if before is not WatchState.TRIPPED:
            self._tripped_ns = now_ns
            self._trips += 1
            self.get_logger().error(f'{self._watchdog.reason} The driver is told to stop the arm.')
        if not self._stopper.stopped:
            self._stopper.pursue(now_ns)
        self._say(now_ns)

    def _say(self, now_ns: int) -> None:
        """Tell what was done about the stop: at once when it is new, else once per second."""
        text = self._stopper.text
        repeated = not self._stopper.stopped and now_ns - self._said_ns >= REPEAT_NS
        if text in self._said and not repeated:
            return
        self._said.add(text)
        self._said_ns = now_ns
        after = f'after {(now_ns - self._tripped_ns) * 1e-9:.3f} s'
        if self._stopper.stopped:
            self.get_logger().error(f'Stopped {after}: {text} Call ~/reset to watch again.')
        else:
            self.get_logger().error(f'Not stopped {after}: {text}')
        self._report()

    def _on_reset(self, request: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        del request
        tripped = self._watchdog.state is WatchState.TRIPPED
        if tripped:
            self._watchdog.reset()
            self._stopper.forget()
            self._said.clear()
            self._report()
        response.success = True
        response.message = (
            'Waiting for the safety filter; the driver stays as it is until it is started again.'
            if tripped
            else 'It has not tripped.'
        )
        return response

    def _report(self) -> None:
        """Tell ~/status when something is new, and /diagnostics each time."""
        state = self._watchdog.state
        problem = '' if state is WatchState.TRIPPED else self._stopper.problem()
        level = DiagnosticStatus.OK
        message = SENTENCES.get(state, self._watchdog.reason)
        if state is WatchState.TRIPPED:
            level = DiagnosticStatus.ERROR
            message = f'{message} {self._stopper.text}'
        elif problem:
            level = DiagnosticStatus.WARN
            message = f'{message} The arm could not be stopped now: {problem}'
        values = {
            'state': state.name,
            'driver has stopped': str(self._stopper.stopped).lower(),
            'trips': str(self._trips),
        }
        status = DiagnosticStatus(
            level=level,
            name=f'{self._name}: safety filter',
            message=message,
            values=[KeyValue(key=key, value=value) for key, value in values.items()],
        )
        if status != self._newest:
            self._newest = status
            self._status.publish(status)
        array = DiagnosticArray(status=[status])
        array.header.stamp = self.get_clock().now().to_msg()
        self._diagnostics.publish(array)

    def _settled(self) -> bool:
        tripped = self._watchdog.state is WatchState.TRIPPED
        return self._stopper.stopped if tripped else self._watchdog.state is WatchState.WAITING

    def _watch_to_the_end(self) -> None:
        if self._settled():
            return
        executor = SingleThreadedExecutor(context=self.context)
        executor.add_node(self)
        deadline = time.monotonic() + LAST_WATCH
        while not self._settled() and time.monotonic() < deadline:
            executor.spin_once(timeout_sec=0.1)
        if not self._settled():
            self.get_logger().error(
                'The watchdog was ended while the safety filter is active: nobody watches it now.'
                if self._watchdog.state is WatchState.WATCHING
                else f'The watchdog was ended before the driver stopped: {self._stopper.text}'
            )
        executor.remove_node(self)


def main() -> None:
    """Run the node."""
    sys.exit(run(WatchdogNode))


if __name__ == '__main__':
    main()
