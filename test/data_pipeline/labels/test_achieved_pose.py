# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from octo_ros.data.conversion.request import Topics
from octo_ros.data.labels.achieved_pose import AchievedPoseLabels
from octo_ros.data.labels.integration import integration_error
from octo_ros.embodiment import load_embodiment

from .commands import DELTA, TypedTopics, delta, states

ROBOT = load_embodiment('widowx')
PATHS = st.integers(1, 8).flatmap(
    lambda n: arrays(np.float32, (n, 7), elements=st.floats(0, 1.5, width=32))
)


@settings(max_examples=40)
@given(PATHS)
def test_actions_integrate_to_the_recorded_path(proprio):
    labels = AchievedPoseLabels(ROBOT, Topics())
    actions = labels.actions(range(len(proprio)), states(proprio))
    distance, angle = integration_error(proprio, actions)
    assert distance < 1e-5
    assert angle < 1e-4


def test_angles_do_not_jump_at_pi(make):
    seen = states([[0, 0, 0, 3.1, 0, 0, 1], [0, 0, 0, -3.1, 0, 0, 1]])
    actions = make('achieved_pose').actions([0, 10], seen)
    np.testing.assert_allclose(actions[0], [0, 0, 0, 2 * np.pi - 6.2, 0, 0, 1], atol=1e-6)
    assert actions[1].tolist() == [0, 0, 0, 0, 0, 0, 1]


def test_the_gripper_is_the_commanded_one_where_the_policy_commanded_it(make):
    seen = states([[0.1 * i, 0, 0, 0, 0, 0, 1] for i in range(3)])
    labels = make('achieved_pose')
    assert labels.actions([0, 10, 20], seen)[:, 6].tolist() == [1, 1, 1]
    labels.check(TypedTopics({'/octo/action': DELTA}))
    labels.add(delta(5, [9, 9, 9], gripper=0.0))
    actions = labels.actions([0, 10, 20], seen)
    assert actions[:, 6].tolist() == [0, 0, 0]
    np.testing.assert_allclose(actions[:, 0], [0.1, 0.1, 0], atol=1e-6)
