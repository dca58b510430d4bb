# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
import sys
from dataclasses import replace
from types import SimpleNamespace

import pytest
from sensor_msgs.msg import JointState
from std_msgs.msg import Float64MultiArray
from std_srvs.srv import Trigger

from octo_ros.drivers import StopDriver
from octo_ros.embodiment import load_embodiment
from octo_ros.errors import RosError
from octo_ros.nodes import qos
from octo_ros.nodes.stop_driver import RETRY_NS, make_stopper

from .spinning import FakeNode, service, spin

pytestmark = pytest.mark.ros


def sim_driver(robot, kind, target):
    return replace(
        load_embodiment(robot).drivers['sim'], stop=StopDriver(kind=kind, target=target)
    )


def clock():
    return iter(range(0, 10**15, RETRY_NS))


def test_trigger_is_called_until_the_driver_agrees(node):
    stopper = make_stopper(
        node, load_embodiment('ur5e'), sim_driver('ur5e', 'trigger', '/test/stop')
    )
    now = clock()
    stopper.pursue(next(now))
    assert stopper.text == stopper.problem() == '/test/stop is not there.'
    answers = [(False, 'busy'), (True, 'braked')]
    calls = []

    def on_call(request, response):
        del request
        calls.append(1)
        response.success, response.message = answers[min(len(calls), 2) - 1]
        return response

    node.create_service(Trigger, '/test/stop', on_call)
    assert spin(node, lambda: stopper.problem() == '')
    stopper.pursue(next(now))
    assert 'has not answered yet' in stopper.text
    assert spin(node, lambda: stopper.text == '/test/stop has refused: busy')
    assert not stopper.stopped
    stopper.pursue(next(now))
    assert spin(node, lambda: stopper.stopped)
    assert stopper.text == '/test/stop has stopped the arm: braked'
    stopper.pursue(next(now))
    spin(node, timeout=0.1)
    assert len(calls) == 2
    stopper.forget()
    assert not stopper.stopped
    stopper.pursue(next(now))
    assert spin(node, lambda: stopper.stopped)


def test_an_answer_to_an_earlier_stop_does_not_count():
    node = FakeNode()
    driver = sim_driver('ur5e', 'trigger', '/test/stop')
    stopper = make_stopper(node, load_embodiment('ur5e'), driver)
    stopper.pursue(0)
    stopper.forget()
    stopper.pursue(1)
    (_, early), (_, later) = node.clients['/test/stop'].calls
    early.set(success=True, message='')
    assert not stopper.stopped
    later.set(success=True, message='')
    assert stopper.stopped


def test_a_silent_driver_is_asked_again_but_not_all_the_time():
    node = FakeNode()
    driver = sim_driver('ur5e', 'trigger', '/test/stop')
    stopper = make_stopper(node, load_embodiment('ur5e'), driver)
    for now in range(0, 4 * RETRY_NS, RETRY_NS // 12):
        stopper.pursue(now)
    calls = node.clients['/test/stop'].calls
    assert 4 <= len(calls) <= 5
    # The first one was slow, but it counts.
    calls[0][1].set(success=True, message='')
    assert stopper.stopped


@pytest.fixture
def switch(monkeypatch):
    """The switch stopper with stand-ins for controller_manager_msgs."""
    module = SimpleNamespace(SwitchController=service(STRICT=2), ListControllers=service())
    monkeypatch.setitem(sys.modules, 'controller_manager_msgs', SimpleNamespace(srv=module))
    monkeypatch.setitem(sys.modules, 'controller_manager_msgs.srv', module)
    node = FakeNode()
    embodiment = load_embodiment('ur5e')
    stopper = make_stopper(node, embodiment, embodiment.drivers['real'])
    manager = '/left/controller_manager'
    clients = (
        node.clients[f'{manager}/switch_controller'],
        node.clients[f'{manager}/list_controllers'],
    )
    return stopper, *clients


def test_switch_deactivates_the_controller_strictly(switch):
    stopper, client, _ = switch
    stopper.pursue(0)
    ((request, future),) = client.calls
    assert vars(request) == {
        'deactivate_controllers': ['forward_position_controller'],
        'strictness': 2,
    }
    future.set(ok=True)
    assert stopper.stopped
    assert stopper.text == 'forward_position_controller was deactivated: the arm holds.'


@pytest.mark.parametrize(
    ('states', 'stopped'),
    [
        ({'forward_position_controller': 'active'}, False),
        ({'forward_position_controller': 'inactive'}, True),
        ({'another_controller': 'inactive'}, False),
    ],
)
def test_a_refused_switch_is_looked_into(switch, states, stopped):
    stopper, client, listing = switch
    stopper.pursue(0)
    client.calls[0][1].set(ok=False, message='no.')
    assert not stopper.stopped
    assert 'refuses to deactivate forward_position_controller. no.' in stopper.text
    controllers = [SimpleNamespace(name=name, state=state) for name, state in states.items()]
    listing.calls[0][1].set(controller=controllers)
    assert stopper.stopped is stopped
    stopper.pursue(RETRY_NS)
    assert len(client.calls) == (1 if stopped else 2)


@pytest.mark.parametrize(
    ('robot', 'package'), [('franka', 'controller_manager_msgs'), ('widowx', 'interbotix_xs_msgs')]
)
def test_a_missing_package_is_named_before_it_is_needed(node, robot, package, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    embodiment = load_embodiment(robot)
    with pytest.raises(RosError, match=f'needs the package {package}'):
        make_stopper(node, embodiment, embodiment.drivers['real'])


def joint_state(embodiment, value):
    names = [*reversed(embodiment.joints), embodiment.gripper.joint]
    return JointState(name=names, position=[value + i for i in range(len(names))])


def test_hold_sends_what_is_measured_after_the_stop_once(node):
    embodiment = load_embodiment('ur5e')
    driver = sim_driver('ur5e', 'hold', '')
    stopper = make_stopper(node, embodiment, driver)
    now = clock()
    assert stopper.problem() == 'Nobody sends joint states on /joint_states.'
    joints = node.create_publisher(JointState, '/joint_states', qos.STATUS)
    assert spin(node, lambda: 'Nobody listens' in stopper.problem())
    sent = []
    node.create_subscription(Float64MultiArray, driver.arm.topic, sent.append, qos.COMMANDS)
    assert spin(node, lambda: stopper.problem() == '')
    assert spin(node, lambda: joints.get_subscription_count() > 0)
    joints.publish(joint_state(embodiment, 0.0))
    spin(node, timeout=0.2)
    # Nobody is on the driver's topic before it is needed.
    assert node.count_publishers(driver.arm.topic) == 0

    def waits():
        stopper.pursue(next(now))
        return 'Waiting for a joint state' in stopper.text

    assert spin(node, waits)
    joints.publish(JointState(name=['elbow_joint'], position=[1.0]))

    def complains():
        stopper.pursue(next(now))
        return 'A joint state lacks' in stopper.text

    assert spin(node, complains)
    assert not stopper.stopped
    joints.publish(joint_state(embodiment, 0.5))

    def stopped():
        stopper.pursue(next(now))
        return stopper.stopped

    assert spin(node, stopped)
    stopper.pursue(next(now))
    assert spin(node, lambda: bool(sent))
    spin(node, timeout=0.1)
    assert [list(message.data) for message in sent] == [[5.5, 4.5, 3.5, 2.5, 1.5, 0.5]]
    # A filter that comes back finds it there, until the reset.
    assert node.count_publishers(driver.arm.topic) == 1
    stopper.forget()
    assert spin(node, lambda: node.count_publishers(driver.arm.topic) == 0)
