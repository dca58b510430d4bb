# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""SafeCommand → the robot driver's own messages; nothing else can be sent.

One exception makes no motion: `ArmOutput.hold` sends an arm to where it was just measured. It is
for `octo_ros.nodes.stop_driver`, when there is no safety filter any more to make a SafeCommand.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Protocol

from builtin_interfaces.msg import Duration
from std_msgs.msg import Float64, Float64MultiArray
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

from octo_ros.nodes import qos
from octo_ros.nodes.optional import optional

if TYPE_CHECKING:
    from collections.abc import Callable

    from rclpy.node import Node

    from octo_ros.drivers import ArmDriver, Driver, GripperDriver
    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array
    from octo_ros.types import JointState, SafeCommand

# A gripper command is repeated this often, so that a driver that starts late hears it too.
GRIPPER_REPEAT_TICKS = 50
GRIPPER_STEP = 0.02


class Output(Protocol):
    """One of the two halves of a driver: arm or gripper."""

    def send(self, command: SafeCommand) -> None:
        """Send what the safety filter allows."""

    def close(self) -> None:
        """Leave the topic or action, so that another filter may take it."""


class _TopicOutput:
    """What all outputs to a topic share."""

    def __init__(self, node: Node, kind: Any, topic: str) -> None:  # noqa: ANN401 - a message class
        self._node = node
        self._publisher = node.create_publisher(kind, topic, qos.COMMANDS)

    def close(self) -> None:
        """Leave the topic."""
        self._node.destroy_publisher(self._publisher)

    def heard(self) -> bool:
        """Whether somebody receives what is sent."""
        return int(self._publisher.get_subscription_count()) > 0


class ArmOutput(_TopicOutput, ABC):
    """What all arm outputs share: their references are joint positions."""

    def __init__(self, node: Node, arm: ArmDriver, embodiment: Embodiment) -> None:
        super().__init__(node, self.message(), arm.topic)
        self._joints = list(embodiment.joints)
        self._period = Duration(nanosec=int(1e9 / embodiment.timing.control_rate))

    @staticmethod
    @abstractmethod
    def message() -> Any:  # noqa: ANN401 - a generated class
        """The driver's message class; a RosError where it is not installed."""

    def send(self, command: SafeCommand) -> None:
        """Publish what the safety filter allows."""
        self._publish(command.positions)

    def hold(self, state: JointState) -> None:
        """Publish where the arm was measured to be."""
        self._publish(state.positions)

    @abstractmethod
    def _publish(self, positions: Array) -> None:
        """Shape (n,), rad, in the order of the embodiment's joints."""


class JointTrajectoryOutput(ArmOutput):
    """ros2_control's joint_trajectory_controller: one point, reached after one control period."""

    @staticmethod
    def message() -> Any:  # noqa: ANN401
        """The driver's message class."""
        return JointTrajectory

    def _publish(self, positions: Array) -> None:
        # Stamp 0 means 'now' to the controller. Positions only: since Jazzy it refuses points that
        # end with a velocity.
        point = JointTrajectoryPoint(positions=positions.tolist(), time_from_start=self._period)
        self._publisher.publish(JointTrajectory(joint_names=self._joints, points=[point]))


class PositionArrayOutput(ArmOutput):
    """ros2_control's forward_command_controller: positions in the embodiment's order."""

    @staticmethod
    def message() -> Any:  # noqa: ANN401
        """The driver's message class."""
        return Float64MultiArray

    def _publish(self, positions: Array) -> None:
        self._publisher.publish(Float64MultiArray(data=positions.tolist()))


class InterbotixGroupOutput(ArmOutput):
    """The Interbotix driver's group of arm joints. Needs its messages; not run in CI."""

    @staticmethod
    def message() -> Any:  # noqa: ANN401
        """The driver's message class; a RosError where it is not installed."""
        return optional('interbotix_xs_msgs.msg', 'JointGroupCommand')

    def _publish(self, positions: Array) -> None:
        self._publisher.publish(self.message()(name='arm', cmd=positions.tolist()))


class _OnChange:
    """Decides when a gripper command is worth sending."""

    def __init__(self) -> None:
        self._sent: float | None = None
        self._ticks = 0

    def due(self, opening: float, *, repeat: bool) -> bool:
        self._ticks += 1
        changed = self._sent is None or abs(opening - self._sent) > GRIPPER_STEP
        if not changed and not (repeat and self._ticks >= GRIPPER_REPEAT_TICKS):
            return False
        self._sent, self._ticks = opening, 0
        return True


class PositionGripperOutput(_TopicOutput):
    """A gripper driven by its joint position."""

    def __init__(self, node: Node, gripper: GripperDriver, embodiment: Embodiment) -> None:
        self._gripper = embodiment.gripper
        super().__init__(node, Float64, gripper.topic)
        self._when = _OnChange()

    def send(self, command: SafeCommand) -> None:
        """Publish the joint position of the opening."""
        if self._when.due(command.gripper, repeat=True):
            self._publisher.publish(Float64(data=self._gripper.position(command.gripper)))


class GripperCommandOutput:
    """control_msgs/GripperCommand (Franka, Robotiq). Needs control_msgs; not run in CI."""

    def __init__(self, node: Node, gripper: GripperDriver, embodiment: Embodiment) -> None:
        from rclpy.action import ActionClient

        self._type = optional('control_msgs.action', 'GripperCommand')
        self._client = ActionClient(node, self._type, gripper.topic)
        self._gripper = embodiment.gripper
        self._max_effort = float(gripper.max_effort or 0.0)
        self._when = _OnChange()

    def send(self, command: SafeCommand) -> None:
        """Send a goal when the opening changes; never waits for its end."""
        if self._client.server_is_ready() and self._when.due(command.gripper, repeat=False):
            goal = self._type.Goal()
            goal.command.position = self._gripper.position(command.gripper)
            goal.command.max_effort = self._max_effort
            self._client.send_goal_async(goal)

    def close(self) -> None:
        """Leave the action."""
        self._client.destroy()


class InterbotixSingleOutput(_TopicOutput):
    """The Interbotix gripper, linear position mode. Needs its messages; not run in CI."""

    def __init__(self, node: Node, gripper: GripperDriver, embodiment: Embodiment) -> None:
        self._type = optional('interbotix_xs_msgs.msg', 'JointSingleCommand')
        self._gripper = embodiment.gripper
        super().__init__(node, self._type, gripper.topic)
        self._when = _OnChange()

    def send(self, command: SafeCommand) -> None:
        """Publish the distance between the fingers, twice one finger's position [m]."""
        if self._when.due(command.gripper, repeat=True):
            distance = 2.0 * self._gripper.position(command.gripper)
            self._publisher.publish(self._type(name='gripper', cmd=distance))


ARM_OUTPUTS: dict[str, type[ArmOutput]] = {
    'joint_trajectory': JointTrajectoryOutput,
    'position_array': PositionArrayOutput,
    'interbotix_group': InterbotixGroupOutput,
}
GRIPPER_OUTPUTS: dict[str, Callable[[Node, GripperDriver, Embodiment], Output]] = {
    'position': PositionGripperOutput,
    'gripper_command': GripperCommandOutput,
    'interbotix_single': InterbotixSingleOutput,
}


class RobotDriver:
    """The arm and the gripper of one robot.

    Raises:
        RosError: The driver's messages are not installed.
    """

    def __init__(self, node: Node, driver: Driver, embodiment: Embodiment) -> None:
        self._outputs: tuple[Output, ...] = (
            # The gripper first: where its messages are missing, the arm's topic stays free.
            GRIPPER_OUTPUTS[driver.gripper.kind](node, driver.gripper, embodiment),
            ARM_OUTPUTS[driver.arm.kind](node, driver.arm, embodiment),
        )

    def send(self, command: SafeCommand) -> None:
        """Send what the safety filter allows."""
        for output in self._outputs:
            output.send(command)

    def close(self) -> None:
        """Leave the driver's topics and actions."""
        for output in self._outputs:
            output.close()
