# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sensor_msgs.msg import JointState as JointStateMsg

from octo_ros.embodiment import load_embodiment
from octo_ros.errors import ObservationError
from octo_ros.geometry import Pose
from octo_ros.nodes.conversions import (
    command_from_message,
    command_message,
    joint_state_from_message,
    nanoseconds,
    pose_from_message,
    pose_message,
    time_message,
)
from octo_ros.nodes.scene_messages import scene_from_message, scene_message
from octo_ros.sim.scene import Bin, Block, Scene
from octo_ros.types import Command

WIDOWX = load_embodiment('widowx')
NAMES = (*WIDOWX.joints, WIDOWX.gripper.joint)


@given(st.integers(0, 2**31 * 10**9 - 1))
def test_stamps_survive(stamp_ns):
    assert nanoseconds(time_message(stamp_ns)) == stamp_ns


@given(st.tuples(*[st.floats(-1, 1)] * 3), st.tuples(*[st.floats(-1.5, 1.5)] * 3))
def test_poses_survive(xyz, rpy):
    pose = Pose.from_xyz_rpy(xyz, rpy)
    back = pose_from_message(pose_message(pose))
    np.testing.assert_allclose(back.position, pose.position, atol=1e-12)
    np.testing.assert_allclose(back.rotation, pose.rotation, atol=1e-12)


def test_commands_survive_with_whatever_is_in_them():
    command = Command(
        stamp_ns=5,
        seq=7,
        frame_id='base',
        translation=[np.nan, np.inf, -1e300],
        rotation=[1, 2, 3],
        gripper=-3.0,
        duration=0.1,
        observation_stamp_ns=3,
        chunk_id=2,
        chunk_index=1,
    )
    back = command_from_message(command_message(command))
    np.testing.assert_array_equal(back.translation, command.translation)
    np.testing.assert_array_equal(back.rotation, command.rotation)
    for name in (
        'stamp_ns',
        'seq',
        'frame_id',
        'gripper',
        'duration',
        'observation_stamp_ns',
        'chunk_id',
    ):
        assert getattr(back, name) == getattr(command, name)


@given(st.permutations(range(len(NAMES) + 2)))
def test_joints_are_found_by_name_in_any_order(order):
    names = [*NAMES, 'other_1', 'other_2']
    values = {name: 0.01 * (i + 1) for i, name in enumerate(names)}
    shuffled = [names[i] for i in order]
    message = JointStateMsg(name=shuffled, position=[values[name] for name in shuffled])
    state = joint_state_from_message(message, WIDOWX, 5)
    np.testing.assert_allclose(state.positions, [values[name] for name in WIDOWX.joints])
    assert state.gripper == WIDOWX.gripper.opening(values[WIDOWX.gripper.joint])


def test_missing_joint_is_named():
    message = JointStateMsg(name=list(NAMES[1:]), position=[0.0] * (len(NAMES) - 1))
    with pytest.raises(ObservationError, match=NAMES[0]):
        joint_state_from_message(message, WIDOWX, 5)


def test_joint_that_is_not_finite_is_named():
    positions = [0.0] * len(NAMES)
    positions[2] = float('nan')
    message = JointStateMsg(name=list(NAMES), position=positions)
    with pytest.raises(ObservationError, match=NAMES[2]):
        joint_state_from_message(message, WIDOWX, 5)


def test_positions_must_match_names():
    with pytest.raises(ObservationError, match='positions'):
        joint_state_from_message(JointStateMsg(name=list(NAMES), position=[0.0]), WIDOWX, 5)


def test_scenes_survive():
    block = Block('red block', 'red', 0.04, Pose.from_xyz_rpy((0.3, 0.1, 0.02), (0, 0, 0.5)))
    bin_ = Bin(Pose.from_xyz_rpy((0.2, -0.2, 0.03)), (0.1, 0.12, 0.06))
    scene = Scene(123456789, (block,), bin_, Pose.from_xyz_rpy((0.3, 0, 0.2), (0, 1, 0)), 0.25, 4)
    back = scene_from_message(scene_message(scene, 'base_link'))
    assert back.stamp_ns == scene.stamp_ns
    assert back.reset_count == 4
    assert back.gripper_opening == 0.25
    assert back.block('red').size == 0.04
    np.testing.assert_allclose(back.block('red').pose.rotation, block.pose.rotation, atol=1e-12)
    np.testing.assert_allclose(back.bin.size, bin_.size)
