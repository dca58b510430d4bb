# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Joint states that were spoilt, and what is no fault."""

import numpy as np
import pytest
from sensor_msgs.msg import JointState

from octo_ros.embodiment import load_embodiment
from octo_ros.errors import ObservationError
from octo_ros.nodes.conversions import joint_state_from_message
from octo_ros.nodes.sim_faults import SimFaults
from octo_ros_msgs.srv import InjectFault

ROBOT = load_embodiment('ur5e')
FAULT = InjectFault.Request


class Services:
    """Stands in for the node: keeps the service's callback."""

    def create_service(self, kind, name, callback):
        assert (kind, name) == (InjectFault, '~/inject_fault')
        self.callback = callback


@pytest.fixture
def services():
    return Services()


@pytest.fixture
def faults(services):
    return SimFaults(services, ROBOT)


def ask(services, fault, target='', active=True):
    request = InjectFault.Request(fault=fault, target=target, active=active)
    return services.callback(request, InjectFault.Response())


def joint_states(faults):
    names = [*ROBOT.joints, ROBOT.gripper.joint]
    values = list(np.arange(len(names)) * 0.1)
    message = JointState(name=names, position=values, velocity=values)
    faults.spoil(message)
    return message


def read(faults):
    return joint_state_from_message(joint_states(faults), ROBOT, 0)


def test_another_order_is_the_same_state(services, faults):
    before = read(faults)
    assert ask(services, FAULT.PERMUTE_JOINT_STATES).success
    message = joint_states(faults)
    assert message.name == [ROBOT.gripper.joint, *reversed(ROBOT.joints)]
    after = read(faults)
    np.testing.assert_array_equal(after.positions, before.positions)
    np.testing.assert_array_equal(after.velocities, before.velocities)


def test_no_number_and_no_joint_cannot_be_read_until_the_fault_ends(services, faults):
    joint = ROBOT.joints[1]
    for fault, target in ((FAULT.NAN_JOINT_STATES, ''), (FAULT.DROP_JOINT, joint)):
        assert ask(services, fault, target).success
        with pytest.raises(ObservationError):
            read(faults)
        assert ask(services, fault, target, active=False).success
        read(faults)
    ask(services, FAULT.DROP_JOINT, joint)
    faults.clear()
    read(faults)


def test_the_others_are_on_and_off(services, faults):
    camera = next(iter(ROBOT.cameras))
    for fault, target, state in (
        (FAULT.STOP_JOINT_STATES, '', lambda: faults.joint_states_stopped),
        (FAULT.ROBOT_FAULT, '', lambda: faults.robot_fault),
        (FAULT.FREEZE_CAMERA, camera, lambda: camera in faults.frozen),
        (FAULT.STOP_CAMERA, camera, lambda: camera in faults.silent),
    ):
        assert not state()
        ask(services, fault, target)
        assert state()
        ask(services, fault, target, active=False)
        assert not state()


@pytest.mark.parametrize(
    ('fault', 'target', 'told'),
    [
        (99, '', 'Unknown fault 99'),
        (FAULT.FREEZE_CAMERA, 'top', "Unknown camera 'top': give one of image_primary"),
        (FAULT.DROP_JOINT, 'knee', "Unknown joint 'knee': give one of shoulder_pan_joint"),
        (FAULT.DROP_JOINT, '', "Unknown joint ''"),
        (FAULT.ROBOT_FAULT, 'elbow_joint', "leave the target empty, not 'elbow_joint'"),
    ],
)
def test_what_there_is_not_is_refused(services, faults, fault, target, told):
    response = ask(services, fault, target)
    assert not response.success
    assert told in response.message
    read(faults)
