# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The Octo network in the real graph, with the tiny fixture checkpoint.

Its weights are random, so what is shown is that typed words and pictures go in, that actions of
the right size come out at 10 Hz, and that the safety filter keeps the arm within its limits.
"""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from octo_ros.nodes.client import GraphClient
from octo_ros_msgs.msg import ActionChunk, ExecutedAction, PolicyStatus
from octo_ros_msgs.srv import InjectFault, SetTask

from .harness import READY, running

pytestmark = [pytest.mark.ros, pytest.mark.slow]
DATA = Path(__file__).parents[1] / 'data'
ROBOT = DATA / 'embodiments/widowx.yaml'


@pytest.fixture
def checkpoint(tmp_path):
    """The fixture with statistics of a size that an arm can follow: centimetres, not metres."""
    made = tmp_path / 'checkpoint'
    shutil.copytree(DATA / 'octo_tiny_lang/checkpoint', made)
    path = made / 'dataset_statistics.json'
    statistics = json.loads(path.read_text())
    action = statistics['tiny_dataset']['action']
    for name, values in action.items():
        if name != 'mask':
            action[name] = [0.01 * value for value in values[:6]] + values[6:]
    path.write_text(json.dumps(statistics))
    return made


def test_words_and_goal_images_move_the_arm_within_its_limits(tmp_path, domain_id, checkpoint):
    options = {'policy': 'octo', 'checkpoint': str(checkpoint), 'robot': str(ROBOT)}
    with running(tmp_path / 'logs', domain_id, **options) as system:
        chunks = []
        system.client.node.create_subscription(
            ActionChunk, '/octo_policy/action_chunk', chunks.append, 10
        )
        system.wait_ready()
        system.client.set_task('pick up the red block')
        system.client.spin_until(lambda: len(system.watch.accepted) > 20, 20.0, 'commands')
        assert system.client.policy.state == PolicyStatus.RUNNING
        spacing = np.diff(system.watch.accepted)
        assert 0.08 < np.median(spacing) < 0.12
        first = len(chunks)
        system.client.call(SetTask, '/octo/set_task', SetTask.Request(goal_from_cameras=True))
        system.client.spin_until(lambda: len(chunks) > first + 10, 20.0, 'chunks for goal images')
        chunk = chunks[-1]
        assert (chunk.action_horizon, chunk.action_dt) == (4, system.embodiment.action_dt)
        actions = np.array(chunk.actions).reshape(4, 7)
        assert np.isfinite(actions).all()
        assert (actions[:, 6] >= 0).all()
        assert (actions[:, 6] <= 1).all()
        limits = system.embodiment.limits
        joints = system.joints.positions
        assert (joints >= np.array(limits.position_min)).all()
        assert (joints <= np.array(limits.position_max)).all()
        system.client.inject(InjectFault.Request.FREEZE_CAMERA, 'image_wrist')
        system.client.spin_until(
            lambda: 'image_wrist: the camera is frozen' in system.client.policy.reason,
            5.0,
            'the camera to be named',
        )
        seen = len(system.watch.accepted)
        system.client.spin_for(1.0)
        # The rest of a chunk would go on for up to eight ticks.
        assert len(system.watch.accepted) <= seen + 1
        log = (tmp_path / 'logs/octo_policy.log').read_text()
        assert 'Traceback' not in log


def test_two_robots_share_the_network_each_in_its_namespace(tmp_path, domain_id, checkpoint):
    pair = f'left={ROBOT},right={ROBOT}'
    options = {'policy': 'octo', 'checkpoint': str(checkpoint), 'robot': pair}
    with (
        running(tmp_path / 'logs', domain_id, **options) as system,
        GraphClient(domain_id, system.supervisor.check, 'left') as left,
        GraphClient(domain_id, system.supervisor.check, 'right') as right,
    ):
        left.wait_ready(READY)
        right.wait_ready(READY)
        moved = {'left': [], 'right': []}
        for client, (name, seen) in zip((left, right), moved.items(), strict=True):
            client.node.create_subscription(
                ExecutedAction, f'/{name}/octo_safety/executed_action', seen.append, 50
            )
        left.set_task('pick up the red block')
        left.spin_until(lambda: len(moved['left']) > 20, 20.0, 'the left arm')
        assert left.policy.robot == 'left'
        assert left.policy.state == PolicyStatus.RUNNING
        right.spin_for(0.6)
        assert right.policy.state == PolicyStatus.IDLE
        assert not moved['right']
        right.set_task('reach the blue block')
        right.spin_until(lambda: len(moved['right']) > 20, 20.0, 'the right arm')
        before = len(moved['left'])
        left.spin_until(lambda: len(moved['left']) > before + 10, 20.0, 'the left arm to go on')
        assert left.policy.language_instruction == 'pick up the red block'
        assert right.policy.language_instruction == 'reach the blue block'
        # Nothing of the two is in the same place.
        known = {name for name, _ in left.node.get_topic_names_and_types()}
        topics = {name for name in known if left.node.count_publishers(name)}
        shared = {'/diagnostics', '/parameter_events', '/rosout'}
        owned = {topic for topic in topics if topic.startswith(('/left/', '/right/'))}
        assert topics - owned - shared <= {'/octo_policy/transition_event'}
