# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Poses from transforms: any tree, edges at different times, and what is not there."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octo_ros.data.bags.bag import Bag, BagMessage
from octo_ros.data.timing import tf_pose
from octo_ros.data.timing.tf_pose import TfPoseTrack, require_chain
from octo_ros.errors import BagError
from octo_ros.geometry import Pose, rotation_vector_from_matrix

MS = 1_000_000
START = 1_700_000_000_000 * MS
SHIFT = Pose.from_xyz_rpy([0.1, 0, 0.2], [0, 0.5, 0])


def moving(ms):
    """Turns and moves steadily."""
    return Pose.from_xyz_rpy([1e-3 * ms, 0, 0.5], [0, 0, 2e-3 * ms])


def xyz(values, names='xyz'):
    return SimpleNamespace(**dict(zip(names, map(float, values), strict=True)))


def edge(parent, child, pose, ms):
    sec, nanosec = divmod(START + round(ms * MS), 1_000_000_000)
    return SimpleNamespace(
        header=SimpleNamespace(stamp=SimpleNamespace(sec=sec, nanosec=nanosec), frame_id=parent),
        child_frame_id=child,
        transform=SimpleNamespace(
            translation=xyz(pose.position), rotation=xyz(pose.quaternion, 'xyzw')
        ),
    )


def tf(ms, *edges, topic='/tf'):
    at = START + round(ms * MS)
    return BagMessage(topic, at, at, SimpleNamespace(transforms=edges))


def static(*edges):
    return tf(0, *edges, topic='/tf_static')


def collect(track, *messages):
    return [sample for message in messages for sample in track.add(message)]


def times(samples):
    return [(sample.stamp_ns - START) / MS for sample in samples]


def assert_pose(pose, expected):
    np.testing.assert_allclose(pose.position, expected.position, atol=1e-9)
    turn = rotation_vector_from_matrix(pose.rotation @ expected.rotation.T)
    assert np.linalg.norm(turn) < 1e-7


def test_edges_of_one_message_give_one_pose():
    track = TfPoseTrack('base', 'tcp')
    assert not track.add(static(edge('wrist', 'tcp', SHIFT, 0)))
    message = tf(10, edge('base', 'arm', moving(10), 8), edge('arm', 'wrist', moving(30), 8))
    (sample,) = track.add(message)
    assert (sample.stamp_ns, sample.received_ns) == (START + 8 * MS, START + 10 * MS)
    assert_pose(sample.value, moving(10) @ moving(30) @ SHIFT)
    assert not track.unusable
    assert track.problem == ''


def test_the_chain_may_go_up_and_down():
    """The camera on a stand is the root; the arm's base hangs from it, and so does the TCP."""
    track = TfPoseTrack('/base', 'tcp')
    (sample,) = collect(
        track,
        static(edge('camera', 'base', SHIFT, 0), edge('other', 'more', SHIFT, 0)),
        tf(10, edge('/camera', '/tcp', moving(10), 10)),
    )
    assert_pose(sample.value, SHIFT.inverse() @ moving(10))


def test_edges_beside_the_chain_are_left_alone_until_the_chain_needs_them():
    track = TfPoseTrack('base', 'tcp')
    beside = edge('base', 'rail', moving(9), 0)
    collect(track, tf(0, edge('base', 'tcp', moving(0), 0), beside))
    beside.transform.rotation = xyz([0, 0, 0, 0], 'xyzw')
    (sample,) = collect(track, tf(10, edge('base', 'tcp', moving(10), 10), beside))
    assert not track.unusable
    assert_pose(sample.value, moving(10))
    (sample,) = collect(
        track, tf(20, edge('rail', 'tcp', SHIFT, 20), edge('base', 'rail', moving(20), 20))
    )
    assert_pose(sample.value, moving(20) @ SHIFT)


def test_the_tcp_may_be_the_root():
    track = TfPoseTrack('base', 'tcp')
    (sample,) = collect(track, tf(10, edge('tcp', 'base', moving(10), 10)))
    assert_pose(sample.value, moving(10).inverse())


def test_a_pose_waits_for_the_edge_that_completes_it():
    track = TfPoseTrack('base', 'tcp')
    first = [
        tf(0, edge('base', 'arm', moving(0), 0)),
        tf(5, edge('arm', 'tcp', moving(5), 5)),
        tf(10, edge('base', 'arm', moving(10), 10)),
    ]
    early = collect(track, *first)
    assert times(early) == [5]
    assert track.unusable == {tf_pose.EARLY: 1}
    assert_pose(early[0].value, moving(5) @ moving(5))
    late = collect(track, tf(20, edge('arm', 'tcp', moving(20), 20)))
    assert times(late) == [10]
    assert late[0].received_ns == START + 20 * MS
    assert_pose(late[0].value, moving(10) @ moving(10))


def test_a_gap_is_not_bridged():
    track = TfPoseTrack('base', 'tcp', max_gap_ns=50 * MS)
    samples = collect(
        track,
        tf(0, edge('base', 'arm', moving(0), 0), edge('arm', 'tcp', SHIFT, 0)),
        *(tf(t, edge('arm', 'tcp', SHIFT, t)) for t in (30, 60)),
        tf(90, edge('base', 'arm', moving(90), 90), edge('arm', 'tcp', SHIFT, 90)),
    )
    assert times(samples) == [0, 90]
    assert track.unusable == {tf_pose.GAP: 2}


def test_an_edge_that_falls_silent_leaves_nothing_waiting():
    track = TfPoseTrack('base', 'tcp')
    collect(
        track,
        tf(0, edge('base', 'arm', moving(0), 0), edge('arm', 'tcp', SHIFT, 0)),
        *(tf(t, edge('arm', 'tcp', SHIFT, t)) for t in range(100, 4000, 100)),
    )
    assert track.unusable == {tf_pose.GAP: 18}
    assert len(track._waiting) == 21


def test_a_static_edge_may_come_late():
    track = TfPoseTrack('base', 'tcp')
    samples = collect(
        track,
        tf(0, edge('base', 'arm', moving(0), 0)),
        tf(20, edge('base', 'arm', moving(20), 20)),
        tf(30, edge('arm', 'tcp', SHIFT, 0), topic='/robot/tf_static'),
    )
    assert times(samples) == [0, 20]
    assert {sample.received_ns for sample in samples} == {START + 30 * MS}


def test_out_of_order_and_doubled_transforms():
    track = TfPoseTrack('base', 'tcp')
    samples = collect(
        track,
        tf(20, edge('base', 'tcp', moving(20), 20)),
        tf(21, edge('base', 'tcp', moving(10), 10)),
    )
    assert times(samples) == [20, 10]
    assert_pose(samples[1].value, moving(10))
    assert_pose(collect(track, tf(22, edge('base', 'tcp', moving(99), 20)))[0].value, moving(20))


def test_what_cannot_be_used_is_counted():
    track = TfPoseTrack('base', 'tcp')
    bad = edge('base', 'tcp', moving(0), 0)
    bad.transform.rotation = xyz([0, 0, 0, 0], 'xyzw')
    assert not track.add(tf(0, bad))
    (sample,) = track.add(tf(5000, edge('base', 'tcp', moving(0), 0)))
    assert sample.stamp_ns == START + 5000 * MS
    track.add(tf(5010, edge('world', 'tcp', moving(0), 5010)))
    assert track.unusable == {
        tf_pose.NOT_FINITE: 1,
        tf_pose.OTHER_CLOCK: 1,
        tf_pose.MOVED: 1,
    }


@pytest.mark.parametrize(
    ('edges', 'problem'),
    [
        ([], "there is no frame 'base' and no frame 'tcp'; the frames are: none"),
        ([('base', 'arm')], "there is no frame 'tcp'; the frames are: arm, base"),
        (
            [('base', 'arm'), ('hand', 'tcp')],
            "the frames 'base' and 'tcp' are not connected; the frames are: arm, base, hand",
        ),
        (
            [('a', 'base'), ('base', 'a'), ('a', 'b')],
            "there is no frame 'tcp'; the frames are",
        ),
    ],
)
def test_a_missing_chain_is_told_with_the_frames_that_exist(edges, problem):
    track = TfPoseTrack('base', 'tcp')
    assert not track.add(tf(0, *(edge(*names, SHIFT, 0) for names in edges)))
    assert track.problem.startswith(problem)


def test_a_tcp_that_never_moves_is_told():
    track = TfPoseTrack('base', 'tcp')
    track.add(static(edge('base', 'tcp', SHIFT, 0)))
    assert track.problem.startswith("'tcp' never moves in 'base'")


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 300)), min_size=2, max_size=20),
    st.randoms(use_true_random=False),
)
def test_poses_are_those_of_their_times_whatever_the_order(samples, random):
    """Both edges move in a straight line, so that interpolation is exact."""
    track = TfPoseTrack('base', 'tcp', max_gap_ns=10**9)
    messages = [
        tf(300, edge('base', 'arm', moving(t), t) if first else edge('arm', 'tcp', moving(t), t))
        for first, t in samples
    ]
    random.shuffle(messages)
    for sample in collect(track, *messages):
        ms = (sample.stamp_ns - START) / MS
        assert_pose(sample.value, moving(ms) @ moving(ms))
        assert any(t == ms for _, t in samples)


def transform(bag, ms, frames, pose, topic='/tf'):
    parent, child = frames
    q = bag.make('geometry_msgs/msg/Quaternion', *map(float, pose.quaternion))
    whole = bag.make('geometry_msgs/msg/Transform', bag.vector(pose.position), q)
    stamped = bag.make('geometry_msgs/msg/TransformStamped', bag.header(ms, parent), child, whole)
    bag.add(ms, topic, bag.make('tf2_msgs/msg/TFMessage', [stamped]))


def test_the_transforms_of_a_bag(bag, tmp_path):
    transform(bag, 500, ('arm', 'tcp'), SHIFT, '/tf_static')
    for ms in (0, 20, 40):
        transform(bag, ms, ('base', 'arm'), moving(ms))
    with Bag(bag.write(tmp_path / 'bag')) as opened:
        require_chain(opened, 'base', 'tcp')
        with pytest.raises(BagError, match=r"no frame 'tool'.*arm, base, tcp.*--pose-topic"):
            require_chain(opened, 'base', 'tool')
        with pytest.raises(BagError, match='/none, which is needed as TCP pose'):
            require_chain(opened, 'base', 'tcp', tf='/none')
        track = TfPoseTrack('base', 'tcp')
        for message in opened.messages(['/tf_static']):
            track.add(message)
        samples = collect(track, *opened.messages(['/tf']))
    assert times(samples) == [0, 20, 40]
    assert_pose(samples[1].value, moving(20) @ SHIFT)
