# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The time rules: only what had arrived, nothing too old, whatever the order of arrival."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.embodiment import load_embodiment
from octo_ros.geometry import Pose
from octo_ros.observation.missing import Missing, MissingCause
from octo_ros.observation.sync import ObservationBuilder
from octo_ros.sources import DepthCamera, LowDimSource
from octo_ros.types import JointState, Sample

MS = 1_000_000
ROBOT = load_embodiment('ur5e')
CAMERAS = ROBOT.cameras
MAX_AGE = round(CAMERAS['image_primary'].max_age * 1e9)
MAX_SKEW = round(CAMERAS['image_wrist'].max_skew * 1e9)
STATE_AGE = round(ROBOT.joint_states.max_age * 1e9)


def tcp_pose(positions):
    return Pose.from_xyz_rpy(positions[:3], positions[3:])


def picture(value=0, height=8, width=8):
    return SimpleNamespace(
        encoding='rgb8',
        height=height,
        width=width,
        step=3 * width,
        is_bigendian=0,
        data=np.full(height * width * 3, value, np.uint8),
    )


def joints_at(stamp_ns):
    """A motion that is linear in time, so that interpolation must give it back exactly."""
    position = stamp_ns / 1e9
    return JointState(stamp_ns, np.full(6, position), np.zeros(6), min(max(position, 0.0), 1.0))


def builder_with(primary=(), wrist=(), joints=(), robot=ROBOT):
    """Each source as (stamp, received) in ms."""
    builder = ObservationBuilder(robot, tcp_pose)
    for key, times in (('image_primary', primary), ('image_wrist', wrist)):
        for i, (stamp, received) in enumerate(times):
            builder.add_image(key, Sample(stamp * MS, received * MS, picture(i)))
    for stamp, received in joints:
        builder.add_joints(Sample(stamp * MS, received * MS, joints_at(stamp * MS)))
    return builder


STEADY = [(t, t + 1) for t in range(0, 1000, 10)]


def test_the_newest_primary_frame_that_had_arrived_sets_the_time():
    builder = builder_with([(400, 430), (433, 463), (466, 496)], [(440, 445)], STEADY)
    selection = builder.select(470 * MS)
    assert selection.stamp_ns == 433 * MS
    assert selection.skew_ns['image_wrist'] == 7 * MS


def test_joints_are_interpolated_to_the_frame():
    observation = builder_with([(433, 463)], [(440, 445)], STEADY).observe(470 * MS)
    np.testing.assert_allclose(observation.proprio, [0.433] * 7, rtol=1e-6)
    assert observation.skew_ns['joint_states'] == 0


def test_without_newer_joints_the_newest_are_taken_as_they_are():
    observation = builder_with([(433, 463)], [(440, 445)], STEADY[:42]).observe(470 * MS)
    assert observation.proprio[0] == pytest.approx(0.41)
    assert observation.skew_ns['joint_states'] == -23 * MS


def test_the_camera_nearest_to_the_primary_frame_is_used_not_the_newest():
    builder = builder_with([(400, 460)], [(370, 372), (403, 405), (436, 438)], STEADY)
    assert builder.select(470 * MS).frames['image_wrist'].stamp_ns == 403 * MS


def test_latency_shifts_the_time_of_a_frame():
    cameras = {key: replace(camera, latency=0.02) for key, camera in CAMERAS.items()}
    robot = replace(ROBOT, cameras=cameras)
    selection = builder_with([(433, 463)], [(440, 445)], STEADY, robot).select(470 * MS)
    assert selection.stamp_ns == 413 * MS
    assert selection.skew_ns['image_wrist'] == 7 * MS
    assert selection.joints.positions[0] == pytest.approx(0.413)


def test_latency_shifts_the_time_of_the_joints_and_not_their_arrival():
    robot = replace(ROBOT, joint_states=replace(ROBOT.joint_states, latency=0.02))
    selection = builder_with([(433, 463)], [(440, 445)], STEADY, robot).select(470 * MS)
    assert selection.joints.positions[0] == pytest.approx(0.453)
    assert selection.skew_ns['joint_states'] == 0
    unknown = builder_with([(433, 463)], [(440, 445)], STEADY[:45], robot).select(470 * MS)
    assert unknown.joints.positions[0] == pytest.approx(0.44)
    assert unknown.skew_ns['joint_states'] == -13 * MS


def test_images_are_rgb_of_the_size_that_the_policy_wants():
    observation = builder_with([(400, 401)], [(400, 401)], STEADY).observe(405 * MS)
    shapes = {key: image.shape for key, image in observation.images.items()}
    assert shapes == {'image_primary': (256, 256, 3), 'image_wrist': (128, 128, 3)}


def test_a_frame_is_decoded_once():
    builder = builder_with([(400, 401)], [(400, 401)], STEADY)
    first, second = builder.observe(405 * MS), builder.observe(415 * MS)
    assert first.images['image_primary'] is second.images['image_primary']


FRAME, FRAMES = [(400, 405)], [(400, 405)]


@pytest.mark.parametrize(
    ('primary', 'wrist', 'joints', 'source', 'cause'),
    [
        ([], FRAMES, STEADY, 'image_primary', MissingCause.NOTHING_ARRIVED),
        ([(100, 410)], FRAMES, STEADY, 'image_primary', MissingCause.TOO_OLD),
        (FRAME, [], STEADY, 'image_wrist', MissingCause.NOTHING_ARRIVED),
        (FRAME, [(290, 405)], STEADY, 'image_wrist', MissingCause.TOO_FAR),
        (FRAME, FRAMES, [], 'joint_states', MissingCause.NOTHING_ARRIVED),
        (FRAME, FRAMES, STEADY[:30], 'joint_states', MissingCause.TOO_OLD),
        (FRAME, FRAMES, STEADY[41:], 'joint_states', MissingCause.STARTS_LATE),
        (FRAME, FRAMES, STEADY[:33] + STEADY[45:], 'joint_states', MissingCause.GAP),
    ],
)
def test_what_is_missing_is_named(primary, wrist, joints, source, cause):
    missing = builder_with(primary, wrist, joints).observe(460 * MS)
    assert isinstance(missing, Missing)
    assert (missing.source, missing.cause) == (source, cause)
    assert source in missing.reason
    assert missing.reason.endswith('.')


def test_a_frame_that_cannot_be_decoded_is_missing_not_black():
    builder = builder_with([], FRAMES, STEADY)
    broken = SimpleNamespace(format='jpeg', data=b'broken')
    builder.add_image('image_primary', Sample(400 * MS, 405 * MS, broken))
    missing = builder.observe(410 * MS)
    assert missing.cause is MissingCause.UNREADABLE
    assert CAMERAS['image_primary'].topic in missing.reason


def test_a_frozen_camera_is_missing_although_its_frames_are_fresh():
    """It repeats one picture with new stamps; the other camera goes on."""
    builder = builder_with(joints=STEADY)
    for ms in range(0, 1000, 50):
        shown = picture(ms // 50 if ms < 300 else 6)
        builder.add_image('image_wrist', Sample(ms * MS, (ms + 5) * MS, shown))
        builder.add_image('image_primary', Sample(ms * MS, (ms + 5) * MS, picture(ms // 50)))
    assert builder.select(805 * MS).stamp_ns == 800 * MS  # 500 ms of one picture, as is allowed
    missing = builder.select(855 * MS)
    assert (missing.source, missing.cause) == ('image_wrist', MissingCause.FROZEN)
    topic = CAMERAS['image_wrist'].topic
    assert missing.reason == (
        f'image_wrist: the camera is frozen ({topic}: the same picture for 550 ms, '
        'at most 500 ms is allowed).'
    )
    builder.add_image('image_wrist', Sample(1000 * MS, 1000 * MS, picture(77)))
    builder.add_image('image_primary', Sample(1000 * MS, 1000 * MS, picture(78)))
    assert builder.select(1001 * MS).stamp_ns == 1000 * MS


def test_repeated_pictures_can_be_allowed():
    cameras = {key: replace(camera, max_repeat=None) for key, camera in CAMERAS.items()}
    builder = builder_with(joints=STEADY, robot=replace(ROBOT, cameras=cameras))
    for ms in range(0, 1000, 50):
        for key in CAMERAS:
            builder.add_image(key, Sample(ms * MS, ms * MS, picture()))
    assert builder.select(960 * MS).stamp_ns == 950 * MS


@pytest.mark.parametrize('jump_ms', [300, 5000])
def test_a_clock_set_back_does_not_bring_old_joints_to_life(jump_ms):
    """Nothing heard before it is used, even when the clock reads the same again."""
    builder = ObservationBuilder(ROBOT, tcp_pose)
    for ms in range(10_000, 11_000, 10):
        builder.add_joints(Sample(ms * MS, ms * MS, JointState(ms * MS, np.ones(6), [0] * 6, 1)))
    builder.select(11_000 * MS)
    # Its stamps are 5 ms off, and frames come between, so that old and new would be neighbours.
    for ms in range(11_000 - jump_ms + 5, 11_205, 10):
        now = ms * MS
        builder.add_joints(Sample(now, now, JointState(now, np.zeros(6), [0] * 6, 0)))
        for key in CAMERAS:
            builder.add_image(key, Sample(now - 2 * MS, now, picture(ms // 10 % 250)))
        observed = builder.select(now)
        assert not isinstance(observed, Missing) or ms < 11_000 - jump_ms + 20
        if not isinstance(observed, Missing):
            assert observed.joints.positions.max() == 0.0


def test_a_clock_set_back_while_nobody_looks_is_noticed_by_the_messages():
    builder = ObservationBuilder(ROBOT, tcp_pose)
    for ms in range(10_000, 11_000, 10):
        builder.add_joints(Sample(ms * MS, ms * MS, JointState(ms * MS, np.ones(6), [0] * 6, 1)))
    for ms in range(8_005, 10_600, 10):
        builder.add_joints(Sample(ms * MS, ms * MS, joints_at(0)))
    for key in CAMERAS:
        builder.add_image(key, Sample(10_500 * MS, 10_500 * MS, picture()))
    assert builder.select(10_590 * MS).joints.positions.max() == 0.0


@pytest.mark.parametrize('source', ['image_primary', 'image_wrist', 'joint_states'])
def test_a_source_whose_clock_is_ahead_is_named(source):
    builder = builder_with()
    for ms in range(0, 1000, 10):
        ahead = {source: 3000 * MS}
        now = ms * MS
        for key in CAMERAS:
            sample = Sample(now + ahead.get(key, 0), now, picture(ms // 10))
            builder.add_image(key, sample)
        joints = joints_at(now + ahead.get('joint_states', 0))
        builder.add_joints(Sample(joints.stamp_ns, now, joints))
    missing = builder.select(995 * MS)
    assert (missing.source, missing.cause) == (source, MissingCause.AHEAD)
    assert '3.0 s' in missing.reason


def test_one_joint_state_from_the_future_is_never_used():
    """Neither at once nor when its time has come: it then tells of half a second ago."""
    builder = builder_with(joints=STEADY)
    wrong = JointState(700 * MS, np.full(6, 9.0), np.zeros(6), 0.0)
    builder.add_joints(Sample(700 * MS, 200 * MS, wrong))
    for key in CAMERAS:
        builder.add_image(key, Sample(698 * MS, 699 * MS, picture()))
    np.testing.assert_allclose(builder.select(711 * MS).joints.positions, 0.698)


def test_a_clock_that_runs_ahead_does_not_bring_the_future():
    builder = builder_with([(400, 405), (450, 406)], FRAMES, STEADY)
    assert builder.select(420 * MS).stamp_ns == 400 * MS


def test_poses_replace_forward_kinematics():
    builder = ObservationBuilder(ROBOT, None)
    for key in CAMERAS:
        builder.add_image(key, Sample(405 * MS, 406 * MS, picture()))
    for stamp in (400, 410):
        joints = JointState(stamp * MS, [], [], 0.5)
        builder.add_joints(Sample(stamp * MS, stamp * MS, joints))
        pose = Pose.from_xyz_rpy([stamp / 1000, 0, 0], [0, 0, stamp / 1000])
        builder.add_pose(Sample(stamp * MS, stamp * MS, pose))
    observation = builder.observe(412 * MS)
    np.testing.assert_allclose(observation.proprio, [0.405, 0, 0, 0, 0, 0.405, 0.5], atol=1e-7)


def test_rotation_is_told_relative_to_the_contract():
    robot = replace(ROBOT, proprio_rotation=(0.0, np.pi / 2, 0.0))
    builder = ObservationBuilder(robot, None)
    for key in CAMERAS:
        builder.add_image(key, Sample(405 * MS, 406 * MS, picture()))
    builder.add_joints(Sample(405 * MS, 405 * MS, JointState(405 * MS, [], [], 0.5)))
    down = Pose.from_xyz_rpy(rpy=[0, np.pi / 2, 0])
    builder.add_pose(Sample(405 * MS, 405 * MS, down.displaced([0, 0, 0], [0.1, -0.2, 0.3])))
    observation = builder.observe(412 * MS)
    np.testing.assert_allclose(observation.proprio[3:6], [0.1, -0.2, 0.3], atol=1e-6)


def test_poses_are_demanded_when_there_is_no_forward_kinematics():
    builder = ObservationBuilder(ROBOT, None)
    for key in CAMERAS:
        builder.add_image(key, Sample(405 * MS, 406 * MS, picture()))
    builder.add_joints(Sample(400 * MS, 400 * MS, JointState(400 * MS, [], [], 0.5)))
    assert builder.observe(412 * MS).source == 'tcp_pose'


def test_clear_forgets_all_sources():
    builder = builder_with([(400, 405)], FRAMES, STEADY)
    builder.clear()
    assert builder.observe(410 * MS).cause is MissingCause.NOTHING_ARRIVED


DEPTH = DepthCamera(topic='/depth', height=16, width=16, max_age=0.25, max_skew=0.1, latency=0.02)
FORCE = LowDimSource(topic='/force', kind='wrench', max_age=0.1, latency=0.03)
RICH = replace(ROBOT, depth_cameras={'depth_primary': DEPTH}, low_dim={'force': FORCE})


def depth_picture(millimetres):
    return SimpleNamespace(
        encoding='16UC1',
        height=8,
        width=8,
        step=16,
        is_bigendian=0,
        data=np.full(64, millimetres, '<u2').view(np.uint8),
    )


def rich_builder(depths=FRAMES, forces=STEADY):
    builder = builder_with(FRAME, FRAMES, STEADY, RICH)
    for stamp, received in depths:
        sample = Sample(stamp * MS, received * MS, depth_picture(stamp))
        builder.add_image('depth_primary', sample)
    for stamp, received in forces:
        builder.add_low_dim('force', Sample(stamp * MS, received * MS, np.full(6, stamp / 1000)))
    return builder


def test_depth_and_numbers_are_those_of_the_primary_frame():
    """The frame is of 400 ms; depth stamped 420 ms and numbers stamped 430 ms tell of that."""
    observation = rich_builder([(390, 395), (417, 430), (450, 455)]).observe(460 * MS)
    np.testing.assert_array_equal(
        observation.depths['depth_primary'], np.full((16, 16, 1), np.float32(0.417))
    )
    np.testing.assert_allclose(observation.low_dim['force'], [0.43] * 6, rtol=1e-6)
    assert observation.low_dim['force'].dtype == np.float32
    assert observation.skew_ns['depth_primary'] == -3 * MS
    assert observation.skew_ns['force'] == 0
    assert set(observation.images) == set(CAMERAS)


def test_without_newer_numbers_the_newest_are_taken_as_they_are():
    observation = rich_builder(forces=STEADY[:42]).observe(460 * MS)
    assert observation.low_dim['force'][0] == pytest.approx(0.41)
    assert observation.skew_ns['force'] == -20 * MS


@pytest.mark.parametrize(
    ('depths', 'forces', 'source', 'cause'),
    [
        ([], STEADY, 'depth_primary', MissingCause.NOTHING_ARRIVED),
        ([(310, 405)], STEADY, 'depth_primary', MissingCause.TOO_FAR),
        (FRAMES, [], 'force', MissingCause.NOTHING_ARRIVED),
        (FRAMES, STEADY[:30], 'force', MissingCause.TOO_OLD),
        (FRAMES, STEADY[44:], 'force', MissingCause.STARTS_LATE),
        (FRAMES, STEADY[:36] + STEADY[48:], 'force', MissingCause.GAP),
    ],
)
def test_what_is_missing_of_further_sources_is_named(depths, forces, source, cause):
    missing = rich_builder(depths, forces).observe(490 * MS)
    assert (missing.source, missing.cause) == (source, cause)


def test_a_depth_that_cannot_be_decoded_is_missing():
    builder = rich_builder(depths=[])
    builder.add_image('depth_primary', Sample(405 * MS, 405 * MS, picture()))
    missing = builder.observe(460 * MS)
    assert (missing.source, missing.cause) == ('depth_primary', MissingCause.UNREADABLE)
    assert "'rgb8'" in missing.reason


def test_clear_forgets_further_sources():
    builder = rich_builder()
    builder.clear()
    for key in CAMERAS:
        builder.add_image(key, Sample(400 * MS, 405 * MS, picture()))
    for stamp, received in STEADY:
        builder.add_joints(Sample(stamp * MS, received * MS, joints_at(stamp * MS)))
    assert builder.observe(460 * MS).source == 'depth_primary'
    builder.add_image('depth_primary', Sample(420 * MS, 420 * MS, depth_picture(1)))
    assert builder.observe(460 * MS).source == 'force'


def test_pictures_are_counted_per_camera():
    builder = rich_builder(depths=[(390, 395), (390, 396), (450, 455)])
    counts = builder.pictures()
    assert set(counts) == {*CAMERAS, 'depth_primary'}
    assert (counts['depth_primary'].frames, counts['depth_primary'].repeated) == (3, 1)


HISTORY = 300 * MS


def builder_with_history():
    """Cameras at 20 Hz, the wrist 7 ms behind, a frame every 50 ms up to 950 ms."""
    builder = ObservationBuilder(ROBOT, tcp_pose, HISTORY)
    for stamp, received in STEADY:
        builder.add_joints(Sample(stamp * MS, received * MS, joints_at(stamp * MS)))
    for ms in range(0, 1000, 50):
        for key, shift in (('image_primary', 0), ('image_wrist', 7)):
            sample = Sample((ms + shift) * MS, (ms + shift + 20) * MS, picture(ms // 50))
            builder.add_image(key, sample)
    return builder


def test_an_earlier_frame_is_recalled_with_the_joints_of_its_time():
    builder = builder_with_history()
    recalled = builder.recall(620 * MS, 25 * MS, 980 * MS)
    assert recalled.stamp_ns == 600 * MS
    assert recalled.skew_ns['image_wrist'] == 7 * MS
    np.testing.assert_allclose(recalled.proprio, [0.6] * 7, rtol=1e-6)
    assert recalled.images['image_primary'][0, 0, 0] == 12
    assert builder.observe(980 * MS).stamp_ns == 950 * MS


@pytest.mark.parametrize(
    ('wanted', 'within', 'cause'),
    [(625, 24, MissingCause.TOO_FAR), (300, 25, MissingCause.TOO_FAR)],
)
def test_what_was_not_seen_is_not_recalled(wanted, within, cause):
    missing = builder_with_history().recall(wanted * MS, within * MS, 980 * MS)
    assert (missing.source, missing.cause) == ('image_primary', cause)


def test_recall_sees_what_observe_saw():
    builder = builder_with_history()
    then = builder.observe(700 * MS)
    recalled = builder.recall(then.stamp_ns, 0, 900 * MS)
    assert recalled.images['image_primary'] is then.images['image_primary']
    np.testing.assert_array_equal(recalled.proprio, then.proprio)


def test_lead_covers_ages_repetitions_and_states():
    lead_ns = ObservationBuilder(ROBOT, tcp_pose).lead_ns
    assert lead_ns >= MAX_AGE + round(CAMERAS['image_primary'].max_repeat * 1e9)
    assert lead_ns >= MAX_AGE + STATE_AGE
    slow = replace(FORCE, max_age=5.0)
    rich = replace(ROBOT, low_dim={'force': slow})
    assert ObservationBuilder(rich, tcp_pose).lead_ns >= MAX_AGE + 5_000 * MS


SAMPLES = st.lists(
    st.tuples(st.integers(0, 600), st.integers(-30, 200)).map(lambda x: (x[0], max(0, sum(x)))),
    max_size=25,
)
NOW = st.integers(0, 700)


def fingerprint(result):
    if isinstance(result, Missing):
        return (result.source, result.cause)
    frames = {key: (f.stamp_ns, f.received_ns) for key, f in result.frames.items()}
    return result.stamp_ns, frames, result.joints.positions.tolist(), dict(result.skew_ns)


@given(SAMPLES, SAMPLES, SAMPLES, NOW)
def test_nothing_from_after_now_is_used(primary, wrist, joints, now):
    everything = builder_with(primary, wrist, joints).select(now * MS)
    arrived = [[s for s in source if max(s) <= now] for source in (primary, wrist, joints)]
    assert fingerprint(everything) == fingerprint(builder_with(*arrived).select(now * MS))


@given(SAMPLES, SAMPLES, SAMPLES, NOW)
def test_a_history_changes_nothing_of_the_present(primary, wrist, joints, now):
    """The live node keeps frames for its window, the converter none: both see the same."""
    short, long = (ObservationBuilder(ROBOT, tcp_pose, history) for history in (0, HISTORY))
    for builder in (short, long):
        for key, times in (('image_primary', primary), ('image_wrist', wrist)):
            for i, (stamp, received) in enumerate(times):
                builder.add_image(key, Sample(stamp * MS, received * MS, picture(i)))
        for stamp, received in joints:
            builder.add_joints(Sample(stamp * MS, received * MS, joints_at(stamp * MS)))
    assert fingerprint(short.select(now * MS)) == fingerprint(long.select(now * MS))


@given(SAMPLES, SAMPLES, SAMPLES, NOW)
def test_ages_and_skews_are_respected(primary, wrist, joints, now):
    selection = builder_with(primary, wrist, joints).select(now * MS)
    if isinstance(selection, Missing):
        return
    t = selection.stamp_ns
    assert now * MS - t <= MAX_AGE
    assert abs(selection.frames['image_wrist'].stamp_ns - t) <= MAX_SKEW
    assert all(now * MS - frame.received_ns <= MAX_AGE for frame in selection.frames.values())
    assert -STATE_AGE <= selection.skew_ns['joint_states'] <= 0
    expected = (t + selection.skew_ns['joint_states']) / 1e9
    np.testing.assert_allclose(selection.joints.positions, expected, atol=1e-12)


@given(st.permutations(STEADY[30:50]), st.permutations([(400, 430), (433, 463), (380, 440)]))
def test_the_order_of_arrival_does_not_matter(joints, frames):
    shuffled = builder_with(frames, frames[::-1], joints).select(470 * MS)
    ordered = builder_with(sorted(frames), sorted(frames), sorted(joints)).select(470 * MS)
    assert fingerprint(shuffled) == fingerprint(ordered)
