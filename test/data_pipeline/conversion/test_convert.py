# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whole conversions: real Bridge trajectories with known content, and bags made to measure."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tensorflow_datasets.proto.tf_example_generated_pb2 import Example

from octo_ros.data.bags.bag import Bag
from octo_ros.data.conversion.convert import convert
from octo_ros.data.conversion.request import ConversionRequest, Topics
from octo_ros.data.rlds import shards as rlds
from octo_ros.data.rlds.tfrecord import read_records
from octo_ros.embodiment import load_embodiment
from octo_ros.errors import BagError, DatasetError
from octo_ros.geometry import (
    Pose,
    matrix_from_quaternion,
    rotation_vector_from_matrix,
    rpy_from_matrix,
)
from octo_ros.policy.statistics import DatasetStatistics
from octo_ros.robots.kinematics import Kinematics
from octo_ros.types import EpisodeEventKind as Kind

BAGS = Path(__file__).resolve().parents[2] / 'data/bags'
BRIDGE = ('bridge_ep0_mcap', 'bridge_ep1_db3')
BRIDGE_TOPICS = Topics(
    events='/episode/event', instruction='/task/instruction', pose='/arm/ee_pose'
)
WIDOWX = load_embodiment('widowx')
MS = 1_000_000
START = 1_700_000_000_000 * MS  # of BagMaker


def request(bags, output, **options):
    return ConversionRequest(tuple(bags), WIDOWX, output, 'robot', **options)


def examples(target, split):
    result = []
    for path in sorted(target.glob(f'*-{split}.tfrecord-*')):
        for data in read_records(path):
            feature = Example.FromString(data).features.feature
            result.append(
                {k: list(getattr(f, f.WhichOneof('kind')).value) for k, f in feature.items()}
            )
    return result


def rows(example, key):
    return np.reshape(example[f'steps/{key}'], (-1, 7))


@pytest.fixture(scope='module')
def bridge(tmp_path_factory):
    output = tmp_path_factory.mktemp('bridge')
    robot = load_embodiment(str(BAGS / 'bridge_widowx.yaml'))
    bags = tuple(BAGS / name for name in BRIDGE)
    report = convert(
        ConversionRequest(bags, robot, output, 'bridge_demo', 5.0, topics=BRIDGE_TOPICS)
    )
    target = output / 'bridge_demo/1.0.0'
    return report, target, [*examples(target, 'train'), *examples(target, 'val')]


@pytest.fixture(params=[0, 1], ids=BRIDGE)
def trajectory(request, bridge):
    return bridge[2][request.param], np.load(BAGS / f'truth/{BRIDGE[request.param]}.npz')


def test_bridge_images_are_the_recorded_ones(trajectory):
    example, truth = trajectory
    for camera, key in enumerate(('image_primary', 'image_wrist')):
        stored = example[f'steps/observation/{key}']
        assert len(stored) == 10
        for step, data in enumerate(stored):
            original = truth[f'jpeg_image_{camera}_{step}'].tobytes()
            assert data == original
            assert np.asarray(Image.open(BytesIO(data))).shape == (64, 64, 3)


@pytest.mark.parametrize(('index', 'early'), [(0, [4]), (1, [])], ids=BRIDGE)
def test_bridge_states_are_the_recorded_ones(bridge, index, early):
    """But for one frame, which is stamped 7.5 ms early while the wrist turns at 0.73 rad/s.

    The pose at its stamp is 5.5e-3 rad away from that at its time: the error is the stamp's.
    """
    state = rows(bridge[2][index], 'observation/state')
    truth = np.load(BAGS / f'truth/{BRIDGE[index]}.npz')
    error = np.abs(state - truth['state'])
    assert error[:, [0, 1, 2, 6]].max() < 2e-3
    early_s = (truth['t_ns'] - bridge[0].facts.episodes[index].parts[0].stamps_ns) / 1e9
    assert np.flatnonzero(np.abs(early_s) > 7e-3).tolist() == early
    others = np.delete(error, early, axis=0)
    assert others[:, 3:6].max() < 5e-3
    for k in early:
        turn = np.abs(truth['state'][k] - truth['state'][k - 1])[3:6] / 0.2  # rad/s
        np.testing.assert_allclose(error[k, 3:6], turn * early_s[k], atol=5e-4)


@pytest.mark.parametrize('index', [0, 1], ids=BRIDGE)
def test_bridge_states_are_the_pose_stream_at_the_stamps_of_the_frames(bridge, index):
    frames, poses = [], []
    with Bag(BAGS / BRIDGE[index]) as opened:
        for message in opened.messages(['/cam_primary/image_raw/compressed', '/arm/ee_pose']):
            if message.topic == '/arm/ee_pose':
                p, q = message.value.pose.position, message.value.pose.orientation
                rotation = matrix_from_quaternion([q.x, q.y, q.z, q.w])
                poses.append([message.stamp_ns, p.x, p.y, p.z, *rpy_from_matrix(rotation)])
            else:
                frames.append(message.stamp_ns)
    start, poses = frames[0], np.array(poses, dtype=object)
    times = (poses[:, 0] - start).astype(float)
    expected = [
        np.interp(np.array(frames) - start, times, column.astype(float))
        for column in poses[:, 1:].T
    ]
    state = rows(bridge[2][index], 'observation/state')
    np.testing.assert_allclose(state[:, :6], np.transpose(expected), atol=5e-4)


def test_bridge_actions_integrate_to_the_recorded_path(trajectory):
    example, truth = trajectory
    actions, state = rows(example, 'action'), rows(example, 'observation/state')
    pose = Pose.from_xyz_rpy(state[0, :3], state[0, 3:6])
    for action, row in zip(actions, state[1:], strict=False):
        pose = pose.displaced(action[:3], action[3:6])
        recorded = Pose.from_xyz_rpy(row[:3], row[3:6])
        turn = rotation_vector_from_matrix(pose.rotation @ recorded.rotation.T)
        assert np.linalg.norm(pose.position - recorded.position) < 1e-3
        assert np.degrees(np.linalg.norm(turn)) < 0.1
    assert actions[-1].tolist() == [0, 0, 0, 0, 0, 0, 1]
    assert example['steps/language_instruction'] == [str(truth['language']).encode()] * 10


def test_the_bridge_report_has_nothing_to_complain_about(bridge):
    report, target, _ = bridge
    episodes = [episode.report for episode in report.facts.episodes]
    assert report.facts.split_episodes == {'train': 1, 'val': 1}
    assert report.facts.steps == 20
    assert [e.dropped_ticks for e in episodes] == [{}, {}]
    assert max(e.skews['image_wrist'].max_ms for e in episodes) < 6
    assert json.loads((target / 'report.json').read_text())['hz'] == 5.0


def test_the_dataset_carries_its_contract_and_statistics(bridge):
    _, target, found = bridge
    assert load_embodiment(str(target / 'bridge_widowx.yaml')) == load_embodiment(
        str(BAGS / 'bridge_widowx.yaml')
    )
    values = json.loads((target / 'dataset_statistics.json').read_text())
    statistics = DatasetStatistics.from_dict(values)
    actions = np.concatenate([rows(example, 'action') for example in found])
    np.testing.assert_allclose(statistics.action.mean, actions.mean(axis=0), atol=1e-7)
    np.testing.assert_allclose(
        statistics.action.p99, np.quantile(actions, 0.99, axis=0), atol=1e-7
    )
    assert statistics.action.mask.tolist() == [True] * 6 + [False]
    assert (statistics.num_transitions, statistics.num_trajectories) == (20, 2)


def test_states_come_from_forward_kinematics(bag, tmp_path):
    bag.robot(0, 1500).string(0, '/octo/instruction', 'wave')
    report = convert(request([bag.write(tmp_path / 'bag')], tmp_path / 'out'))
    (example,) = examples(tmp_path / 'out/robot/1.0.0', 'train')
    state = rows(example, 'observation/state')
    kinematics = Kinematics.for_embodiment(WIDOWX)
    errors = []
    for ms in range(0, 1500, 100):
        q = np.array(WIDOWX.home) + 1e-4 * ms * np.array([1, 0.1, -0.1, 1, 0.2, 1])
        errors.append(np.abs(state[:, :3] - kinematics.tcp_pose(q).position).max(axis=1))
    assert np.min(errors, axis=0).max() < 1e-6
    assert report.facts.episodes[0].report.path_error_mm < 0.01
    assert state[0, 6] == pytest.approx(0.5)


def test_one_episode_is_both_splits_with_a_warning(bag, tmp_path):
    path = bag.robot(0, 1000).write(tmp_path / 'bag')
    report = convert(request([path], tmp_path / 'out', instruction='wave'))
    assert report.facts.split_episodes == {'train': 1, 'val': 1}
    assert 'only one episode' in report.facts.warnings[0]
    target = tmp_path / 'out/robot/1.0.0'
    assert examples(target, 'train') == examples(target, 'val')
    assert json.loads((target / 'dataset_statistics.json').read_text())['num_trajectories'] == 1


def test_events_cut_and_judge(bag, tmp_path):
    bag.robot(0, 6000)
    bag.event(1000, Kind.START, 'a', 'wave')
    bag.event(2000, Kind.SUCCESS, 'a')
    bag.event(2500, Kind.START, 'b', 'bow')
    bag.event(3500, Kind.STOP, 'b')
    bag.event(3600, Kind.DISCARD, 'b')
    bag.event(4000, Kind.START, 'c', 'nod')
    bag.event(5000, Kind.FAILURE, 'c')
    steps = []
    path = bag.write(tmp_path / 'bag')
    report = convert(request([path], tmp_path / 'out', hz=10.0), steps.append)
    assert [
        (e.report.episode, e.report.instruction, e.report.success) for e in report.facts.episodes
    ] == [
        ('a', 'wave', True),
        ('c', 'nod', False),
    ]
    assert [(s.episode, s.reason) for s in report.facts.skipped] == [
        ('b', 'discarded when recorded')
    ]
    assert all(e.report.steps[0] in (10, 11) for e in report.facts.episodes)
    assert (steps[-1].done, steps[-1].total, steps[-1].steps) == (2, 2, report.facts.steps)
    assert steps[-1].seconds == steps[-1].total_seconds == 2


def test_a_hole_makes_two_episodes_and_is_reported(bag, tmp_path):
    bag.robot(0, 4000, hole=(1500, 2500))
    path = bag.write(tmp_path / 'bag')
    report = convert(request([path], tmp_path / 'out', hz=10.0, instruction='wave'))
    episode = report.facts.episodes[0].report
    assert len(report.facts.episodes) == 1
    assert len(episode.steps) == 2
    assert sum(episode.dropped_ticks.values()) >= 10
    first, second = examples(tmp_path / 'out/robot/1.0.0', 'train')
    assert np.abs(rows(first, 'action')[:, :3]).max() < 5e-3  # none spans the hole
    assert rows(first, 'action')[-1, :6].any()  # and none pretends that the arm stopped there
    assert first['steps/is_terminal'][-1] == 0
    assert second['steps/is_terminal'][-1] == 1
    assert second['episode_metadata/episode_name'] == [b'0/2']


def test_a_camera_that_runs_for_a_part_of_the_recording_gives_all_of_it(bag, tmp_path):
    """Cameras from 300 ms to 1700 ms within 2 s of joints; the episode ends with them."""
    bag.robot(300, 1700)
    for ms in (*range(0, 200, 20), *range(1800, 2000, 20)):
        bag.joints(ms, (*WIDOWX.joints, WIDOWX.gripper.joint), [*WIDOWX.home, 0.026])
    bag.event(0, Kind.START, 'a', 'wave')
    bag.event(2000, Kind.SUCCESS, 'a')
    path = bag.write(tmp_path / 'bag')
    report = convert(request([path], tmp_path / 'out', hz=10.0))
    episode = report.facts.episodes[0].report
    assert (episode.steps, episode.dropped_ticks) == ((14,), {})
    assert episode.starts_late_s == {'image_primary': pytest.approx(0.3, abs=0.11)}
    assert episode.ends_early_s == {'image_primary': pytest.approx(0.3, abs=0.11)}
    (example,) = examples(tmp_path / 'out/robot/1.0.0', 'train')
    assert example['steps/is_terminal'][-1] == example['steps/reward'][-1] == 1
    codes = {finding.code: finding.severity.value for finding in report.findings}
    assert (codes['starts_late'], codes['ends_early']) == ('note', 'note')
    assert 'dropped_ticks' not in codes


def test_uneven_steps_are_told_with_the_rate_that_fits(bag, tmp_path):
    path = bag.robot(0, 3000, camera_period=1000 / 15).write(tmp_path / 'bag')
    report = convert(request([path], tmp_path / 'out', hz=10.0, instruction='wave'))
    (finding,) = [f for f in report.findings if f.code == 'uneven_steps']
    assert 'what fits it is --hz 15 or --hz 7.5' in finding.remedy
    assert report.facts.episodes[0].report.skews['tick'].max_ms < 100


def test_an_episode_begins_with_what_was_seen_after_its_start(bag, tmp_path):
    bag.robot(0, 3000)
    for start, end, name in ((0, 1540, 'a'), (1545, 3000, 'b')):
        bag.event(start, Kind.START, name, 'wave')
        bag.event(end, Kind.STOP, name)
    path = bag.write(tmp_path / 'bag')
    report = convert(request([path], tmp_path / 'out', hz=10.0))
    first, second = (e.parts[0].stamps_ns for e in report.facts.episodes)
    assert first[-1] == START + 1500 * MS
    assert second[0] == START + 1600 * MS


def test_a_frozen_camera_is_no_data_and_is_counted(bag, tmp_path):
    """The wrist camera repeats itself from 1.5 s to 2.9 s, first half a second of it believed."""
    bag.robot(0, 4000)
    topic = WIDOWX.cameras['image_wrist'].topic
    bag.messages = [
        (ns, to, message)
        for ns, to, message in bag.messages
        if to != topic or not 1500 * MS <= ns - START < 2900 * MS
    ]
    for ms in range(1505, 2900, 100):
        bag.image(ms, topic, 200)
    path = bag.write(tmp_path / 'bag')
    report = convert(request([path], tmp_path / 'out', hz=10.0, instruction='wave'))
    episode = report.facts.episodes[0].report
    assert len(report.facts.episodes) == 1
    assert len(episode.steps) == 2
    frozen = 'image_wrist: the camera is frozen'
    assert 7 <= episode.dropped_ticks[frozen] <= 10
    assert f'{topic}: the same picture for 600 ms' in episode.details[frozen]


def test_a_camera_frozen_since_before_the_episode_gives_no_data(bag, tmp_path):
    bag.robot(0, 5000)
    topic = WIDOWX.cameras['image_wrist'].topic
    bag.messages = [m for m in bag.messages if m[1] != topic]
    for ms in range(0, 5000, 100):
        bag.image(ms + 5, topic, 200 if ms >= 2000 else ms // 100)
    for start, name in ((500, 'a'), (3000, 'b')):
        bag.event(start, Kind.START, name, 'wave')
        bag.event(start + 1000, Kind.SUCCESS, name)
    path = bag.write(tmp_path / 'bag')
    report = convert(request([path], tmp_path / 'out', hz=10.0))
    assert [e.report.episode for e in report.facts.episodes] == ['a']
    (skipped,) = report.facts.skipped
    assert skipped.episode == 'b'
    assert 'image_wrist: the camera is frozen' in skipped.reason


def test_commanded_deltas_become_actions(bag, tmp_path):
    bag.robot(0, 2000)
    for ms in range(0, 2000, 100):
        bag.delta(ms + 50, [0.001, 0, -0.002], [0, 0, 0.01], 0.25)
    path = bag.write(tmp_path / 'bag')
    options = {'hz': 5.0, 'instruction': 'wave', 'action_source': 'command_delta'}
    report = convert(request([path], tmp_path / 'out', **options))
    actions = rows(examples(tmp_path / 'out/robot/1.0.0', 'train')[0], 'action')
    np.testing.assert_allclose(
        actions[1:-1], [[0.002, 0, -0.004, 0, 0, 0.02, 0.25]] * (len(actions) - 2), atol=1e-6
    )
    assert report.facts.episodes[0].report.path_error_mm > 0.1


@pytest.mark.parametrize('off', [-700, 3000])
def test_a_stray_stamp_moves_no_command_to_another_step(bag, tmp_path, off):
    bag.robot(0, 2000)
    for ms in range(0, 2000, 100):
        message = bag.delta(ms + 50, [1e-5 * ms, 0, 0], [0, 0, 0], 0.25)
        if ms == 1000:
            message.header = bag.header(ms + 50 + off, 'base_link')
    path = bag.write(tmp_path / 'bag')
    options = {'hz': 10.0, 'instruction': 'wave', 'action_source': 'command_delta'}
    report = convert(request([path], tmp_path / 'out', **options))
    actions = rows(examples(tmp_path / 'out/robot/1.0.0', 'train')[0], 'action')
    stamps = [(s - START) // MS for s in report.facts.episodes[0].parts[0].stamps_ns]
    np.testing.assert_allclose(actions[:-1, 0], [1e-5 * ms for ms in stamps[:-1]], atol=1e-8)
    remarks = report.facts.episodes[0].report.remarks
    assert [count for sentence, count in remarks.items() if 'the arrival is used' in sentence] == [
        1
    ]


@pytest.mark.parametrize(
    ('options', 'words'),
    [
        ({}, "'0' has no instruction"),
        (
            {'instruction': 'x', 'action_source': 'command_delta'},
            '/octo/action.*commanded actions',
        ),
        ({'instruction': 'x', 'topics': Topics(pose='/pose')}, '/pose.*TCP pose'),
    ],
)
def test_what_a_bag_lacks_is_said_before_anything_is_written(bag, tmp_path, options, words):
    path = bag.robot(0, 600).write(tmp_path / 'bag')
    with pytest.raises(BagError, match=words):
        convert(request([path], tmp_path / 'out', **options))
    assert not (tmp_path / 'out').exists()


def test_a_recording_without_usable_ticks_is_refused_with_its_reason(bag, tmp_path):
    bag.robot(0, 1000)
    bag.messages = [m for m in bag.messages if m[1] != '/joint_states']
    for ms in range(0, 1000, 20):
        bag.joints(ms, ['elsewhere'], [0.0])
    path = bag.write(tmp_path / 'bag')
    with pytest.raises(DatasetError, match=r'No episode could be .*joint_states: nothing'):
        convert(request([path], tmp_path / 'out', instruction='wave'))
    assert not (tmp_path / 'out').exists()


def test_a_full_disk_is_a_sentence_and_what_is_done_is_taken_over(bag, tmp_path, monkeypatch):
    bag.robot(0, 3000)
    for i in range(3):
        bag.event(i * 1000, Kind.START, str(i), 'wave')
    path = bag.write(tmp_path / 'bag')
    written = []
    original = rlds.write_pieces

    def full_disk(file, size, pieces):
        if len(written) == 2:
            raise OSError(28, 'No space left on device')
        written.append(original(file, size, pieces))

    monkeypatch.setattr(rlds, 'write_pieces', full_disk)
    with pytest.raises(DatasetError, match='out/robot cannot be written: No space left'):
        convert(request([path], tmp_path / 'out'))
    assert [p.name for p in (tmp_path / 'out/robot').iterdir()] == ['.1.0.0.work']
    monkeypatch.undo()
    said, progress = [], []
    report = convert(request([path], tmp_path / 'out'), progress.append, said.append)
    assert said == ['Taking over 3 of 3 episodes from an interrupted run.']
    assert [(p.done, p.steps) for p in progress] == [(3, 0)]
    assert [e.report.episode for e in report.facts.episodes] == ['0', '1', '2']
    assert [p.name for p in (tmp_path / 'out/robot').iterdir()] == ['1.0.0']
