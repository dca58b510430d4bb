# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from octo_ros.data.labels.displacements import pose_of
from octo_ros.errors import BagError
from octo_ros.geometry import Pose, matrix_from_rpy

from .commands import POSE, message, states, still, target

MS = 1_000_000


def test_the_last_target_before_the_next_observation_counts(make, robot):
    """The rpy of proprio is relative to R0; the target is not."""
    seen = states([[0.2, 0, 0.1, 0.1, 0.2, 0.3, 1]] * 3)
    here = pose_of(seen.proprio[0])
    current = Pose(here.position, here.rotation @ matrix_from_rpy(robot.proprio_rotation))
    first = current.displaced([0.01, 0, 0], [0, 0, 0.1])
    second = current.displaced([0, 0.02, 0], [0.3, 0, 0])
    labels = make(
        'command_pose',
        POSE,
        [target(110 * MS, second), target(90 * MS, first), target(200 * MS, current)],
        commands='/command',
    )
    actions = labels.actions([0, 100 * MS, 200 * MS], seen)
    np.testing.assert_allclose(actions[0, :6], [0.01, 0, 0, 0, 0, 0.1], atol=1e-6)
    np.testing.assert_allclose(actions[1, :6], [0, 0.02, 0, 0.3, 0, 0], atol=1e-6)
    assert not actions[2, :6].any()


def test_a_target_is_followed_for_half_a_second(make, robot):
    seen = still(5)
    here = pose_of(seen.proprio[0])
    current = Pose(here.position, here.rotation @ matrix_from_rpy(robot.proprio_rotation))
    goal = current.displaced([0.1, 0, 0], [0, 0, 0])
    labels = make('command_pose', POSE, [target(250 * MS, goal)], commands='/command')
    actions = labels.actions([i * 400 * MS for i in range(5)], seen)
    np.testing.assert_allclose(actions[:, 0], [0.1, 0.1, 0, 0, 0], atol=1e-6)


def test_a_target_without_a_rotation_is_counted_and_another_frame_refused(make):
    labels = make('command_pose', POSE, commands='/command')
    good = target(0, Pose.from_xyz_rpy())
    good.value.pose.orientation = SimpleNamespace(x=0.0, y=0.0, z=0.0, w=0.0)
    labels.add(good)
    assert labels.remarks['/command: commands that are not finite were left out'] == 1
    with pytest.raises(BagError, match="frame 'world'"):
        labels.add(message('/command', 0, target(0, Pose.from_xyz_rpy(), 'world').value))
