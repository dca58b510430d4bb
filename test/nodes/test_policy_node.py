# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The control loop: real node, real DDS, made-up robots, a policy whose timing the test holds."""

import threading

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray
from lifecycle_msgs.msg import Transition
from rcl_interfaces.srv import GetParameters
from rclpy.action import ActionClient, ActionServer
from rclpy.clock import ClockType

from octo_ros.errors import PolicyError
from octo_ros.nodes import robot_loop
from octo_ros.nodes.action_stream import REST_NS
from octo_ros.nodes.robot_loop import ENCODING
from octo_ros.policy.stages import Stage
from octo_ros_msgs.action import ExecuteTask
from octo_ros_msgs.msg import PolicyStatus
from octo_ros_msgs.srv import SetTask

from .policy_rig import STEP, Rig, tick_times

pytestmark = pytest.mark.ros
PERIOD_NS = 100_000_000
PAIR = ('left=widowx', 'right=franka')


@pytest.fixture
def rig(monkeypatch, domain_id):
    made = []

    def make(*entries, **parameters):
        made.append(Rig(monkeypatch, domain_id, *(entries or ('widowx',)), **parameters))
        return made[-1]

    yield make
    for one in made:
        one.close()


def is_still(command):
    values = (command.translation, command.rotation)
    return all(value == 0.0 for vector in values for value in (vector.x, vector.y, vector.z))


def inference_threads():
    return [thread for thread in threading.enumerate() if thread.name == 'inference']


def test_every_stage_is_measured_and_reported(rig):
    one = rig()
    assert one.give(0, 'go').success
    one.wait_for_commands(0, 15)
    one.spin_for(0.6)
    robot = one.robots[0]
    status = robot.status
    assert (status.robot, status.state) == ('widowx', PolicyStatus.RUNNING)
    assert [stage.stage for stage in status.stages] == [stage.value for stage in Stage]
    stages = {stage.stage: stage for stage in status.stages}
    for stage in stages.values():
        assert stage.count > 5
        assert 0 <= stage.p50_ms <= stage.p95_ms <= stage.p99_ms <= stage.max_ms
    # How long the stages take is up to the machine; they must fit together all the same.
    assert stages['total'].max_ms >= max(stages['receive'].max_ms, stages['publish'].max_ms)
    assert stages['total'].count == stages['infer'].count == stages['wait'].count
    assert stages['jitter'].count >= stages['total'].count
    assert {each.camera for each in status.cameras} == {'image_primary', 'image_wrist'}
    assert all(each.received > 20 for each in status.cameras)
    assert (status.cache_hits, status.cache_resumed, status.cache_misses) == (3, 2, 1)
    steps = np.diff(tick_times(robot.commands))
    assert set(steps.tolist()) == {PERIOD_NS}


def test_parameters_can_be_read(rig):
    one = rig(rate='5.0', inference_lead='0.15')
    client = one.outside.create_client(GetParameters, '/octo_policy/get_parameters')
    one.spin_until(client.service_is_ready, 'the service')
    future = client.call_async(GetParameters.Request(names=['rate', 'robots']))
    one.spin_until(future.done, 'the parameters')
    rate, robots = future.result().values
    assert rate.double_value == 5.0
    assert list(robots.string_array_value) == ['widowx']


def test_robots_are_served_together_each_with_its_own_task(rig):
    one = rig(*PAIR)
    one.give(0, 'left task')
    one.give(1, 'right task')
    one.wait_for_commands(1, 10)
    last = one.fleet.batches[-1]
    assert [request.robot for request in last] == [0, 1]
    assert [request.task.language_instruction for request in last] == ['left task', 'right task']
    for robot, name in zip(one.robots, ('left', 'right'), strict=True):
        assert robot.status.robot == name
        assert robot.commands[-1].header.frame_id == robot.place.embodiment.base_frame
    dts = [robot.place.embodiment.action_dt for robot in one.robots]
    assert dts[0] > 2 * dts[1]
    moved = [robot.commands[-1].translation.x for robot in one.robots]
    assert moved == pytest.approx([STEP * 0.1 / dt for dt in dts], rel=1e-6)


def test_who_lacks_input_keeps_nobody_else_from_acting(rig):
    one = rig(*PAIR)
    one.give(0, 'go')
    one.give(1, 'go')
    one.wait_for_commands(1, 5)
    one.robots[0].silent.add('image_primary')
    one.wait_for_reason(0, 'image_primary')
    left = len(one.robots[0].commands)
    one.wait_for_commands(1, 10)
    assert len(one.robots[0].commands) <= left + 1
    assert [request.robot for request in one.fleet.batches[-1]] == [1]
    assert one.robots[1].status.state == PolicyStatus.RUNNING
    one.robots[0].silent.clear()
    one.wait_for_commands(0, 5)
    assert [request.robot for request in one.fleet.batches[-1]] == [0, 1]


def test_a_task_that_takes_long_to_encode_blocks_nobody(rig):
    one = rig(*PAIR)
    one.give(0, 'go')
    one.give(1, 'go')
    one.wait_for_commands(0, 5)
    one.fleet.policies[0].may_encode.clear()
    assert one.give(0, 'another way').success
    one.wait_for_reason(0, ENCODING)
    left = len(one.robots[0].commands)
    before = len(one.robots[1].commands)
    one.wait_for_commands(1, 10)
    steps = np.diff(tick_times(one.robots[1].commands[before:]))
    assert set(steps.tolist()) == {PERIOD_NS}
    assert all(is_still(command) for command in one.robots[0].commands[left:])
    one.fleet.policies[0].may_encode.set()
    one.wait_for_commands(0, 5)
    assert one.fleet.batches[-1][0].task.language_instruction == 'another way'


def test_a_task_that_is_refused_is_explained_and_moves_nothing(rig):
    one = rig()
    one.give(0, 'nonsense')
    one.wait_for_reason(0, 'nonsense is no instruction')
    assert not one.robots[0].commands
    one.give(0, 'go')
    one.wait_for_commands(0, 3)


def test_inference_may_take_several_ticks(rig):
    one = rig('ur5e', inference_every=2, inference_lead=0.15)
    one.give(0, 'go')
    one.wait_for_commands(0, 10)
    asked = [request for batch in one.fleet.batches for request in batch]
    steps = np.diff([request.start_ns for request in asked])
    assert set(steps.tolist()) == {2 * PERIOD_NS}
    lead = [request.start_ns - request.journey.asked_ns for request in asked]
    assert np.median(lead) == pytest.approx(0.15e9, abs=0.03e9)
    commands = one.robots[0].commands
    assert set(np.diff(tick_times(commands)).tolist()) == {PERIOD_NS}
    # The frame between two inferences stands in front of the second one's newest.
    prepared = {stamps for stamps in one.fleet.policies[0].prepared if stamps}
    in_front = {(int(request.window.stamps_ns[0]),) for request in asked[2:-1]}
    assert in_front <= prepared


def test_every_tick_without_an_action_is_told(rig):
    one = rig('ur5e')
    one.give(0, 'go')
    one.wait_for_commands(0, 5)
    one.fleet.may_infer.clear()
    # Four actions of 0.2 s are left at most; then the chunk ends.
    one.wait_for_reason(0, 'No action is ready')
    one.spin_for(1.0)
    one.fleet.may_infer.set()
    one.wait_for_commands(0, 5)
    one.spin_for(0.6)
    robot = one.robots[0]
    times = np.array(tick_times(robot.commands))
    ticks = (times[-1] - times[0]) // PERIOD_NS + 1
    assert ticks - len(times) > 5
    assert robot.status.deadline_misses == ticks - len(times)
    states = {status.state for status in robot.statuses}
    assert {PolicyStatus.RUNNING, PolicyStatus.WAITING} <= states


def test_a_task_whose_first_inference_hangs_is_told(rig):
    one = rig()
    one.give(0, 'first')
    one.wait_for_commands(0, 5)
    one.fleet.may_infer.clear()
    before = one.robots[0].status.deadline_misses
    one.give(0, 'second')
    one.wait_for_reason(0, 'No action is ready')
    one.spin_for(1.0)
    status = one.robots[0].status
    assert (status.state, status.language_instruction) == (PolicyStatus.WAITING, 'second')
    assert status.deadline_misses > before + 3


def test_slow_inference_is_measured_and_advised_on(rig):
    one = rig()
    told = []
    one.outside.create_subscription(DiagnosticArray, '/diagnostics', told.append, 10)
    one.fleet.duration = 0.25
    one.give(0, 'go')

    def advised():
        return any('set inference_every to 3' in m.status[0].message for m in told)

    one.spin_until(advised, 'advice')
    status = one.robots[0].status
    stages = {stage.stage: stage for stage in status.stages}
    assert stages['infer'].count >= 20
    assert stages['infer'].p50_ms >= 250
    assert status.late_chunks >= status.chunks - 1
    assert status.replaced_requests > 10


def test_a_preparation_that_is_refused_stops_nobody(rig):
    one = rig(*PAIR)
    one.fleet.policies[0].refuses_to_prepare = True
    one.give(0, 'go')
    one.give(1, 'go')
    one.wait_for_commands(0, 10)
    one.wait_for_commands(1, 10)


def test_a_stream_that_ends_on_purpose_ends_at_rest(rig):
    one = rig()
    commands = one.robots[0].commands

    def clear():
        client = one.outside.create_client(SetTask, '/octo/set_task')
        one._call(client, SetTask.Request(clear=True))

    for end in (clear, lambda: one.transition(Transition.TRANSITION_DEACTIVATE)):
        one.give(0, 'go')
        one.wait_for_commands(0, 3)
        end()
        one.spin_for(0.3)
        moved = max(i for i, command in enumerate(commands) if not is_still(command))
        one.spin_until(
            lambda last=moved: tick_times(commands)[-1] - tick_times(commands)[last] > 0.6e9,
            'the stream to go on',
        )
        one.spin_for(0.5)
        still = commands[moved + 1 :]
        # Eight; the test's own queue holds five while the node's transition lets nothing in.
        assert 5 <= len(still) <= 9
        assert all(is_still(command) for command in still)
        assert {command.gripper for command in still} == {commands[moved].gripper}
        assert {command.duration for command in still} == {0.1}
        assert tick_times(commands)[-1] - tick_times(commands)[moved] <= REST_NS
        number = len(commands)
        one.spin_for(0.3)
        assert len(commands) == number
    assert (np.diff([command.seq for command in commands]) > 0).all()


def test_only_the_newest_task_is_encoded(rig):
    one = rig()
    policy = one.fleet.policies[0]
    policy.may_encode.clear()
    for number in range(6):
        one.give(0, f'task {number}')
    policy.may_encode.set()
    one.wait_for_commands(0, 3)
    assert policy.encoded == ['task 0', 'task 5']
    assert one.fleet.batches[-1][0].task.language_instruction == 'task 5'


def test_an_activation_that_was_refused_may_be_tried_again(rig):
    one = rig()
    assert one.transition(Transition.TRANSITION_DEACTIVATE)
    one.robots[0].silent.add('image_primary')
    one.spin_for(0.5)
    assert not one.transition(Transition.TRANSITION_ACTIVATE)
    one.robots[0].silent.clear()
    one.spin_for(0.3)
    assert one.transition(Transition.TRANSITION_ACTIVATE)
    one.give(0, 'go')
    one.wait_for_commands(0, 5)


def test_a_node_can_be_configured_again(rig):
    one = rig()
    for _ in range(2):
        one.give(0, 'go')
        one.wait_for_commands(0, 3)
        assert one.transition(Transition.TRANSITION_DEACTIVATE)
        assert one.transition(Transition.TRANSITION_CLEANUP)
        assert not inference_threads()
        assert one.transition(Transition.TRANSITION_CONFIGURE)
        one.spin_for(0.3)
        assert one.transition(Transition.TRANSITION_ACTIVATE)
        assert len(inference_threads()) == 1
    one.give(0, 'go')
    one.wait_for_commands(0, 3)


def test_a_configuration_that_fails_leaves_nothing_behind(rig, monkeypatch):
    one = rig(*PAIR, autostart='false')
    entities, made = len(one.node._entities()), []
    make_scheduler = robot_loop.make_scheduler

    def refuse_the_second(*arguments):
        made.append(make_scheduler(*arguments))
        if len(made) == 2:
            msg = 'this robot does not suit'
            raise PolicyError(msg)
        return made[-1]

    monkeypatch.setattr(robot_loop, 'make_scheduler', refuse_the_second)
    assert not one.transition(Transition.TRANSITION_CONFIGURE)
    assert len(one.node._entities()) == entities
    assert not inference_threads()
    assert not [each for each in one.node.waitables if isinstance(each, ActionServer)]
    assert one.transition(Transition.TRANSITION_CONFIGURE)
    one.spin_for(0.3)
    assert one.transition(Transition.TRANSITION_ACTIVATE)
    one.give(0, 'go')
    one.wait_for_commands(0, 3)


def test_a_goal_ends_with_the_node_that_serves_it(rig):
    one = rig()
    client = ActionClient(one.outside, ExecuteTask, '/octo/execute_task')
    one.spin_until(client.server_is_ready, 'the action')
    sent = client.send_goal_async(ExecuteTask.Goal(language_instruction='go', timeout=60.0))
    one.spin_until(sent.done, 'the goal to be accepted')
    ended = sent.result().get_result_async()
    one.wait_for_commands(0, 3)
    assert one.transition(Transition.TRANSITION_DEACTIVATE)
    assert one.transition(Transition.TRANSITION_CLEANUP)
    one.spin_until(ended.done, 'the goal to end')
    assert ended.result().result.outcome == ExecuteTask.Result.REPLACED
    client.destroy()


def test_an_inference_that_runs_is_waited_for_at_the_end(rig):
    one = rig()
    one.give(0, 'go')
    one.wait_for_commands(0, 3)
    one.fleet.may_infer.clear()
    one.spin_for(0.3)
    threading.Timer(0.3, one.fleet.may_infer.set).start()
    one.node.destroy_node()
    assert not inference_threads()


def test_the_loop_does_not_run_by_a_clock_that_may_be_set(rig):
    one = rig()
    clocks = {timer.clock.clock_type for timer in one.node.timers}
    assert clocks == {ClockType.STEADY_TIME}


def test_a_clock_that_is_set_back_begins_anew(rig):
    one = rig()
    one.give(0, 'go')
    one.wait_for_commands(0, 5)
    one.shift_ns = -5_000_000_000
    before = len(one.robots[0].commands)
    one.wait_for_commands(0, 10)
    later = tick_times(one.robots[0].commands)[before + 2 :]
    now_ns = one.now().nanoseconds
    assert all(now_ns - 2_000_000_000 < stamp <= now_ns for stamp in later)
    assert set(np.diff(later).tolist()) == {PERIOD_NS}
    assert one.robots[0].status.state == PolicyStatus.RUNNING
