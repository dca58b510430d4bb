# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest

from octo_ros.errors import BagError

from .commands import states

SEEN = states([[0, 0, 0, 0, 0, 0, grip] for grip in (1, 0.5, 0)], joints=6)


def test_joint_actions_are_the_next_positions(make, robot):
    labels = make('joint')
    actions = labels.actions([0, 10, 20], SEEN)
    expected = np.column_stack([SEEN.joints[[1, 2, 2]], [0, 0, 0]])
    np.testing.assert_allclose(actions, expected)
    assert labels.names == (*robot.joints, 'gripper')


def test_joint_deltas_are_the_differences(make):
    actions = make('joint_delta').actions([0, 10, 20], SEEN)
    np.testing.assert_allclose(actions[:2, :6], np.diff(SEEN.joints, axis=0))
    assert not actions[2].any()


@pytest.mark.parametrize('source', ['joint', 'joint_delta'])
def test_observations_without_joints_are_refused(source, make):
    with pytest.raises(BagError, match=r'tell 0 joint positions.*waist.*Leave --pose-topic out'):
        make(source).actions([0], states([[0] * 7]))
