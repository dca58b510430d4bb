# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Tell the robot's driver to stop the arm when the safety filter cannot."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Protocol

from sensor_msgs.msg import JointState as JointStateMsg
from std_srvs.srv import Trigger

from octo_ros.errors import ObservationError
from octo_ros.nodes.conversions import joint_state_from_message
from octo_ros.nodes.driver import ARM_OUTPUTS
from octo_ros.nodes.optional import optional
from octo_ros.nodes.polled import Polled

if TYPE_CHECKING:
    from collections.abc import Callable

    from rclpy.node import Node
    from rclpy.task import Future

    from octo_ros.drivers import Driver
    from octo_ros.embodiment import Embodiment
    from octo_ros.nodes.driver import ArmOutput

# A driver that has not answered after this long is asked again.
RETRY_NS = 250_000_000


class Stopper(Protocol):
    """One way to stop an arm.

    Attributes:
        stopped: Whether the driver has answered that it stopped, until `forget`.
        text: What was done last, as a sentence.
    """

    stopped: bool
    text: str

    def pursue(self, now_ns: int) -> None:
        """Call often until `stopped`; asks the driver, and asks again when it does not answer.

        Args:
            now_ns: Of a clock that is never set [ns].
        """

    def problem(self) -> str:
        """What keeps the driver from being stopped now, as a sentence; empty if nothing does."""

    def forget(self) -> None:
        """Begin anew at the next `pursue`."""


class _ServiceStopper(ABC):
    """What ways through a service have in common; none of them ever waits."""

    def __init__(self, node: Node, kind: Any, service: str) -> None:  # noqa: ANN401
        self._client = node.create_client(kind, service)
        self._service = service
        self.forget()

    def forget(self) -> None:
        """Begin anew at the next `pursue`."""
        self.stopped = False
        self.text = ''
        self._due_ns: int | None = None
        # Answers to what was asked before no longer count.
        self._round = object()

    def problem(self) -> str:
        """Whether the service is missing."""
        return '' if self._client.service_is_ready() else f'{self._service} is not there.'

    def pursue(self, now_ns: int) -> None:
        """Call the service, and again until it has answered that the arm is stopped."""
        if self.stopped or (self._due_ns is not None and now_ns < self._due_ns):
            return
        self._due_ns = now_ns + RETRY_NS
        self.text = self.problem()
        if self.text:
            return
        self.text = f'{self._service} has been called and has not answered yet.'
        asked = self._round

        def answer(future: Future) -> None:
            if asked is self._round and not self.stopped:
                self._answered(future.result())

        self._client.call_async(self._request()).add_done_callback(answer)

    @abstractmethod
    def _request(self) -> Any:  # noqa: ANN401 - a generated class
        """What is asked for."""

    @abstractmethod
    def _answered(self, response: Any) -> None:  # noqa: ANN401
        """Take the answer: set `stopped` and `text`."""


class TriggerStopper(_ServiceStopper):
    """A std_srvs/Trigger service of the driver."""

    def __init__(self, node: Node, embodiment: Embodiment, driver: Driver) -> None:
        del embodiment
        super().__init__(node, Trigger, driver.stop.target)

    def _request(self) -> Trigger.Request:
        return Trigger.Request()

    def _answered(self, response: Trigger.Response) -> None:
        self.stopped = bool(response.success)
        verb = 'has stopped the arm' if self.stopped else 'has refused'
        self.text = f'{self._service} {verb}: {response.message}'


class SwitchControllerStopper(_ServiceStopper):
    """Deactivates the controller that the safety filter commands; the hardware then holds.

    Asked strictly, so that 'ok' means that this very controller was deactivated. A controller that
    is not active is refused as well; the list of controllers tells that apart. Needs
    controller_manager_msgs; not run in CI.
    """

    def __init__(self, node: Node, embodiment: Embodiment, driver: Driver) -> None:
        del embodiment
        self._controller = driver.stop.target
        self._type = optional('controller_manager_msgs.srv', 'SwitchController')
        self._list_type = optional('controller_manager_msgs.srv', 'ListControllers')
        manager = f'{node.get_namespace().rstrip("/")}/controller_manager'
        self._list = node.create_client(self._list_type, f'{manager}/list_controllers')
        super().__init__(node, self._type, f'{manager}/switch_controller')

    def _request(self) -> Any:  # noqa: ANN401
        return self._type.Request(
            deactivate_controllers=[self._controller], strictness=self._type.Request.STRICT
        )

    def _answered(self, response: Any) -> None:  # noqa: ANN401
        self.stopped = bool(response.ok)
        if self.stopped:
            self.text = f'{self._controller} was deactivated: the arm holds.'
            return
        why = getattr(response, 'message', '')  # not in Humble
        self.text = f'{self._service} refuses to deactivate {self._controller}. {why}'.strip()
        asked = self._round

        def listed(future: Future) -> None:
            if asked is self._round and not self.stopped:
                self._listed({item.name: item.state for item in future.result().controller})

        if self._list.service_is_ready():
            self._list.call_async(self._list_type.Request()).add_done_callback(listed)

    def _listed(self, states: dict[str, str]) -> None:
        state = states.get(self._controller)
        if state is not None and state != 'active':
            self.stopped = True
            self.text = f'{self._controller} is {state}: it does not move the arm.'


class HoldStopper:
    """Sends the measured joint positions once through the driver's own topic.

    For drivers that know no stop; they hold the last reference anyway. The topic is entered only
    when it is needed, because a safety filter refuses to share it, and is kept until `forget`: a
    filter that comes back then finds a second publisher and stops. There is no answer to wait for.
    """

    def __init__(self, node: Node, embodiment: Embodiment, driver: Driver) -> None:
        self._node = node
        self._embodiment = embodiment
        self._driver = driver
        self._kind = ARM_OUTPUTS[driver.arm.kind]
        self._kind.message()  # a missing package is told now, not when the arm is to be stopped
        self._joints = Polled(node, JointStateMsg, embodiment.joint_states.topic)
        self._output: ArmOutput | None = None
        self.forget()

    def forget(self) -> None:
        """Leave the topic; begin anew at the next `pursue`."""
        if self._output is not None:
            self._output.close()
        self._output = None
        self.stopped = False
        self.text = ''

    def problem(self) -> str:
        """Whether joint states or the driver are missing."""
        source, topic = self._embodiment.joint_states.topic, self._driver.arm.topic
        if self._node.count_publishers(source) == 0:
            return f'Nobody sends joint states on {source}.'
        if self._node.count_subscribers(topic) == 0:
            return f'Nobody listens on {topic}.'
        return ''

    def pursue(self, now_ns: int) -> None:
        """Send the first position that is measured from now on, when the driver listens."""
        del now_ns
        if self.stopped:
            return
        if self._output is None:
            # What was received before may be old, and would then move the arm back.
            self._joints.take()
            self._output = self._kind(self._node, self._driver.arm, self._embodiment)
        if not self._output.heard():
            self.text = self.problem() or f'{self._driver.arm.topic} is not connected yet.'
            return
        message = self._joints.take()
        if message is None:
            self.text = self.problem() or 'Waiting for a joint state: none came since the stop.'
            return
        try:
            received_ns = int(self._node.get_clock().now().nanoseconds)
            state = joint_state_from_message(message, self._embodiment, received_ns)
        except ObservationError as error:
            self.text = str(error)
            return
        self._output.hold(state)
        self.stopped = True
        self.text = f'The measured position was sent on {self._driver.arm.topic}: the arm holds.'


STOPPERS: dict[str, Callable[[Node, Embodiment, Driver], Stopper]] = {
    'trigger': TriggerStopper,
    'switch_controller': SwitchControllerStopper,
    'hold': HoldStopper,
}


def make_stopper(node: Node, embodiment: Embodiment, driver: Driver) -> Stopper:
    """The way that a robot's contract names.

    Args:
        node: Who asks; services of ros2_control are looked for in its namespace.
        embodiment: The robot, its topics as in the graph.
        driver: One of its drivers.

    Raises:
        RosError: The driver's messages are not installed.
    """
    return STOPPERS[driver.stop.kind](node, embodiment, driver)
