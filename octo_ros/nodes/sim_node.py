# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A simulated arm with cameras; from outside it looks like a real one: same topics."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Annotated

import numpy as np
from pydantic import Field
from rclpy.clock import Clock, ClockType
from rclpy.node import Node
from sensor_msgs.msg import JointState as JointStateMsg
from std_msgs.msg import Float64, Float64MultiArray
from trajectory_msgs.msg import JointTrajectory

from octo_ros.config import config_dataclass
from octo_ros.embodiment import load_embodiment
from octo_ros.fleet import in_namespace
from octo_ros.nodes import qos
from octo_ros.nodes.parameters import declare
from octo_ros.nodes.process import run
from octo_ros.nodes.scene_messages import scene_message
from octo_ros.nodes.sim_faults import SimFaults
from octo_ros.nodes.sim_stop import SimStop
from octo_ros_msgs.msg import SceneState
from octo_ros_msgs.srv import ResetScene

if TYPE_CHECKING:
    from octo_ros.geometry import Array

# A busy machine makes time up in steps of this size at most; more would be a jump on camera.
MAX_STEP = 0.1
SCENE_RATE = 25.0
# After a reset or a stop, references this far from the arm [rad] are from before it.
MAX_JUMP = 0.05


@config_dataclass
class SimParameters:
    """Parameters of the simulator node."""

    robot: Annotated[str, Field(description='Name or file of the robot contract')]
    seed: Annotated[int, Field(ge=0, description='Where the blocks lie')] = 0
    rate: Annotated[
        float, Field(ge=20, le=500, description='Steps of physics per second [Hz]')
    ] = 100.0
    joint_state_rate: Annotated[
        float, Field(ge=10, le=500, description='Joint states per second [Hz]')
    ] = 50.0
    camera_rate: Annotated[float, Field(gt=0, le=60, description='Images per second [Hz]')] = 10.0
    camera_size: Annotated[int, Field(ge=32, le=1024, description='Height and width [px]')] = 256
    camera_noise: Annotated[
        float, Field(ge=0, le=20, description='Noise of the image sensors, standard deviation')
    ] = 1.5
    reliable_images: Annotated[
        bool, Field(description='Offer images reliably; best effort may lose them silently')
    ] = True


class SimNode(Node):
    """Physics follows the wall clock; joint states and the scene go out after every step."""

    def __init__(self) -> None:
        # MuJoCo may refuse to load; here that becomes a sentence.
        from octo_ros.nodes.sim_cameras import SimCameras
        from octo_ros.sim.simulation import Simulation

        super().__init__('octo_sim')
        parameters = declare(self, SimParameters)
        self._embodiment = in_namespace(load_embodiment(parameters.robot), self.get_namespace())
        self._simulation = Simulation(self._embodiment, parameters.seed)
        self._faults = SimFaults(self, self._embodiment)
        self._stop = SimStop(self, self._simulation, self._faults, self._expect_the_arm)
        self._cameras = SimCameras(
            self, self._simulation, self._embodiment, self._faults, parameters
        )
        self._waits_for_home = False
        self._ticks = 0
        self._ticks_per_state = max(1, round(parameters.rate / parameters.joint_state_rate))
        self._ticks_per_scene = max(1, round(parameters.rate / SCENE_RATE))
        self._joints = self.create_publisher(
            JointStateMsg, self._embodiment.joint_states.topic, qos.STATUS
        )
        self._scene = self.create_publisher(SceneState, '~/scene', qos.STATUS)
        driver = self._embodiment.drivers['sim']
        if driver.arm.kind == 'position_array':
            self.create_subscription(
                Float64MultiArray, driver.arm.topic, self._on_array, qos.COMMANDS
            )
        else:
            self.create_subscription(
                JointTrajectory, driver.arm.topic, self._on_trajectory, qos.COMMANDS
            )
        self.create_subscription(Float64, driver.gripper.topic, self._on_gripper, qos.COMMANDS)
        self.create_service(ResetScene, '~/reset', self._on_reset)
        self._last_step = time.monotonic()
        # As a robot's own controller, it goes on when the system's clock is set back.
        steady = Clock(clock_type=ClockType.STEADY_TIME)
        self.create_timer(1.0 / parameters.rate, self._step, clock=steady)
        self.get_logger().info(f'Simulating {self._embodiment.title}, seed {parameters.seed}')

    def destroy_node(self) -> None:
        """End the rendering thread, then the node."""
        self._cameras.close()
        super().destroy_node()

    def _step(self) -> None:
        now = time.monotonic()
        self._simulation.step(min(now - self._last_step, MAX_STEP))
        self._last_step = now
        self._stop.tell()
        stamp = self.get_clock().now()
        self._ticks += 1
        if self._ticks % self._ticks_per_state == 0 and not self._faults.joint_states_stopped:
            state = self._simulation.joint_state()
            message = JointStateMsg(
                name=list(state.names),
                position=state.positions.tolist(),
                velocity=state.velocities.tolist(),
            )
            message.header.stamp = stamp.to_msg()
            message.header.frame_id = self._embodiment.base_frame
            self._faults.spoil(message)
            self._joints.publish(message)
        if self._ticks % self._ticks_per_scene == 0:
            scene = self._simulation.scene(stamp.nanoseconds)
            self._scene.publish(scene_message(scene, self._embodiment.base_frame))

    def _on_trajectory(self, message: JointTrajectory) -> None:
        lengths = {len(point.positions) for point in message.points}
        known = sorted(message.joint_names) == sorted(self._embodiment.joints)
        if not known or lengths != {len(message.joint_names)}:
            self._refuse(f'a trajectory for {", ".join(message.joint_names) or "no joints"}')
            return
        by_name = dict(zip(message.joint_names, message.points[-1].positions, strict=True))
        self._command(np.array([by_name[name] for name in self._embodiment.joints]))

    def _on_array(self, message: Float64MultiArray) -> None:
        if len(message.data) != len(self._embodiment.joints):
            self._refuse(f'{len(message.data)} positions')
            return
        self._command(np.array(message.data))

    def _command(self, positions: Array) -> None:
        if not np.isfinite(positions).all():
            self._refuse('positions that are not finite')
        elif not self._stop.deaf and not self._jumps(positions):
            self._simulation.command_joints(positions)

    def _expect_the_arm(self) -> None:
        self._waits_for_home = True

    def _jumps(self, positions: Array) -> bool:
        """Whether references are from before a reset or a stop: they would throw the arm about."""
        if self._waits_for_home:
            distance = np.abs(positions - self._simulation.joint_state().positions[:-1]).max()
            self._waits_for_home = bool(distance > MAX_JUMP)
        return self._waits_for_home

    def _refuse(self, what: str) -> None:
        wanted = ', '.join(self._embodiment.joints)
        self.get_logger().error(f'Ignored {what}; wanted are {wanted}.', throttle_duration_sec=1.0)

    def _on_gripper(self, message: Float64) -> None:
        if np.isfinite(message.data) and not self._stop.deaf:
            self._simulation.command_gripper(self._embodiment.gripper.opening(message.data))

    def _on_reset(
        self, request: ResetScene.Request, response: ResetScene.Response
    ) -> ResetScene.Response:
        self._simulation.reset(int(request.seed))
        self._faults.clear()
        self._stop.clear()
        self._expect_the_arm()
        self._last_step = time.monotonic()
        response.success = True
        response.message = f'Scene {request.seed}: arm at home, blocks placed.'
        return response


def main() -> None:
    """Run the node."""
    sys.exit(run(SimNode))


if __name__ == '__main__':
    main()
