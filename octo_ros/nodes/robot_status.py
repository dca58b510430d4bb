# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether the robot says that it can move.

Everything unknown is a fault: a status that was never heard, that has no publisher any more, or
that is older than it may be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from std_msgs.msg import Bool

from octo_ros.nodes import qos
from octo_ros.nodes.optional import optional
from octo_ros.nodes.polled import Polled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rclpy.node import Node
    from rclpy.task import Future

    from octo_ros.drivers import Driver
    from octo_ros.embodiment import Embodiment

NANOSECONDS = 1_000_000_000

# The graph is asked this often whether the publisher is still there.
PUBLISHER_PERIOD_NS = NANOSECONDS // 5

# franka_msgs/FrankaRobotState; every mode but `move`, in which a controller drives the arm.
FRANKA_PERIOD_NS = NANOSECONDS // 20
FRANKA_SILENCE_NS = NANOSECONDS // 5
FRANKA_MOVES = 2
FRANKA_MODES = {
    0: 'is in a mode of its own',
    1: 'is idle: no controller drives it',
    3: 'is being guided by hand',
    4: 'had a reflex and needs error recovery',
    5: 'was stopped by its user stop',
    6: 'is recovering from an error',
}

# Each of two registers is read half as often.
MOTOR_PERIOD_NS = NANOSECONDS // 4
MOTOR_SILENCE_NS = 2 * NANOSECONDS
ERRORS, TORQUE = 'Hardware_Error_Status', 'Torque_Enable'
# Bits of Hardware_Error_Status, Dynamixel X series.
MOTOR_ERRORS = {
    0: 'input voltage',
    2: 'overheating',
    3: 'motor encoder',
    4: 'electrical shock',
    5: 'overload',
}


class RobotStatus(Protocol):
    """What one robot says about itself."""

    def fault(self, now_ns: int) -> str:
        """Why the robot cannot move, as a sentence; empty when it can.

        Call it in every tick, also before the filter is active: some robots answer only when they
        are asked, and this is what asks. It never waits.

        Args:
            now_ns: Now, by the caller's clock [ns].
        """

    def close(self) -> None:
        """Leave the topic or service."""


class RunningStatus:
    """A std_msgs/Bool that is false when the robot cannot move; published when it changes.

    Two subscriptions, because none fits all publishers: the latched one gets the last value of a
    latched publisher, and the other one hears a publisher that is not latched.
    """

    def __init__(self, node: Node, embodiment: Embodiment, driver: Driver) -> None:
        del embodiment
        self._node = node
        self._topic = driver.status.topic
        self._running: bool | None = None
        self._looked_ns: int | None = None
        self._published = False
        self._subscriptions = [
            node.create_subscription(Bool, self._topic, self._on_message, profile)
            for profile in (qos.LATCHED, qos.NEWEST)
        ]

    def fault(self, now_ns: int) -> str:
        """Why the robot cannot move, as a sentence; empty when it can."""
        if self._looked_ns is None or abs(now_ns - self._looked_ns) >= PUBLISHER_PERIOD_NS:
            self._looked_ns = now_ns
            self._published = self._node.count_publishers(self._topic) > 0
            if not self._published:
                # Whoever comes next has to speak for itself.
                self._running = None
        if not self._published:
            return f'No status on {self._topic}: nobody publishes it. Is the driver running?'
        if self._running is None:
            return f'No status on {self._topic} yet.'
        return '' if self._running else f"The robot's program does not run ({self._topic})."

    def close(self) -> None:
        """Leave the topic."""
        for subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)

    def _on_message(self, message: Bool) -> None:
        self._running = bool(message.data)


class FrankaStatus:
    """The Franka driver's FrankaRobotState, at 1 kHz. Needs franka_msgs; not run in CI."""

    def __init__(self, node: Node, embodiment: Embodiment, driver: Driver) -> None:
        del embodiment
        self._topic = driver.status.topic
        self._state = Polled(node, optional('franka_msgs.msg', 'FrankaRobotState'), self._topic)
        self._looked_ns: int | None = None
        self._heard_ns: int | None = None
        self._fault = ''

    def fault(self, now_ns: int) -> str:
        """Why the robot cannot move, as a sentence; empty when it can."""
        if self._looked_ns is None or abs(now_ns - self._looked_ns) >= FRANKA_PERIOD_NS:
            self._looked_ns = now_ns
            message = self._state.take()
            if message is not None:
                self._heard_ns = now_ns
                self._fault = franka_fault(message)
        if self._heard_ns is None:
            return f'No status on {self._topic} yet. Is the driver running?'
        silence_ns = abs(now_ns - self._heard_ns)
        if silence_ns > FRANKA_SILENCE_NS:
            return f'No status on {self._topic} for {silence_ns * 1e-9:.2f} s.'
        return self._fault

    def close(self) -> None:
        """Leave the topic."""
        self._state.close()


def franka_fault(message: Any) -> str:  # noqa: ANN401 - a generated class
    """What a FrankaRobotState says against moving, as a sentence; empty if nothing."""
    mode = int(message.robot_mode)
    if mode != FRANKA_MOVES:
        said = FRANKA_MODES.get(mode, f'is in the unknown mode {mode}')
        fault = f'The robot {said}.'
    else:
        fault = ''
    errors = message.current_errors
    names = [name for name in errors.get_fields_and_field_types() if getattr(errors, name)]
    if names:
        fault = f'{fault} It reports {", ".join(names)}.'.strip()
    return fault


class InterbotixStatus:
    """Hardware errors and torque of all motors, asked of the Interbotix driver.

    A motor that is overloaded switches its torque off and says nothing. Reading a register takes
    time on the motors' bus, so one is asked for at a time. Needs interbotix_xs_msgs; not run in
    CI.
    """

    def __init__(self, node: Node, embodiment: Embodiment, driver: Driver) -> None:
        self._node = node
        self._type = optional('interbotix_xs_msgs.srv', 'RegisterValues')
        # The driver's own order of the group 'all'.
        self._motors = (*embodiment.joints, 'gripper')
        self._service = f'{driver.status.topic.rstrip("/")}/get_motor_registers'
        self._client = node.create_client(self._type, self._service)
        self._asked_ns: int | None = None
        self._next, self._after = ERRORS, TORQUE
        self._answers: dict[str, Sequence[int]] = {}
        self._heard_ns: dict[str, int] = {}

    def fault(self, now_ns: int) -> str:
        """Why the robot cannot move, as a sentence; empty when it can."""
        for register in self._answers.keys() - self._heard_ns.keys():
            self._heard_ns[register] = now_ns
        if self._asked_ns is None or abs(now_ns - self._asked_ns) >= MOTOR_PERIOD_NS:
            self._asked_ns = now_ns
            self._ask()
        for register in (ERRORS, TORQUE):
            if register not in self._heard_ns:
                return f'{self._service} has not answered yet. Is the driver running?'
            silence_ns = abs(now_ns - self._heard_ns[register])
            if silence_ns > MOTOR_SILENCE_NS:
                return f'{self._service} has not answered for {silence_ns * 1e-9:.1f} s.'
        return interbotix_fault(self._motors, self._answers[ERRORS], self._answers[TORQUE])

    def close(self) -> None:
        """Leave the service."""
        self._node.destroy_client(self._client)

    def _ask(self) -> None:
        if not self._client.service_is_ready():
            return
        register = self._next
        self._next, self._after = self._after, self._next
        request = self._type.Request(cmd_type='group', name='all', reg=register)

        def answer(future: Future) -> None:
            self._answers[register] = list(future.result().values)
            # Heard at the next call, by the caller's clock.
            self._heard_ns.pop(register, None)

        self._client.call_async(request).add_done_callback(answer)


def interbotix_fault(motors: Sequence[str], errors: Sequence[int], torque: Sequence[int]) -> str:
    """What the motors' registers say against moving, as a sentence; empty if nothing.

    Args:
        motors: Names, in the order of the values.
        errors: Hardware_Error_Status of each.
        torque: Torque_Enable of each.
    """
    if len(errors) != len(motors) or len(torque) != len(motors):
        return (
            f'Only {min(len(errors), len(torque))} of {len(motors)} motors answer: one has lost '
            'its power or its cable.'
        )
    problems = []
    for motor, error, enabled in zip(motors, errors, torque, strict=True):
        if error:
            names = [name for bit, name in MOTOR_ERRORS.items() if error >> bit & 1]
            problems.append(f'{motor}: {", ".join(names) or f"error {error}"}')
        elif not enabled:
            problems.append(f'{motor}: torque off')
    return f'Motors report {"; ".join(problems)}.' if problems else ''


STATUSES: dict[str, Callable[[Node, Embodiment, Driver], RobotStatus]] = {
    'running': RunningStatus,
    'franka_robot_state': FrankaStatus,
    'interbotix_motors': InterbotixStatus,
}


def make_robot_status(node: Node, embodiment: Embodiment, driver: Driver) -> RobotStatus:
    """The source that a robot's contract names.

    Args:
        node: Who listens.
        embodiment: The robot, its topics as in the graph.
        driver: One of its drivers.

    Raises:
        RosError: The driver's messages are not installed.
    """
    return STATUSES[driver.status.kind](node, embodiment, driver)
