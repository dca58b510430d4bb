# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from octo_ros.data.bags.bag import Bag
from octo_ros.data.timing.bag_timings import bag_timings
from octo_ros.data.timing.clock import Clock
from octo_ros.data.timing.feed import Feed
from octo_ros.embodiment import load_embodiment
from octo_ros.errors import BagError
from octo_ros.geometry import Pose
from octo_ros.sources import DepthCamera, LowDimSource

MS = 1_000_000
START = 1_700_000_000_000 * MS

ROBOT = replace(load_embodiment('widowx'), proprio_rotation=(0.0, 0.0, 0.0))
PRIMARY, WRIST = (ROBOT.cameras[key].topic for key in ('image_primary', 'image_wrist'))
JOINTS = ROBOT.joint_states.topic
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


def test_messages_are_counted_by_what_is_wrong_not_by_their_numbers(bag, tmp_path):
    for ms in range(20):
        bag.joints(ms, NAMES, [0.01 * ms, np.nan, *np.zeros(4), 0.037])
    with Bag(bag.write(tmp_path / 'bag')) as opened:
        feed = Feed(ROBOT, tcp_pose, None)
        for message in opened.messages(feed.topics):
            feed.add(message)
    reason = f'{JOINTS}: a joint state holds positions that are not finite'
    assert feed.unusable == {reason: 20}
    assert "'waist': 0.0, 'shoulder': nan" in feed.examples[reason]


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


def test_messages_are_stamped_by_the_clock_of_their_topic(bag, tmp_path):
    bag.image(100, PRIMARY, 1, delay=20)
    bag.image(100, WRIST, 2, delay=20)
    for ms in range(0, 200, 20):
        bag.joints(ms, NAMES, [*(1e-3 * ms * np.ones(6)), 0.037])
    with Bag(bag.write(tmp_path / 'bag')) as opened:
        messages = list(opened.messages(opened.topics))
    for clocks, taken in (
        ({}, 100),
        ({PRIMARY: Clock('header', '')}, 100),
        ({PRIMARY: Clock('receive', '')}, 120),
    ):
        feed = Feed(ROBOT, tcp_pose, None, clocks)
        for message in messages:
            feed.add(message)
        seen = feed.builder.observe(START + 150 * MS)
        assert seen.stamp_ns == START + taken * MS
        assert seen.skew_ns['image_wrist'] == (100 - taken) * MS
        assert seen.proprio[0] == pytest.approx(1e-3 * taken, abs=1e-6)


def test_a_latency_is_never_subtracted_twice():
    with pytest.raises(ValueError, match=f'latency of {JOINTS} is the embodiment'):
        Feed(ROBOT, tcp_pose, None, {JOINTS: Clock('header', '', latency_ns=1)})
    Feed(ROBOT, None, '/pose', {'/pose': Clock('header', '', latency_ns=1)})


FURTHER = replace(
    ROBOT,
    depth_cameras={
        'depth_primary': DepthCamera(
            topic='/depth', height=16, width=16, max_age=0.3, max_skew=0.1
        )
    },
    low_dim={
        'torque': LowDimSource(
            topic=JOINTS, kind='joint_effort', names=(ROBOT.joints[1],), max_age=0.1
        )
    },
)


def test_depth_and_further_numbers_are_fed(bag, tmp_path):
    bag.image(100, PRIMARY, 1)
    bag.image(100, WRIST, 2)
    bag.depth(105, '/depth', 1500)
    for ms in range(0, 200, 20):
        bag.joints(ms, NAMES, [*np.zeros(6), 0.037], effort=np.arange(7.0) + ms)
    bag.joints(200, NAMES, [*np.zeros(6), 0.037])
    with Bag(bag.write(tmp_path / 'bag')) as opened:
        feed = Feed(FURTHER, tcp_pose, None)
        feed.check(opened)
        assert feed.topics == [PRIMARY, WRIST, '/depth', JOINTS]
        for message in opened.messages(feed.topics):
            feed.add(message)
        seen = feed.builder.observe(START + 150 * MS)
    np.testing.assert_allclose(seen.depths['depth_primary'], 1.5)
    np.testing.assert_array_equal(seen.low_dim['torque'], [101.0])
    assert seen.skew_ns['depth_primary'] == 5 * MS
    ((reason, count),) = feed.unusable.items()
    assert (count, 'lacks effort values' in reason) == (1, True)


def test_depth_and_further_numbers_are_checked(bag, tmp_path):
    bag.robot(0, 300)
    with Bag(bag.write(tmp_path / 'bag')) as opened:
        with pytest.raises(BagError, match=r'/depth.*as depth_primary'):
            Feed(FURTHER, tcp_pose, None).check(opened)
        wrong = replace(
            FURTHER,
            depth_cameras={},
            low_dim={'force': LowDimSource(topic=JOINTS, kind='wrench', max_age=0.1)},
        )
        with pytest.raises(BagError, match='as force it must be geometry_msgs/msg/WrenchStamped'):
            Feed(wrong, tcp_pose, None).check(opened)


@pytest.mark.parametrize('prefix', ['', '/arm'])
def test_the_pose_may_come_from_transforms(bag, tmp_path, moving_pose, prefix):
    tool = Pose.from_xyz_rpy([0.0, 0.0, 0.1], [0.0, 0.0, 0.0])
    flange, tcp = (ROBOT.base_frame, 'flange'), ('flange', ROBOT.tcp_frame)
    bag.transforms(-60_000, [(*tcp, tool)], topic=f'{prefix}/tf_static')
    bag.image(100, PRIMARY, 1)
    bag.image(100, WRIST, 2)
    for ms in range(0, 200, 20):
        bag.joints(ms, [ROBOT.gripper.joint], [0.037])
        bag.transforms(ms, [(*flange, moving_pose(ms) @ tool.inverse())], topic=f'{prefix}/tf')
    bag.transforms(150, [(*flange, replace(tool, position=np.full(3, np.nan)))], f'{prefix}/tf')
    with Bag(bag.write(tmp_path / 'bag')) as opened:
        feed = Feed(ROBOT, None, f'{prefix}/tf')
        feed.check(opened)
        feed.prepare(opened)
        for message in opened.messages(feed.topics, start_ns=START):
            feed.add(message)
        seen = feed.builder.observe(START + 150 * MS)
        clock = bag_timings(opened, feed.topics)[f'{prefix}/tf'].clock
        with pytest.raises(BagError, match="no frame 'other'"):
            Feed(replace(ROBOT, tcp_frame='other'), None, f'{prefix}/tf').check(opened)
    np.testing.assert_allclose(seen.proprio[:3], moving_pose(100).position, atol=1e-6)
    np.testing.assert_allclose(seen.proprio[3:6], moving_pose(100).rpy, atol=1e-6)
    assert list(feed.unusable.values()) == [1]
    assert clock == Clock('header', 'each transform has a stamp of its own')


def test_a_topic_that_is_called_tf_must_hold_transforms(bag, tmp_path):
    bag.robot(0, 300)
    bag.string(0, '/tf', 'x')
    with (
        Bag(bag.write(tmp_path / 'bag')) as opened,
        pytest.raises(BagError, match='as TCP pose it must be tf2_msgs/msg/TFMessage'),
    ):
        Feed(ROBOT, None, '/tf').check(opened)
