# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from octo_ros.data.labels.actions import (
    CommandedDelta,
    achieved_pose_actions,
    command_delta_actions,
    commanded_delta,
    integration_error,
)
from octo_ros.geometry import Pose, matrix_from_rpy

PATHS = st.integers(1, 8).flatmap(
    lambda n: arrays(np.float32, (n, 7), elements=st.floats(-1.5, 1.5, width=32))
)


def path(*rows):
    return np.array(rows, np.float32)


def test_rotation_is_about_the_axes_of_the_base():
    """Turned about z, then about the base's x: the label of the second turn is pure roll."""
    second = matrix_from_rpy([0.3, 0, 0]) @ matrix_from_rpy([0, 0, 1.2])
    proprio = path([0, 0, 0, 0, 0, 1.2, 1], [0.1, 0, 0, *Pose(np.zeros(3), second).rpy, 0])
    actions = achieved_pose_actions(proprio)
    np.testing.assert_allclose(actions[0], [0.1, 0, 0, 0.3, 0, 0, 0], atol=1e-6)


def test_angles_do_not_jump_at_pi():
    proprio = path([0, 0, 0, 3.1, 0, 0, 1], [0, 0, 0, -3.1, 0, 0, 1])
    actions = achieved_pose_actions(proprio)
    np.testing.assert_allclose(actions[0, 3], 2 * np.pi - 6.2, atol=1e-5)


def test_the_last_action_is_a_hold_and_the_gripper_is_the_next_opening():
    proprio = path([0, 0, 0, 0, 0, 0, 1], [1, 0, 0, 0, 0, 0, 0.5], [2, 0, 0, 0, 0, 0, 0])
    actions = achieved_pose_actions(proprio)
    assert actions[:, 6].tolist() == [0.5, 0, 0]
    assert not actions[2].any()
    assert actions.dtype == np.float32


@given(PATHS)
def test_achieved_actions_integrate_to_the_recorded_path(proprio):
    distance, angle = integration_error(proprio, achieved_pose_actions(proprio))
    assert distance < 1e-5
    assert angle < 1e-4


def test_the_integration_error_is_what_is_wrong_with_the_actions():
    proprio = path(*[[0.01 * i, 0, 0, 0, 0, 0.02 * i, 1] for i in range(5)])
    actions = achieved_pose_actions(proprio)
    actions[1, 0] += 0.003
    actions[2, 5] -= 0.1
    distance, angle = integration_error(proprio, actions)
    np.testing.assert_allclose([distance, angle], [0.003, 0.1], atol=1e-6)


def commands(*rows):
    return [
        CommandedDelta(t, np.array([dx, 0, 0]), np.array([0, 0, turn]), grip)
        for t, dx, turn, grip in rows
    ]


def test_commands_between_two_observations_are_summed():
    given_commands = commands(
        (0, 9, 9, 0.9), (10, 0.1, 0.2, 0.5), (19, 0.2, 0.1, 0.4), (30, 1, 0, 0)
    )
    proprio = path(*[[0, 0, 0, 0, 0, 0, 1]] * 3)
    actions = command_delta_actions([10, 20, 30], proprio, given_commands)
    np.testing.assert_allclose(actions[0], [0.3, 0, 0, 0, 0, 0.3, 0.4], atol=1e-6)
    np.testing.assert_allclose(actions[1], [0, 0, 0, 0, 0, 0, 0.4], atol=1e-6)
    np.testing.assert_allclose(actions[2], [0, 0, 0, 0, 0, 0, 0.4], atol=1e-6)


def test_before_the_first_command_the_gripper_is_the_observed_one():
    proprio = path([0, 0, 0, 0, 0, 0, 0.7], [0, 0, 0, 0, 0, 0, 0.1])
    assert command_delta_actions([10, 20], proprio, [])[:, 6].tolist() == [np.float32(0.7)] * 2


def test_rotations_of_commands_compose_in_their_order():
    first, second = np.array([0.5, 0, 0]), np.array([0, 0, 0.5])
    given_commands = [
        CommandedDelta(11, np.zeros(3), first, 1.0),
        CommandedDelta(12, np.zeros(3), second, 1.0),
    ]
    actions = command_delta_actions([10, 20], path(*[[0] * 7] * 2), given_commands)
    expected = matrix_from_rpy(second) @ matrix_from_rpy(first)
    np.testing.assert_allclose(matrix_from_rpy(actions[0, 3:6]), expected, atol=1e-6)


def test_both_message_types_are_read(bag):
    delta = bag.delta(100, [1, 2, 3], [0.1, 0.2, 0.3], 0.5)
    executed = bag.make(
        'octo_ros_msgs/msg/ExecutedAction',
        bag.header(190),
        delta,
        1,
        bag.vector([0.5, 1, 1.5]),
        bag.vector([0, 0, 0]),
        0.25,
        'SCALED_FOR_STEP',
        '',
    )
    asked, admitted = commanded_delta(delta), commanded_delta(executed)
    assert asked.time_ns == admitted.time_ns == 1_700_000_000_100_000_000
    assert (asked.translation.tolist(), asked.gripper) == ([1, 2, 3], 0.5)
    assert (admitted.translation.tolist(), admitted.gripper) == ([0.5, 1, 1.5], 0.25)
