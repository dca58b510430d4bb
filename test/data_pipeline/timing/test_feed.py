# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from octo_ros.data.bags.bag import Bag
from octo_ros.data.timing.feed import Feed
from octo_ros.embodiment import load_embodiment
from octo_ros.errors import BagError
from octo_ros.geometry import Pose

ROBOT = replace(load_embodiment('widowx'), proprio_rotation=(0.0, 0.0, 0.0))
PRIMARY, WRIST = (ROBOT.cameras[key].topic for key in ('image_primary', 'image_wrist'))
NAMES = (*ROBOT.joints, ROBOT.gripper.joint)


def tcp_pose(positions):
    return Pose.from_xyz_rpy(positions[:3], positions[3:])


def test_every_needed_topic_is_checked(bag, tmp_path):
    bag.robot(0, 300)
    with Bag(bag.write(tmp_path / 'bag')) as opened:
        Feed(ROBOT, tcp_pose, None).check(opened)
        with pytest.raises(BagError, match=r'/pose.*as TCP pose'):
            Feed(ROBOT, None, '/pose').check(opened)
        with pytest.raises(BagError, match='as TCP pose it must be geometry_msgs/msg/PoseStamped'):
            Feed(ROBOT, None, PRIMARY).check(opened)


def test_joint_states_without_the_joints_are_counted_not_hidden(bag, tmp_path):
    bag.joints(0, ['other'], [1.0])
    bag.joints(10, ['other'], [1.0])
    with Bag(bag.write(tmp_path / 'bag')) as opened:
        feed = Feed(ROBOT, tcp_pose, None)
        for message in opened.messages(feed.topics):
            feed.add(message)
    assert list(feed.unusable.values()) == [2]
    assert 'lacks waist' in next(iter(feed.unusable))


def test_with_a_pose_topic_the_gripper_alone_is_enough(bag, tmp_path, moving_pose):
    bag.image(100, PRIMARY, 1)
    bag.image(100, WRIST, 2)
    for ms in range(0, 200, 20):
        bag.joints(ms, [ROBOT.gripper.joint], [0.037])
        bag.pose(ms, moving_pose(ms))
    with Bag(bag.write(tmp_path / 'bag')) as opened:
        feed = Feed(ROBOT, None, '/pose')
        for message in opened.messages(feed.topics):
            feed.add(message)
        seen = feed.builder.observe(1_700_000_000_150_000_000)
    expected = moving_pose(100)
    np.testing.assert_allclose(seen.proprio[:3], expected.position, atol=1e-6)
    np.testing.assert_allclose(seen.proprio[3:6], expected.rpy, atol=1e-6)
    assert seen.proprio[6] == 1.0


def test_a_pose_in_another_frame_is_refused(bag, tmp_path, moving_pose):
    bag.pose(0, moving_pose(0), frame='world')
    with Bag(bag.write(tmp_path / 'bag')) as opened:
        feed = Feed(ROBOT, None, '/pose')
        (message,) = opened.messages(['/pose'])
        with pytest.raises(BagError, match="'world'; expected the base frame 'base_link'"):
            feed.add(message)
