# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from octo_ros.embodiment import Gripper
from octo_ros.errors import ObservationError
from octo_ros.observation.joints import decode_joints

GRIPPER = Gripper(joint='finger', open_position=0.04, closed_position=0.0)


def message(names, positions, velocities=()):
    return SimpleNamespace(name=names, position=positions, velocity=velocities)


def test_joints_are_picked_by_name_whatever_their_order():
    state = decode_joints(
        message(['b', 'spare', 'finger', 'a'], [2.0, 9.0, 0.01, 1.0], [20.0, 90.0, 0.0, 10.0]),
        ['a', 'b'],
        GRIPPER,
        5,
    )
    np.testing.assert_array_equal(state.positions, [1.0, 2.0])
    np.testing.assert_array_equal(state.velocities, [10.0, 20.0])
    assert state.gripper == pytest.approx(0.25)
    assert state.stamp_ns == 5


@pytest.mark.parametrize('velocities', [(), [np.nan, np.nan], [np.inf, 0.0]])
def test_unknown_velocities_are_zero(velocities):
    state = decode_joints(message(['a', 'finger'], [1.0, 0.0], velocities), ['a'], GRIPPER, 0)
    np.testing.assert_array_equal(state.velocities, [0.0])


def test_a_velocity_of_nan_is_zero_and_the_others_are_kept():
    velocities = [np.nan, 3.0, 7.0]
    state = decode_joints(
        message(['a', 'b', 'finger'], [1.0, 2.0, 0.0], velocities), ['a', 'b'], GRIPPER, 0
    )
    np.testing.assert_array_equal(state.velocities, [0.0, 3.0])


def test_the_gripper_alone_is_enough_where_the_pose_comes_from_elsewhere():
    state = decode_joints(message(['finger'], [0.04]), [], GRIPPER, 0)
    assert state.positions.shape == (0,)
    assert state.gripper == 1.0


@pytest.mark.parametrize(
    ('names', 'positions', 'words'),
    [
        (['a'], [1.0], 'lacks finger'),
        (['finger'], [1.0], 'lacks a'),
        (['a', 'finger'], [1.0], 'lacks positions'),
        (['a', 'finger'], [np.nan, 0.0], "not finite: {'a': nan"),
    ],
)
def test_incomplete_messages_are_refused(names, positions, words):
    with pytest.raises(ObservationError, match=words):
        decode_joints(message(names, positions), ['a'], GRIPPER, 0)
