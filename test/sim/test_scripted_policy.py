# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The scripted expert behind the interface of a policy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from octo_ros.embodiment import ACTION_NAMES
from octo_ros.errors import PolicyError
from octo_ros.sim.scripted_policy import ScriptedPolicy
from octo_ros.types import ObservationWindow, Task

SECOND = 1_000_000_000
WINDOW = ObservationWindow({}, np.zeros((1, 7)), np.ones(1, bool), np.array([42]))
REACH = 'reach the red block'


@pytest.fixture
def desk(widowx):
    """A policy and the list whose last element is the scene it sees."""
    scenes = [None]
    return ScriptedPolicy(widowx.embodiment, lambda: scenes[-1]), scenes


def test_it_says_what_its_actions_mean(desk, widowx):
    policy, _ = desk
    assert policy.window_size == 1
    assert policy.spec.names == ACTION_NAMES
    assert policy.spec.frame_id == widowx.embodiment.base_frame
    assert (policy.spec.action_dt, policy.spec.action_horizon) == (0.1, 1)
    policy.warm_up()


def test_chunks_carry_their_stamps_and_are_counted(desk, widowx):
    policy, scenes = desk
    scenes.append(widowx.scene(SECOND))
    chunks = [policy.infer(WINDOW, Task(1, REACH), SECOND + i) for i in range(2)]
    assert [chunk.chunk_id for chunk in chunks] == [1, 2]
    assert chunks[1].start_ns == SECOND + 1
    assert chunks[0].observation_stamp_ns == 42
    assert not chunks[0].finished
    assert chunks[0].actions[0, 6] == 1.0


def test_without_a_scene_it_refuses(desk):
    with pytest.raises(PolicyError, match='has seen no scene yet'):
        desk[0].infer(WINDOW, Task(1, REACH), SECOND)


def test_an_old_scene_is_refused(desk, widowx):
    policy, scenes = desk
    scenes.append(widowx.scene(SECOND))
    with pytest.raises(PolicyError, match=r'2\.00 s old'):
        policy.infer(WINDOW, Task(1, REACH), 3 * SECOND)


@pytest.mark.parametrize('text', ['dance', None])
def test_what_it_does_not_understand_is_refused_every_time(text, desk, widowx):
    policy, scenes = desk
    scenes.append(widowx.scene(SECOND))
    picture = {'image_primary': np.zeros((4, 4, 3), np.uint8)}
    for _ in range(2):
        with pytest.raises(PolicyError, match='It understands'):
            policy.infer(WINDOW, Task(1, text, picture), SECOND)


def direction(policy, scenes, task, start_ns):
    """Where the TCP is sent in the second step of a task."""
    for i in range(2):
        now = start_ns + i * SECOND // 10
        scenes.append(replace(scenes[-1], stamp_ns=now))
        action = policy.infer(WINDOW, task, now).actions[0]
    return action[:2] / np.linalg.norm(action[:2])


def test_a_new_task_starts_the_script_anew(desk, widowx):
    policy, scenes = desk
    scenes.append(widowx.scene(SECOND))
    for task_id, color in enumerate(('red', 'blue', 'red')):
        task = Task(task_id, f'reach the {color} block')
        way = scenes[-1].block(color).pose.position - scenes[-1].tcp_pose.position
        went = direction(policy, scenes, task, (2 + task_id) * SECOND)
        np.testing.assert_allclose(went, way[:2] / np.linalg.norm(way[:2]), atol=0.02)


def test_a_reset_of_the_simulator_starts_the_script_anew(desk, widowx):
    policy, scenes = desk
    widowx.reset(1)
    scenes.append(widowx.scene(SECOND))
    direction(policy, scenes, Task(1, REACH), 2 * SECOND)
    widowx.reset(9)
    scenes.append(widowx.scene(3 * SECOND))
    went = direction(policy, scenes, Task(1, REACH), 3 * SECOND)
    way = scenes[-1].block('red').pose.position - scenes[-1].tcp_pose.position
    np.testing.assert_allclose(went, way[:2] / np.linalg.norm(way[:2]), atol=0.02)
