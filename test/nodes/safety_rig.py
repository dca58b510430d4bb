# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The real safety filter node in the test's own process, with a made-up robot that obeys."""

import rclpy
from geometry_msgs.msg import Vector3
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import JointState
from std_msgs.msg import Bool
from std_srvs.srv import Trigger
from trajectory_msgs.msg import JointTrajectory

from octo_ros.embodiment import load_embodiment
from octo_ros.nodes import qos, rival_watch, safety_filter_node
from octo_ros.nodes.command_input import ACTION_TOPIC, JOINT_TOPIC
from octo_ros.robots.kinematics import Kinematics
from octo_ros_msgs.msg import (
    EndEffectorDelta,
    ExecutedAction,
    ExecutedJointTarget,
    JointTarget,
    SafetyStatus,
)

from .rig import Spinning

PERIOD = 0.1
ROBOT = 'widowx'


class SafetyRig(Spinning):
    """Node, robot and executor; everything runs while the test waits.

    Attributes:
        stop_button: What the emergency stop says ten times per second; None while it is silent.
        step: Displacement along x of every command, ten per second [m]; None for no commands.
        shift_ns: Added to everybody's clock.
    """

    def __init__(self, monkeypatch, domain_id, robot=ROBOT, **parameters):
        monkeypatch.setattr(rival_watch, 'SEARCH', 0.3)
        values = {'robot': robot, 'driver': 'sim'} | parameters
        overrides = [part for item in values.items() for part in ('-p', '{}:={}'.format(*item))]
        rclpy.init(args=['--ros-args', *overrides], domain_id=domain_id)
        self.contract = load_embodiment(robot)
        self.kinematics = Kinematics.for_embodiment(self.contract)
        self.node = safety_filter_node.SafetyFilterNode()
        self.robot = Node('test_robot')
        self.shift_ns = 0
        for clock in (self.node.get_clock(), self.robot.get_clock()):
            monkeypatch.setattr(clock, 'now', self._shifted(clock.now))
        self.positions = list(self.contract.home)
        self.stop_button = None
        self.step = None
        self.gripper = 1.0
        self.statuses, self.actions, self.targets, self.references = [], [], [], []
        self._seq = 0
        self._connect()
        self._executor = SingleThreadedExecutor()
        self._executor.add_node(self.node)
        self._executor.add_node(self.robot)
        try:
            self.spin_until(lambda: self.node.active, 'the node to be active')
        except BaseException:
            self.close()  # or no other test could start
            raise

    @property
    def status(self):
        return self.statuses[-1]

    def close(self):
        self.node.destroy_node()
        self.robot.destroy_node()
        self._executor.shutdown(timeout_sec=1.0)
        rclpy.try_shutdown()

    def wait_for_state(self, state):
        self.spin_until(lambda: self.statuses and self.status.state == state, f'the state {state}')

    def call(self, kind, name, request):
        client = self.robot.create_client(kind, name)
        self.spin_until(client.service_is_ready, name)
        future = client.call_async(request)
        self.spin_until(future.done, f'{name} to answer')
        self.robot.destroy_client(client)
        return future.result()

    def reset(self):
        return self.call(Trigger, '/octo_safety/reset', Trigger.Request())

    def transition(self, number):
        request = ChangeState.Request(transition=Transition(id=number))
        return self.call(ChangeState, '/octo_safety/change_state', request).success

    def begin(self):
        """Hold, with nothing in the way and nothing to do."""
        self.step = None
        self.running.publish(Bool(data=True))
        self.stop_button = None if self.stop_button is None else False
        self.spin_until(lambda: self.reset().success, 'a reset')
        self.wait_for_state(SafetyStatus.HOLD)

    def now(self):
        return self.robot.get_clock().now().to_msg()

    def command(self, x=0.0, **fields):
        """A displacement along x from now on, the next of the run."""
        self._seq += 1
        message = EndEffectorDelta(
            seq=self._seq, translation=Vector3(x=x), gripper=self.gripper, duration=PERIOD
        )
        message.header.stamp = self.now()
        message.header.frame_id = self.contract.base_frame
        for name, value in fields.items():
            setattr(message, name, value)
        return message

    def target(self, positions, **fields):
        """Joint positions to reach, the next of the run."""
        self._seq += 1
        message = JointTarget(
            seq=self._seq,
            joint_names=list(self.contract.joints),
            positions=positions,
            gripper=self.gripper,
            duration=PERIOD,
        )
        message.header.stamp = self.now()
        for name, value in fields.items():
            setattr(message, name, value)
        return message

    def _connect(self):
        robot, contract = self.robot, self.contract
        driver = contract.drivers['sim']
        self._joints = robot.create_publisher(JointState, contract.joint_states.topic, 10)
        self.running = robot.create_publisher(Bool, driver.status.topic, qos.LATCHED)
        self.running.publish(Bool(data=True))
        self._stop = robot.create_publisher(Bool, contract.locks['emergency_stop'].topic, 10)
        self.commands = robot.create_publisher(EndEffectorDelta, ACTION_TOPIC, qos.COMMANDS)
        robot.create_timer(0.01, self._send_joints)
        robot.create_timer(PERIOD, self._send_slowly)
        robot.create_subscription(JointTrajectory, driver.arm.topic, self._obey, qos.COMMANDS)
        for kind, name, heard in (
            (SafetyStatus, 'status', self.statuses),
            (ExecutedAction, 'executed_action', self.actions),
            (ExecutedJointTarget, 'executed_joint_target', self.targets),
        ):
            topic = f'/octo_safety/{name}'
            robot.create_subscription(kind, topic, heard.append, qos.DECISIONS)

    def _shifted(self, true_now):
        def now():
            time_ = true_now()
            shifted_ns = time_.nanoseconds + self.shift_ns
            return rclpy.time.Time(nanoseconds=shifted_ns, clock_type=time_.clock_type)

        return now

    def joint_publisher(self):
        """A publisher of joint targets in place of the one of displacements."""
        self.robot.destroy_publisher(self.commands)
        return self.robot.create_publisher(JointTarget, JOINT_TOPIC, qos.COMMANDS)

    def displacement_publisher(self, former):
        self.robot.destroy_publisher(former)
        self.commands = self.robot.create_publisher(EndEffectorDelta, ACTION_TOPIC, qos.COMMANDS)

    def _obey(self, message):
        self.positions = list(message.points[0].positions)
        self.references.append(self.positions)

    def _send_joints(self):
        message = JointState(
            name=[*self.contract.joints, self.contract.gripper.joint],
            position=[*self.positions, self.contract.gripper.open_position],
        )
        message.header.stamp = self.now()
        self._joints.publish(message)

    def _send_slowly(self):
        if self.stop_button is not None:
            self._stop.publish(Bool(data=self.stop_button))
        if self.step is not None:
            self.commands.publish(self.command(self.step))
