# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from std_msgs.msg import Bool

from octo_ros.embodiment import load_embodiment
from octo_ros.errors import RosError
from octo_ros.nodes import qos, robot_status
from octo_ros.nodes.polled import Polled
from octo_ros.nodes.robot_status import (
    InterbotixStatus,
    franka_fault,
    interbotix_fault,
    make_robot_status,
)

from .spinning import FakeNode, service, spin

pytestmark = pytest.mark.ros

MS = 1_000_000
SECOND = 1000 * MS


def driver(robot, which):
    return load_embodiment(robot).drivers[which]


def profile(durability, reliability):
    return QoSProfile(depth=1, durability=durability, reliability=reliability)


@pytest.mark.parametrize(
    'offered',
    [
        qos.LATCHED,
        profile(DurabilityPolicy.VOLATILE, ReliabilityPolicy.RELIABLE),
        profile(DurabilityPolicy.VOLATILE, ReliabilityPolicy.BEST_EFFORT),
    ],
    ids=['latched', 'volatile', 'best effort'],
)
def test_running_hears_any_publisher_and_its_end(node, offered):
    source = replace(driver('ur5e', 'sim').status, topic='/test/running')
    contract = replace(driver('ur5e', 'sim'), status=source)
    status = make_robot_status(node, load_embodiment('ur5e'), contract)
    now = iter(range(0, 10**15, SECOND))
    assert status.fault(next(now)) == (
        'No status on /test/running: nobody publishes it. Is the driver running?'
    )
    publisher = node.create_publisher(Bool, '/test/running', offered)
    assert spin(node, lambda: 'yet' in status.fault(next(now)))
    spin(node, lambda: publisher.get_subscription_count() > 0)
    publisher.publish(Bool(data=True))
    assert spin(node, lambda: status.fault(next(now)) == '')
    publisher.publish(Bool(data=False))
    sentence = "The robot's program does not run (/test/running)."
    assert spin(node, lambda: status.fault(next(now)) == sentence)
    publisher.publish(Bool(data=True))
    assert spin(node, lambda: status.fault(next(now)) == '')
    node.destroy_publisher(publisher)
    assert spin(node, lambda: 'nobody publishes' in status.fault(next(now)))
    # The next publisher is not believed before it has spoken.
    publisher = node.create_publisher(Bool, '/test/running', offered)
    assert spin(node, lambda: 'yet' in status.fault(next(now)))
    status.close()
    assert node.count_subscribers('/test/running') == 0


def test_running_gets_what_was_said_before_it_listened(node):
    publisher = node.create_publisher(Bool, '/octo_sim/running', qos.LATCHED)
    publisher.publish(Bool(data=True))
    status = make_robot_status(node, load_embodiment('ur5e'), driver('ur5e', 'sim'))
    now = iter(range(0, 10**15, SECOND))
    assert spin(node, lambda: status.fault(next(now)) == '')


def test_a_polled_topic_wakes_nobody_and_gives_the_newest(node):
    polled = Polled(node, Bool, '/test/polled')
    publisher = node.create_publisher(Bool, '/test/polled', qos.STATUS)
    assert spin(node, lambda: publisher.get_subscription_count() > 0)
    assert polled.take() is None
    for value in (False, False, True):
        publisher.publish(Bool(data=value))
    spin(node, timeout=0.3)  # an executor that took the message would leave nothing
    assert polled.take().data is True
    assert polled.take() is None
    polled.close()
    assert node.count_subscribers('/test/polled') == 0


@pytest.mark.parametrize(
    ('robot', 'package'), [('franka', 'franka_msgs'), ('widowx', 'interbotix_xs_msgs')]
)
def test_a_missing_package_is_named(node, robot, package, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(RosError, match=f'needs the package {package}'):
        make_robot_status(node, load_embodiment(robot), driver(robot, 'real'))


def franka_state(mode=2, **errors):
    """A stand-in for FrankaRobotState, as far as it is read."""
    names = {'joint_reflex': False, 'power_limit_violation': False} | errors
    current = SimpleNamespace(get_fields_and_field_types=lambda: dict.fromkeys(names), **names)
    return SimpleNamespace(robot_mode=mode, current_errors=current)


@pytest.mark.parametrize(
    ('state', 'sentence'),
    [
        (franka_state(), ''),
        (franka_state(4), 'The robot had a reflex and needs error recovery.'),
        (franka_state(5), 'The robot was stopped by its user stop.'),
        (franka_state(1), 'The robot is idle: no controller drives it.'),
        (franka_state(77), 'The robot is in the unknown mode 77.'),
        (franka_state(joint_reflex=True), 'It reports joint_reflex.'),
        (
            franka_state(4, joint_reflex=True, power_limit_violation=True),
            'The robot had a reflex and needs error recovery. '
            'It reports joint_reflex, power_limit_violation.',
        ),
    ],
)
def test_franka_modes_and_errors(state, sentence):
    assert franka_fault(state) == sentence


@pytest.fixture
def franka(monkeypatch):
    """The status with stand-ins for franka_msgs and the topic, and what comes on the topic."""
    module = SimpleNamespace(FrankaRobotState=object)
    monkeypatch.setitem(sys.modules, 'franka_msgs', SimpleNamespace(msg=module))
    monkeypatch.setitem(sys.modules, 'franka_msgs.msg', module)
    queue = []
    polled = SimpleNamespace(take=lambda: queue.pop() if queue else None)
    monkeypatch.setattr(robot_status, 'Polled', lambda *_: polled)
    return make_robot_status(None, load_embodiment('franka'), driver('franka', 'real')), queue


def test_silence_of_a_franka_is_a_fault(franka):
    status, queue = franka
    assert 'yet' in status.fault(0)
    queue.append(franka_state())
    assert status.fault(50 * MS) == ''
    assert status.fault(250 * MS) == ''
    assert 'robot_state for 0.21 s' in status.fault(260 * MS)
    queue.append(franka_state(4))
    assert 'reflex' in status.fault(310 * MS)
    queue.append(franka_state())
    assert status.fault(360 * MS) == ''


def test_a_clock_that_is_set_does_not_hide_the_silence_of_a_franka(franka):
    status, queue = franka
    queue.append(franka_state())
    assert status.fault(10 * SECOND) == ''
    assert 'No status' in status.fault(5 * SECOND)
    assert not queue


MOTORS = ('waist', 'shoulder', 'gripper')


@pytest.mark.parametrize(
    ('errors', 'torque', 'sentence'),
    [
        ([0, 0, 0], [1, 1, 1], ''),
        ([0, 32, 0], [1, 0, 1], 'Motors report shoulder: overload.'),
        (
            [0b100101, 0, 0],
            [1, 1, 0],
            'Motors report waist: input voltage, overheating, overload; gripper: torque off.',
        ),
        ([128, 0, 0], [1, 1, 1], 'Motors report waist: error 128.'),
        ([0, 0], [1, 1, 1], 'Only 2 of 3 motors answer: one has lost its power or its cable.'),
        ([0, 0, 0], [], 'Only 0 of 3 motors answer: one has lost its power or its cable.'),
    ],
)
def test_interbotix_registers(errors, torque, sentence):
    assert interbotix_fault(MOTORS, errors, torque) == sentence


@pytest.fixture
def interbotix(monkeypatch):
    module = SimpleNamespace(RegisterValues=service())
    monkeypatch.setitem(sys.modules, 'interbotix_xs_msgs', SimpleNamespace(srv=module))
    monkeypatch.setitem(sys.modules, 'interbotix_xs_msgs.srv', module)
    node = FakeNode()
    status = make_robot_status(node, load_embodiment('widowx'), driver('widowx', 'real'))
    assert isinstance(status, InterbotixStatus)
    return status, node.clients['/wx250s/get_motor_registers'], node


def test_interbotix_motors_are_asked_in_turn_and_never_waited_for(interbotix):
    status, client, node = interbotix
    client.ready = False
    assert 'has not answered yet' in status.fault(0)
    assert client.calls == []
    client.ready = True
    for now in range(SECOND, SECOND + 500 * MS, 10 * MS):
        assert 'has not answered yet' in status.fault(now)
    assert [request.reg for request, _ in client.calls] == [
        'Hardware_Error_Status',
        'Torque_Enable',
    ]
    assert {(r.cmd_type, r.name) for r, _ in client.calls} == {('group', 'all')}
    client.calls[0][1].set(values=[0] * 7)
    client.calls[1][1].set(values=[1] * 7)
    assert status.fault(SECOND + 500 * MS) == ''
    client.calls[2][1].set(values=[0, 32, 0, 0, 0, 0, 0])
    assert status.fault(SECOND + 510 * MS) == 'Motors report shoulder: overload.'
    status.close()
    assert node.clients == {}


def test_interbotix_silence_is_a_fault(interbotix):
    status, client, _ = interbotix
    status.fault(0)
    status.fault(250 * MS)
    client.calls[0][1].set(values=[0] * 7)
    client.calls[1][1].set(values=[1] * 7)
    assert status.fault(260 * MS) == ''
    assert status.fault(2260 * MS) == ''
    assert 'has not answered for 2.0 s' in status.fault(2270 * MS)
