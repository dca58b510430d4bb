# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The whole graph as real processes: tasks, refusals, marks, faults."""

import os

import numpy as np
import pytest
from action_msgs.msg import GoalStatus
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rclpy.action import ActionClient
from std_srvs.srv import Trigger
from trajectory_msgs.msg import JointTrajectory

from octo_ros.cli.system import judge, run_trial
from octo_ros.errors import RosError
from octo_ros.types import EpisodeEventKind
from octo_ros_msgs.action import ExecuteTask
from octo_ros_msgs.msg import (
    EndEffectorDelta,
    EpisodeEvent,
    ExecutedAction,
    PolicyStatus,
    SafetyStatus,
)
from octo_ros_msgs.srv import InjectFault, SetTask

from .harness import run_node, running

pytestmark = [pytest.mark.ros, pytest.mark.slow]


@pytest.fixture(scope='module')
def system(tmp_path_factory):
    domain = int(os.environ['ROS_DOMAIN_ID'])
    with running(tmp_path_factory.mktemp('system'), domain) as made:
        made.wait_ready()
        yield made


@pytest.mark.parametrize(
    ('instruction', 'seed'),
    [
        ('reach the green block', 1),
        ('pick up the red block', 2),
        ('put the blue block in the bin', 3),
    ],
)
def test_expert_succeeds_through_the_real_nodes(system, instruction, seed):
    trial = run_trial(system.client, instruction, seed, 40.0)
    assert trial.outcome.finished
    assert trial.success
    kinds = [event.kind for event in system.watch.events[-2:]]
    assert kinds == [EpisodeEvent.START, EpisodeEvent.SUCCESS]
    assert {event.language_instruction for event in system.watch.events[-2:]} == {instruction}


@pytest.mark.parametrize(
    ('fields', 'text'),
    [
        ({}, 'The task is empty'),
        ({'clear': True, 'language_instruction': 'x'}, 'clear goes with nothing else'),
        ({'goal_cameras': ['image_primary']}, '0 goal_images but 1 goal_cameras'),
    ],
)
def test_bad_tasks_are_refused_with_a_sentence(system, fields, text):
    with pytest.raises(RosError, match=text):
        system.client.call(SetTask, '/octo/set_task', SetTask.Request(**fields))


def test_goal_images_now_from_the_cameras(system):
    request = SetTask.Request(goal_from_cameras=True)
    answer = system.client.call(SetTask, '/octo/set_task', request)
    assert 'image_primary, image_wrist' in answer.message
    system.client.call(SetTask, '/octo/set_task', SetTask.Request(clear=True))


def test_words_that_the_expert_does_not_know_move_nothing(system):
    system.client.set_task('make coffee')
    system.client.spin_until(
        lambda: 'does not understand' in system.client.policy.reason, 5.0, 'a reason'
    )
    assert system.client.policy.state == PolicyStatus.WAITING
    system.client.call(SetTask, '/octo/set_task', SetTask.Request(clear=True))


def test_task_times_out_and_the_arm_rests(system):
    system.client.reset(4)
    outcome = system.client.execute('put the red block in the bin', 1.0)
    assert not outcome.finished
    assert 'time was over' in outcome.message
    system.client.spin_for(1.0)
    assert system.watch.speed() < 0.02


def test_cancelled_task_ends_and_the_arm_rests(system):
    system.client.reset(4)
    client = ActionClient(system.client.node, ExecuteTask, '/octo/execute_task')
    system.client.spin_until(client.server_is_ready, 10.0, 'the action')
    goal = ExecuteTask.Goal(language_instruction='put the red block in the bin', timeout=30.0)
    feedback = []
    sent = client.send_goal_async(goal, feedback_callback=lambda m: feedback.append(m.feedback))
    system.client.spin_until(sent.done, 10.0, 'acceptance')
    system.client.spin_until(
        lambda: feedback and feedback[-1].actions_published > 0, 10.0, 'feedback with actions'
    )
    system.wait_until_moving()
    result = sent.result().get_result_async()
    sent.result().cancel_goal_async()
    system.client.spin_until(result.done, 5.0, 'the end')
    assert result.result().status == GoalStatus.STATUS_CANCELED
    assert result.result().result.outcome == ExecuteTask.Result.CANCELED
    system.client.spin_until(lambda: system.watch.speed() < 0.02, 2.0, 'the arm to rest')
    client.destroy()


def test_new_task_replaces_a_running_one(system):
    system.client.reset(5)
    goal = ExecuteTask.Goal(language_instruction='put the red block in the bin', timeout=30.0)
    client = ActionClient(system.client.node, ExecuteTask, '/octo/execute_task')
    system.client.spin_until(client.server_is_ready, 10.0, 'the action')
    sent = client.send_goal_async(goal)
    system.client.spin_until(sent.done, 10.0, 'acceptance')
    result = sent.result().get_result_async()
    system.client.set_task('reach the green block')
    system.client.spin_until(result.done, 5.0, 'the end of the first task')
    assert result.result().result.outcome == ExecuteTask.Result.REPLACED
    system.client.spin_until(
        lambda: system.client.policy.state == PolicyStatus.FINISHED, 20.0, 'the second task'
    )
    assert judge('reach the green block', system.client)
    client.destroy()


def test_timeout_must_be_positive(system):
    with pytest.raises(RosError, match='must be above 0'):
        system.client.execute('reach the red block', 0.0)


def test_marks_need_an_open_episode(system):
    with pytest.raises(RosError, match='No episode is open'):
        system.client.mark(EpisodeEventKind.STOP)
    system.client.mark(EpisodeEventKind.START)
    with pytest.raises(RosError, match='is open'):
        system.client.mark(EpisodeEventKind.START)
    system.client.mark(EpisodeEventKind.STOP)
    system.client.mark(EpisodeEventKind.FAILURE)
    with pytest.raises(RosError, match='No episode is open'):
        system.client.mark(EpisodeEventKind.SUCCESS)


def test_second_safety_filter_is_refused_and_the_first_goes_on(system):
    code, said, _ = run_node(
        'safety_filter_node',
        system.environment,
        '-p',
        'robot:=widowx',
        '-p',
        'driver:=sim',
        '-r',
        '__node:=second',
    )
    assert code == 1
    assert 'already has a publisher' in said
    assert 'Traceback' not in said
    trial = run_trial(system.client, 'reach the blue block', 5, 40.0)
    assert trial.success


def test_camera_that_stops_is_named_and_the_arm_rests(system):
    system.client.reset(6)
    system.client.set_task('put the green block in the bin')
    system.wait_until_moving()
    system.client.inject(InjectFault.Request.STOP_CAMERA, 'image_wrist')
    system.client.spin_until(
        lambda: (
            system.client.policy.state == PolicyStatus.WAITING
            and 'image_wrist' in system.client.policy.reason
        ),
        5.0,
        'the camera to be named',
    )
    system.client.spin_until(
        lambda: system.client.safety.state == SafetyStatus.HOLD, 5.0, 'the arm to be held'
    )
    system.client.spin_until(lambda: system.watch.speed() < 0.02, 2.0, 'the arm to rest')
    system.client.inject(InjectFault.Request.STOP_CAMERA, 'image_wrist', active=False)
    system.client.call(SetTask, '/octo/set_task', SetTask.Request(clear=True))


def test_frozen_camera_is_named_and_the_arm_rests(system):
    """It goes on sending, with fresh stamps, but always the same picture."""
    system.client.reset(6)
    system.client.set_task('put the green block in the bin')
    system.wait_until_moving()
    system.client.inject(InjectFault.Request.FREEZE_CAMERA, 'image_primary')
    system.client.spin_until(
        lambda: (
            system.client.policy.state == PolicyStatus.WAITING
            and 'image_primary: the camera is frozen' in system.client.policy.reason
        ),
        5.0,
        'the camera to be named',
    )
    assert 'the same picture for' in system.client.policy.reason
    system.client.spin_until(
        lambda: system.client.safety.state == SafetyStatus.HOLD, 5.0, 'the arm to be held'
    )
    system.client.spin_until(lambda: system.watch.speed() < 0.02, 2.0, 'the arm to rest')
    system.client.spin_for(0.3)  # what was sent before the camera was named has come in by then
    seen = len(system.watch.accepted)
    system.client.spin_for(1.0)
    assert len(system.watch.accepted) == seen
    # It was silent in the middle of a motion for too long to go on by itself.
    assert system.client.safety.state == SafetyStatus.LATCHED
    assert system.client.safety.code == 'STOP_LOST'
    system.client.inject(InjectFault.Request.FREEZE_CAMERA, 'image_primary', active=False)
    system.client.reset_safety()
    system.wait_until_moving()
    system.client.call(SetTask, '/octo/set_task', SetTask.Request(clear=True))


def test_joint_states_that_stop_stop_the_arm(system):
    system.client.reset(7)
    system.client.set_task('put the green block in the bin')
    system.wait_until_moving()
    system.client.inject(InjectFault.Request.STOP_JOINT_STATES)
    system.client.spin_until(
        lambda: (
            system.client.safety.state in (SafetyStatus.HOLD, SafetyStatus.LATCHED)
            and 'STOP_STATE_TIMEOUT' in system.client.safety.active
        ),
        5.0,
        'the filter to stop',
    )
    system.client.call(SetTask, '/octo/set_task', SetTask.Request(clear=True))
    system.client.inject(InjectFault.Request.STOP_JOINT_STATES, active=False)
    system.client.spin_for(0.5)
    assert system.watch.speed() < 0.02


def test_faults_need_a_known_camera(system):
    with pytest.raises(RosError, match='image_primary'):
        system.client.inject(InjectFault.Request.FREEZE_CAMERA, 'image_left')


def test_filter_survives_an_invalid_transition(system):
    client = system.client.node.create_client(ChangeState, '/octo_safety/change_state')
    system.client.spin_until(client.service_is_ready, 10.0, 'the lifecycle service')
    request = ChangeState.Request(transition=Transition(id=Transition.TRANSITION_CONFIGURE))
    client.call_async(request)
    system.client.spin_for(1.0)
    system.supervisor.check()
    trial = run_trial(system.client, 'reach the red block', 8, 40.0)
    assert trial.success


def test_deactivated_filter_sends_nothing_until_it_is_activated(system):
    client = system.client.node.create_client(ChangeState, '/octo_safety/change_state')
    system.client.spin_until(client.service_is_ready, 10.0, 'the lifecycle service')

    def change(number):
        future = client.call_async(ChangeState.Request(transition=Transition(id=number)))
        system.client.spin_until(future.done, 10.0, 'the transition')
        assert future.result().success

    system.client.reset(9)
    change(Transition.TRANSITION_DEACTIVATE)
    system.client.spin_until(
        lambda: system.client.safety.state == SafetyStatus.INACTIVE,
        5.0,
        'the filter to be inactive',
    )
    system.client.set_task('reach the red block')
    seen = len(system.watch.accepted)
    system.client.spin_for(1.0)
    assert len(system.watch.accepted) == seen
    assert system.watch.speed() < 0.02
    system.client.call(SetTask, '/octo/set_task', SetTask.Request(clear=True))
    with pytest.raises(RosError, match='needs an active filter'):
        system.client.call(Trigger, '/octo_safety/reset', Trigger.Request())
    change(Transition.TRANSITION_ACTIVATE)
    trial = run_trial(system.client, 'reach the red block', 9, 40.0)
    assert trial.success


def test_filter_can_be_configured_anew(system):
    client = system.client.node.create_client(ChangeState, '/octo_safety/change_state')
    system.client.spin_until(client.service_is_ready, 10.0, 'the lifecycle service')
    for number in (
        Transition.TRANSITION_DEACTIVATE,
        Transition.TRANSITION_CLEANUP,
        Transition.TRANSITION_CONFIGURE,
    ):
        future = client.call_async(ChangeState.Request(transition=Transition(id=number)))
        system.client.spin_until(future.done, 10.0, 'the transition')
        assert future.result().success
    topic = system.embodiment.joint_states.topic
    readers = [
        info.node_name for info in system.client.node.get_subscriptions_info_by_topic(topic)
    ]
    assert readers.count('octo_safety') == 1
    request = ChangeState.Request(transition=Transition(id=Transition.TRANSITION_ACTIVATE))

    def activated():
        # Joint states must come in first; until then the transition is refused.
        future = client.call_async(request)
        system.client.spin_until(future.done, 10.0, 'the transition')
        return future.result().success

    system.client.spin_until(activated, 10.0, 'activation')
    trial = run_trial(system.client, 'reach the green block', 10, 40.0)
    assert trial.success


def test_deactivation_in_mid_motion_is_a_controlled_stop(system):
    client = system.client.node.create_client(ChangeState, '/octo_safety/change_state')
    system.client.spin_until(client.service_is_ready, 10.0, 'the lifecycle service')
    references = []
    system.client.node.create_subscription(
        JointTrajectory,
        system.embodiment.drivers['sim'].arm.topic,
        lambda m: references.append(m.points[0].positions),
        100,
    )
    system.client.reset(11)
    # What came before the reset jumps to where the reset put the arm.
    system.client.spin_for(0.3)
    references.clear()
    system.client.set_task('put the green block in the bin')
    system.wait_until_moving()
    system.client.spin_for(0.5)
    future = client.call_async(
        ChangeState.Request(transition=Transition(id=Transition.TRANSITION_DEACTIVATE))
    )
    system.client.spin_until(future.done, 10.0, 'the transition')
    system.client.spin_for(0.3)
    system.client.call(SetTask, '/octo/set_task', SetTask.Request(clear=True))
    future = client.call_async(
        ChangeState.Request(transition=Transition(id=Transition.TRANSITION_ACTIVATE))
    )
    system.client.spin_until(future.done, 10.0, 'the transition')
    assert future.result().success

    velocities = np.diff(np.array(references), axis=0) * system.embodiment.timing.control_rate
    assert np.abs(velocities[-60:]).max() > 0.1
    np.testing.assert_allclose(velocities[-1], 0.0, atol=1e-6)
    step = np.array(system.embodiment.limits.braking) / system.embodiment.timing.control_rate
    # Deceleration at each tick; joints may speed up by less than they may brake.
    assert (np.abs(np.diff(velocities, axis=0)) <= step * 1.01 + 1e-6).all()


def test_released_fault_does_not_make_the_arm_jump(system):
    system.client.reset(12)
    system.client.set_task('put the green block in the bin')
    system.wait_until_moving()
    system.client.spin_for(0.3)
    system.client.inject(InjectFault.Request.ROBOT_FAULT)
    system.client.spin_until(
        lambda: system.client.safety.state == SafetyStatus.LATCHED, 10.0, 'the filter to latch'
    )
    assert system.client.safety.code == 'STOP_ROBOT_FAULT'
    system.client.spin_for(0.5)
    seen = len(system.watch.moving)
    system.client.inject(InjectFault.Request.ROBOT_FAULT, active=False)
    system.client.spin_for(1.0)
    assert max(speed for _, speed in system.watch.moving[seen:]) < 0.2
    system.client.call(SetTask, '/octo/set_task', SetTask.Request(clear=True))
    trial = run_trial(system.client, 'reach the red block', 12, 40.0)
    assert trial.success


def test_second_policy_stops_the_arm_and_is_named(system):
    system.client.reset(13)
    rival = system.client.node.create_publisher(EndEffectorDelta, '/octo/action', 10)
    system.client.spin_until(
        lambda: 'STOP_DUPLICATE_PUBLISHER' in system.client.safety.active, 10.0, 'the stop'
    )
    system.client.node.destroy_publisher(rival)
    system.client.spin_for(2.0)
    trial = run_trial(system.client, 'reach the red block', 13, 40.0)
    assert trial.success


def test_executed_actions_tell_what_was_moved(system):
    seen = len(system.watch.decisions)
    run_trial(system.client, 'reach the blue block', 14, 40.0)
    done = [d for d in system.watch.decisions[seen:] if d.decision != ExecutedAction.REFUSED]
    asked = sum(d.requested.translation.x for d in done)
    moved = sum(d.translation.x for d in done)
    assert abs(asked) > 0.01
    assert moved == pytest.approx(asked, abs=0.003)
