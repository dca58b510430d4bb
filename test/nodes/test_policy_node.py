# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The control loop: real node, real DDS, made-up robots, a policy whose timing the test holds."""

import numpy as np
import pytest
from rcl_interfaces.srv import GetParameters

from octo_ros.nodes.robot_loop import ENCODING
from octo_ros.policy.stages import Stage
from octo_ros_msgs.msg import PolicyStatus

from .policy_rig import STEP, Rig, tick_times

pytestmark = pytest.mark.ros
PERIOD_NS = 100_000_000
PAIR = ('left=widowx', 'right=ur5e')


@pytest.fixture
def rig(monkeypatch, domain_id):
    made = []

    def make(*entries, **parameters):
        made.append(Rig(monkeypatch, domain_id, *(entries or ('widowx',)), **parameters))
        return made[-1]

    yield make
    for one in made:
        one.close()


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
    # The WidowX's actions last 0.2 s and the UR5e's 0.1 s: half of one goes into a tick.
    dts = [robot.place.embodiment.action_dt for robot in one.robots]
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
    assert len(one.robots[0].commands) == left
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
    # Four actions of 0.1 s are left at most; then the chunk ends.
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
