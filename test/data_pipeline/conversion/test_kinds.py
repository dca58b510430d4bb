# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a dataset can hold beyond two cameras and a moving end effector, and what is left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import tensorflow_datasets as tfds
from tensorflow_datasets.proto.tf_example_generated_pb2 import Example

from octo_ros.data.conversion import split_record
from octo_ros.data.conversion.convert import convert
from octo_ros.data.conversion.request import ConversionRequest, Topics
from octo_ros.data.rlds.stored import stored_episodes
from octo_ros.data.rlds.tfrecord import read_records
from octo_ros.embodiment import load_embodiment
from octo_ros.errors import BagError
from octo_ros.sources import DepthCamera, LowDimSource
from octo_ros.types import EpisodeEventKind as Kind

from ..conftest import MS, START

WIDOWX = load_embodiment('widowx')


def request(path, output, **options):
    options = {'hz': 10.0, 'instruction': 'wave', **options}
    return ConversionRequest((path,), options.pop('robot', WIDOWX), output, 'robot', **options)


def feature(target, key):
    (path,) = target.glob('*-train.tfrecord-*')
    example = Example.FromString(next(read_records(path)))
    found = example.features.feature[key]
    return list(getattr(found, found.WhichOneof('kind')).value)


def test_a_gripper_command_of_long_before_an_episode_holds(bag, tmp_path):
    """The measured opening, which stands in between, would be taken for open."""
    bag.robot(0, 8000, camera_period=200)
    for ms, opening in ((500, 1.0), (600, 0.0), (7000, 1.0)):
        bag.add(ms, '/grip', bag.make('std_msgs/msg/Float64', opening))
    for start in (3000, 6500):
        bag.event(start, Kind.START, str(start), 'hold')
        bag.event(start + 1200, Kind.STOP, str(start))
    path = bag.write(tmp_path / 'bag')
    options = {'hz': 5.0, 'topics': Topics(gripper='/grip')}
    facts = convert(request(path, tmp_path / 'out', **options)).facts
    early, late = (episode.parts[0] for episode in facts.episodes)
    assert set(early.actions[:, 6]) == {0.0}
    ends_ns = [*late.stamps_ns[1:], late.stamps_ns[-1]]
    assert late.actions[:, 6].tolist() == [float(end > START + 7000 * MS) for end in ends_ns]
    assert not any(episode.report.warnings for episode in facts.episodes)


def test_depth_and_further_numbers_are_stored_as_floats(bag, tmp_path):
    bag.robot(0, 1500)
    depth = DepthCamera(topic='/depth', height=16, width=16, max_age=0.3, max_skew=0.2)
    joints = LowDimSource(
        topic='/joint_states', kind='joint_position', names=WIDOWX.joints[:2], max_age=0.2
    )
    robot = replace(WIDOWX, depth_cameras={'depth_primary': depth}, low_dim={'arm': joints})
    for ms in range(0, 1500, 100):
        data = np.full(16 * 16, 1000 + ms, np.uint16).view(np.uint8)
        fields = (bag.header(ms), 16, 16, '16UC1', 0, 32, data)
        bag.add(ms + 20, '/depth', bag.make('sensor_msgs/msg/Image', *fields))
    path = bag.write(tmp_path / 'bag')
    report = convert(request(path, tmp_path / 'out', robot=robot))
    target = tmp_path / 'out/robot/1.0.0'
    steps = report.facts.steps
    depths = np.reshape(feature(target, 'steps/observation/depth_primary'), (steps, 16, 16))
    times = (
        np.array(report.facts.episodes[0].parts[0].stamps_ns) - 1_700_000_000_000_000_000
    ) / 1e9
    np.testing.assert_allclose(depths[:, 3, 4], 1 + times, atol=1e-5)
    arm = np.reshape(feature(target, 'steps/observation/arm'), (steps, 2))
    np.testing.assert_allclose(arm[:, 0], WIDOWX.home[0] + 0.1 * times, atol=1e-5)
    observation = (
        tfds.builder_from_directory(str(target)).info.features['steps'].feature['observation']
    )
    assert observation['depth_primary'].shape == (16, 16, 1)
    assert observation['arm'].shape == (2,)


def test_joint_actions_have_their_own_names_and_size(bag, tmp_path):
    path = bag.robot(0, 1500).write(tmp_path / 'bag')
    report = convert(request(path, tmp_path / 'out', action_source='joint'))
    facts = report.facts
    assert facts.action_names == (*WIDOWX.joints, 'gripper')
    (part,) = facts.episodes[0].parts
    times = (np.array(part.stamps_ns) - START) / 1e9
    np.testing.assert_allclose(part.actions[:-1, 0], WIDOWX.home[0] + 0.1 * times[1:], atol=1e-5)
    (stored, _) = stored_episodes(sorted((tmp_path / 'out').rglob('*.tfrecord-*')))
    np.testing.assert_array_equal(stored.actions, part.actions)
    assert stored.metadata['action_source'] == 'joint'
    assert stored.metadata['hz'] == 10.0
    assert stored.metadata['embodiment'] == 'widowx'


def test_failed_episodes_are_left_out_on_request(bag, tmp_path):
    bag.robot(0, 2000)
    for i, kind in enumerate((Kind.SUCCESS, Kind.FAILURE)):
        bag.event(i * 1000, Kind.START, str(i), 'wave')
        bag.event(i * 1000 + 900, kind, str(i))
    path = bag.write(tmp_path / 'bag')
    report = convert(request(path, tmp_path / 'out', skip_failed=True))
    assert [e.report.episode for e in report.facts.episodes] == ['0']
    assert [(s.episode, s.kind) for s in report.facts.skipped] == [('1', 'failed')]


def test_an_episode_is_cut_where_the_recorders_clock_was_set(bag, tmp_path):
    bag.robot(0, 3000)
    moved = START + 1_500_000_000
    bag.messages = [(ns + 60_000_000_000 * (ns > moved), to, m) for ns, to, m in bag.messages]
    path = bag.write(tmp_path / 'bag')
    report = convert(request(path, tmp_path / 'out'))
    assert [e.report.episode for e in report.facts.episodes] == ['0', '0:2']
    stored = list(stored_episodes(sorted((tmp_path / 'out').rglob('*.tfrecord-*'))))
    assert [len(e.actions) for e in stored] == [e.report.steps[0] for e in report.facts.episodes]
    assert feature(tmp_path / 'out/robot/1.0.0', 'steps/is_terminal')[-1] == 0
    (facts,) = report.facts.bags
    assert "clock of the recorder was set during episode '0'" in ' '.join(facts.remarks)
    assert all(sum(e.report.dropped_ticks.values()) <= 3 for e in report.facts.episodes)


def test_what_one_record_cannot_hold_goes_on_in_another(bag, tmp_path, monkeypatch):
    monkeypatch.setattr(split_record.record_rows, '__kwdefaults__', None)
    monkeypatch.setattr(split_record.record_rows, '__defaults__', (20_000,))
    path = bag.robot(0, 2000).write(tmp_path / 'bag')
    report = convert(request(path, tmp_path / 'out'))
    (episode,) = report.facts.episodes
    assert len(episode.report.steps) > 1
    (target,) = (tmp_path / 'out/robot').iterdir()
    stored = list(stored_episodes(sorted(target.glob('*-train.tfrecord-*'))))
    assert [e.metadata['episode_name'] for e in stored[:2]] == ['0', '0/2']
    assert stored[0].actions[-1, :6].any()  # its last action leads to the next record's first
    assert [len(e.actions) for e in stored] == list(episode.report.steps)
    assert any('2 GiB' in sentence for sentence in episode.report.remarks)


def test_a_damaged_bag_is_salvaged_on_request_and_its_losses_are_told(bag, tmp_path):
    path = bag.robot(0, 2000).write(tmp_path / 'bag')
    (file,) = path.glob('*.mcap')
    file.write_bytes(file.read_bytes()[: int(0.7 * file.stat().st_size)])
    with pytest.raises(BagError, match='--salvage'):
        convert(request(path, tmp_path / 'out'))
    report = convert(request(path, tmp_path / 'out', salvage=True))
    (facts,) = report.facts.bags
    assert facts.losses.sentences
    assert 5 < report.facts.steps < 19


def test_poses_from_a_topic_leave_joint_actions_without_joints(bag, tmp_path, moving_pose):
    bag.robot(0, 1500)
    for ms in range(0, 1500, 20):
        bag.pose(ms, moving_pose(ms), frame=WIDOWX.base_frame)
    path = bag.write(tmp_path / 'bag')
    options = {'action_source': 'joint', 'topics': Topics(pose='/pose')}
    with pytest.raises(BagError, match='Leave --pose-topic out'):
        convert(request(path, tmp_path / 'out', **options))
