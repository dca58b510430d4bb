# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The safety filter node over real DDS: what stops it, what it tells, what it takes."""

import math
import os
import time

import numpy as np
import pytest
from geometry_msgs.msg import Vector3
from lifecycle_msgs.msg import Transition
from rclpy.parameter import Parameter
from std_msgs.msg import Bool, UInt64
from visualization_msgs.msg import MarkerArray

from octo_ros.nodes import qos
from octo_ros.nodes.heartbeat import sender_and_count
from octo_ros.nodes.safety_reports import BITS
from octo_ros.safety_codes import SafetyCode
from octo_ros_msgs.msg import EndEffectorDelta, ExecutedAction, JointTarget, SafetyStatus
from octo_ros_msgs.srv import AddObstacle, RemoveObstacle

from .safety_rig import SafetyRig

pytestmark = pytest.mark.ros
STEP = 0.005  # m per command


@pytest.fixture(scope='module')
def module_rig():
    with pytest.MonkeyPatch.context() as monkeypatch:
        made = SafetyRig(monkeypatch, int(os.environ['ROS_DOMAIN_ID']))
        yield made
        made.close()


@pytest.fixture
def rig(module_rig):
    module_rig.begin()
    return module_rig


def wait_until_running(rig):
    rig.spin_until(
        lambda: rig.status.state == SafetyStatus.RUN and rig.status.time_at_rest == 0.0,
        'the arm to move',
    )


def test_the_status_tells_what_the_filter_does(rig):
    seen, accepted = len(rig.statuses), rig.status.accepted
    rig.step = STEP
    rig.spin_for(1.0)
    assert 3 <= len(rig.statuses) - seen <= 14
    wait_until_running(rig)
    status = rig.status
    assert (status.state, status.latch, status.robot_fault) == (SafetyStatus.RUN, '', '')
    assert status.header.frame_id == rig.contract.base_frame
    assert status.active_mask == sum(BITS[SafetyCode[name]] for name in status.active)
    assert status.time_at_rest == 0.0
    assert 0.0 <= status.time_since_command < 0.4
    assert status.accepted > accepted
    assert status.requested_translation.x == STEP
    # Less, and more for the next, where the machine was too busy for every tick.
    assert 0.0 < status.executed_translation.x < 2.0 * STEP
    assert 0.0 < status.tick_ms_p50 <= status.tick_ms_p99 <= status.tick_ms_max
    assert status.late_time >= 0.0
    assert 0.0 < status.linear_scale <= 1.0
    assert status.min_joint_margin > 0.0
    assert status.smallest_singular_value > 0.02
    assert len(status.nearest) == 2
    assert status.nearest_distance > status.nearest_clearance >= 0.0
    assert 0.0 < status.stop_duration < 1.0
    rig.step = 0.0
    rig.spin_for(0.6)
    rig.step = None
    rig.wait_for_state(SafetyStatus.HOLD)
    rig.spin_until(lambda: rig.status.time_at_rest > 0.3, 'the arm to rest')
    counts = dict(zip(rig.status.codes, rig.status.counts, strict=True))
    assert counts['STOP_COMMAND_TIMEOUT'] >= 1
    assert all(counts.values())


def test_an_emergency_stop_latches_and_is_named(rig):
    rig.stop_button = False
    rig.step = STEP
    wait_until_running(rig)
    rig.stop_button = True
    rig.wait_for_state(SafetyStatus.LATCHED)
    assert rig.status.code == 'STOP_EMERGENCY'
    assert 'emergency_stop' in rig.status.latch
    assert list(rig.status.locks) == ['emergency_stop']
    rig.step = None
    refused = rig.reset()
    assert not refused.success
    assert 'emergency_stop' in refused.message
    rig.stop_button = False
    rig.spin_for(0.3)
    assert rig.reset().success
    rig.wait_for_state(SafetyStatus.HOLD)
    rig.step = STEP
    wait_until_running(rig)
    # Once it was heard, its silence is as good as a push.
    rig.stop_button = None
    rig.wait_for_state(SafetyStatus.LATCHED)
    assert rig.status.code == 'STOP_EMERGENCY'
    rig.stop_button = False


def test_a_fault_of_the_robot_latches_until_it_is_gone(rig):
    rig.running.publish(Bool(data=False))
    rig.wait_for_state(SafetyStatus.LATCHED)
    assert rig.status.code == 'STOP_ROBOT_FAULT'
    assert rig.status.robot_fault in rig.status.latch
    assert rig.status.robot_fault in rig.reset().message
    rig.running.publish(Bool(data=True))
    rig.spin_for(0.2)
    assert rig.reset().success


def test_a_refused_command_is_reported_as_it_came(rig):
    rig.actions.clear()
    bad = rig.command(STEP, rotation=Vector3(x=math.nan, y=math.inf, z=1e300))
    rig.commands.publish(bad)
    rig.spin_until(lambda: rig.actions, 'a report')
    report = rig.actions[0]
    assert (report.decision, report.code) == (ExecutedAction.REFUSED, 'REJECTED_NOT_FINITE')
    assert report.reason
    got = report.requested
    assert math.isnan(got.rotation.x)
    assert (got.rotation.y, got.rotation.z, got.translation.x) == (math.inf, 1e300, STEP)
    assert (got.seq, got.header) == (bad.seq, bad.header)
    moved = (report.translation.x, report.translation.y, report.translation.z)
    assert moved == (0.0, 0.0, 0.0)


def test_a_second_policy_latches(rig):
    second = rig.robot.create_publisher(EndEffectorDelta, 'octo/action', qos.COMMANDS)
    rig.wait_for_state(SafetyStatus.LATCHED)
    assert rig.status.code == 'STOP_DUPLICATE_PUBLISHER'
    refused = rig.reset()
    assert not refused.success
    for said in (rig.status.latch, refused.message):
        assert 'octo/action' in said
        assert '2 publishers: /test_robot, /test_robot' in said
        assert 'up to 20 s' in said
    rig.robot.destroy_publisher(second)
    rig.spin_until(lambda: rig.reset().success, 'a reset')
    # One at either topic is one too many as well.
    second = rig.robot.create_publisher(JointTarget, 'octo/joint_action', qos.COMMANDS)
    rig.wait_for_state(SafetyStatus.LATCHED)
    rig.robot.destroy_publisher(second)


@pytest.mark.parametrize('seconds', [5, -5])
def test_a_clock_that_jumps_latches_and_the_ticks_go_on(rig, seconds):
    rig.step = STEP
    wait_until_running(rig)
    rig.shift_ns += seconds * 1_000_000_000
    rig.wait_for_state(SafetyStatus.LATCHED)
    assert rig.status.code == 'STOP_CLOCK_JUMP'
    # With timers of the clock that was set back there would be none for five seconds.
    sent = len(rig.references)
    rig.spin_until(lambda: len(rig.references) - sent > 25, '25 ticks', timeout=2.0)
    rig.step = None
    assert rig.reset().success


def test_a_filter_that_was_held_up_does_not_blame_the_clock(rig):
    rig.spin_for(0.1)  # at least one tick after the reset
    time.sleep(0.8)  # of the node's process too
    rig.wait_for_state(SafetyStatus.LATCHED)
    # Its joint states are old by then, too.
    assert 'STOP_CLOCK_JUMP' in rig.status.active
    assert 'The filter itself stood still for 0.8' in rig.status.latch
    rig.spin_for(0.1)
    assert rig.reset().success


def test_joint_targets_pass_the_same_filter(rig):
    publisher = rig.joint_publisher()
    rig.spin_until(lambda: publisher.get_subscription_count() > 0, 'the filter to listen')
    try:
        rig.targets.clear()
        goal = np.array(rig.positions)
        for _ in range(5):
            goal += np.array([0.01, 0.0, 0.0, 0.0, 0.0, 0.01])
            publisher.publish(rig.target(goal.tolist()))
            rig.spin_for(0.15)  # a little more than it takes, for ticks that are lost
        rig.spin_until(lambda: len(rig.targets) == 5, 'five reports')
        assert ExecutedAction.REFUSED not in [report.decision for report in rig.targets]
        assert list(rig.targets[-1].joint_names) == list(rig.contract.joints)
        assert list(rig.targets[-1].requested.positions) == goal.tolist()
        assert rig.positions[0] == pytest.approx(goal[0], abs=0.01)
        assert rig.targets[-1].positions[0] == pytest.approx(goal[0], abs=0.01)
        rig.begin()
        rig.targets.clear()
        for _ in range(3):
            publisher.publish(rig.target([0.1, 0.2]))
            rig.spin_for(0.05)
        rig.spin_until(lambda: len(rig.targets) == 3, 'three refusals')
        assert {report.code for report in rig.targets} == {'REJECTED_SHAPE'}
        assert '6 joint_names but 2 positions' in rig.targets[0].reason
        assert list(rig.targets[0].requested.positions) == [0.1, 0.2]
        rig.spin_until(lambda: 'STOP_REFUSALS' in rig.status.codes, 'the stop to be counted')
    finally:
        rig.displacement_publisher(publisher)


def test_obstacles_come_and_go_and_are_kept_away_from(rig):
    def add(**fields):
        box = AddObstacle.Request(
            name='box', frame_id=rig.contract.base_frame, size=Vector3(x=0.1, y=0.1, z=0.1)
        )
        box.pose.position.x, box.pose.orientation.w = 2.0, 1.0
        for name, value in fields.items():
            setattr(box, name, value)
        return rig.call(AddObstacle, '/octo_safety/add_obstacle', box)

    def remove(name):
        request = RemoveObstacle.Request(name=name)
        return rig.call(RemoveObstacle, '/octo_safety/remove_obstacle', request)

    assert add().success
    again = add()
    assert not again.success
    assert 'box' in again.message
    refused = add(name='other', frame_id='camera')
    assert not refused.success
    assert rig.contract.base_frame in refused.message
    rig.spin_until(lambda: list(rig.status.obstacles) == ['box'], 'the obstacle in the status')
    assert remove('box').success
    assert not remove('box').success
    # Where the arm is: it cannot stop before it.
    here = AddObstacle.Request().pose
    tcp = rig.kinematics.tcp_pose(np.array(rig.positions))
    here.position.x, here.position.y, here.position.z = tcp.position.tolist()
    here.orientation.w = 1.0
    assert add(pose=here).success
    try:
        rig.wait_for_state(SafetyStatus.LATCHED)
        assert 'STOP_OBSTACLE' in rig.status.active
        assert 'box' in rig.status.latch
    finally:
        assert remove('box').success
    assert rig.reset().success


def test_a_latch_outlives_deactivation(rig):
    rig.running.publish(Bool(data=False))
    rig.wait_for_state(SafetyStatus.LATCHED)
    latch = rig.status.latch
    rig.running.publish(Bool(data=True))
    rig.spin_for(0.2)
    assert rig.transition(Transition.TRANSITION_DEACTIVATE)
    rig.wait_for_state(SafetyStatus.INACTIVE)
    assert rig.transition(Transition.TRANSITION_ACTIVATE)
    rig.wait_for_state(SafetyStatus.LATCHED)
    assert rig.status.latch == latch
    assert rig.reset().success


def test_obstacles_outlive_a_cleanup(rig):
    box = AddObstacle.Request(
        name='post', frame_id=rig.contract.base_frame, size=Vector3(x=0.1, y=0.1, z=0.1)
    )
    box.pose.position.x, box.pose.orientation.w = 2.0, 1.0
    assert rig.call(AddObstacle, '/octo_safety/add_obstacle', box).success
    for number in (
        Transition.TRANSITION_DEACTIVATE,
        Transition.TRANSITION_CLEANUP,
        Transition.TRANSITION_CONFIGURE,
    ):
        assert rig.transition(number)
    rig.statuses.clear()
    rig.spin_until(lambda: rig.transition(Transition.TRANSITION_ACTIVATE), 'the activation')
    rig.wait_for_state(SafetyStatus.HOLD)
    assert list(rig.status.obstacles) == ['post']
    gone = RemoveObstacle.Request(name='post')
    assert rig.call(RemoveObstacle, '/octo_safety/remove_obstacle', gone).success


def test_no_parameter_can_be_changed(rig):
    changed = rig.node.set_parameters(
        [
            Parameter('robot', value='franka'),
            Parameter('driver', value='real'),
            Parameter('startup_timeout', value=1.0),
        ]
    )
    assert [result.successful for result in changed] == [False] * 3
    # No limit is a parameter: they come from the contract alone.
    names = set(rig.node.get_parameters_by_prefix(''))
    assert not [name for name in names if 'limit' in name or 'speed' in name]


def test_heartbeat_and_markers_are_sent_while_the_filter_ticks(rig):
    beats, pictures = [], []
    subscriptions = [
        rig.robot.create_subscription(
            UInt64,
            '/octo_safety/heartbeat',
            lambda message: beats.append(sender_and_count(message.data)),
            10,
        ),
        rig.robot.create_subscription(MarkerArray, '/octo_safety/markers', pictures.append, 10),
    ]
    rig.spin_until(lambda: beats and pictures, 'beats and markers')
    beats.clear()
    sent = len(rig.references)
    rig.spin_for(1.0)
    # As many as half of the ticks, of which a busy machine makes fewer than it should.
    assert len(beats) == pytest.approx((len(rig.references) - sent) / 2, abs=3)
    senders, counts = zip(*beats, strict=True)
    assert len(set(senders)) == 1
    assert (np.diff(counts) > 0).all()
    shown = {marker.ns for marker in pictures[-1].markers}
    assert shown == {'workspace', 'table', 'state', 'arm', 'nearest', 'stop path'}
    frames = {marker.header.frame_id for marker in pictures[-1].markers}
    assert frames == {rig.contract.base_frame}
    assert rig.transition(Transition.TRANSITION_DEACTIVATE)
    rig.wait_for_state(SafetyStatus.INACTIVE)
    sent = len(rig.references)
    beats.clear()
    rig.spin_for(0.3)
    assert set(beats) == {(senders[0], 0)}
    assert len(rig.references) == sent
    assert rig.transition(Transition.TRANSITION_ACTIVATE)
    for subscription in subscriptions:
        rig.robot.destroy_subscription(subscription)
