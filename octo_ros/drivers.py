# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A robot's own interface, as its contract describes it; `octo_ros.nodes.driver` speaks it."""

from __future__ import annotations

from typing import Literal

from octo_ros.config import config_dataclass
from octo_ros.limits import Positive


@config_dataclass
class ArmDriver:
    """Where joint references go.

    Attributes:
        kind: `joint_trajectory` (trajectory_msgs/JointTrajectory, one point), `position_array`
            (std_msgs/Float64MultiArray in the order of `joints`) or `interbotix_group`.
        topic: Command topic of the driver.
    """

    kind: Literal['joint_trajectory', 'position_array', 'interbotix_group']
    topic: str


@config_dataclass
class GripperDriver:
    """Where gripper commands go.

    Attributes:
        kind: `position` (std_msgs/Float64, joint value), `gripper_command`
            (control_msgs/GripperCommand action) or `interbotix_single`.
        topic: Topic or action name.
        max_effort: Effort limit of the action [N]; only for `gripper_command`.
    """

    kind: Literal['position', 'gripper_command', 'interbotix_single']
    topic: str
    max_effort: Positive | None = None


@config_dataclass
class StatusSource:
    """Where the robot says whether it can move.

    Attributes:
        kind: `running` (std_msgs/Bool, false when it cannot: the UR driver, the simulator),
            `franka_robot_state` (franka_msgs/FrankaRobotState) or `interbotix_motors` (hardware
            errors and torque of the motors, through its services).
        topic: Topic; of `interbotix_motors` the driver's namespace.
    """

    kind: Literal['running', 'franka_robot_state', 'interbotix_motors']
    topic: str


@config_dataclass
class StopDriver:
    """How to stop the arm when the safety filter's process is gone.

    Attributes:
        kind: `trigger` (std_srvs/Trigger service), `switch_controller` (deactivates a controller
            of ros2_control) or `hold` (sends the measured positions once).
        target: Name of the service or controller; empty for `hold`.
    """

    kind: Literal['trigger', 'switch_controller', 'hold']
    target: str


@config_dataclass
class Driver:
    """The robot's own interface: one for the real arm, one for the simulator."""

    arm: ArmDriver
    gripper: GripperDriver
    status: StatusSource
    stop: StopDriver
