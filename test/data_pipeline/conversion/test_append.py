# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Bags that are added to a dataset, and those that do not fit."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from octo_ros.data.conversion.convert import convert
from octo_ros.data.conversion.fingerprint import fingerprint
from octo_ros.data.conversion.history import Conversion, source_warnings, sources_of
from octo_ros.data.conversion.request import ConversionRequest, Topics
from octo_ros.data.conversion.work_directory import WorkDirectory
from octo_ros.data.rlds.stored import stored_episodes
from octo_ros.data.rlds.tfrecord import read_records
from octo_ros.embodiment import load_embodiment
from octo_ros.errors import AlreadyConvertedError, DatasetError, OctoRosError
from octo_ros.policy.statistics import DatasetStatistics
from octo_ros.types import EpisodeEventKind as Kind

from ..conftest import BagMaker
from .models import moved_tcp

WIDOWX = load_embodiment('widowx')


def recording(path, start_ms, episodes=2):
    bag = BagMaker().robot(start_ms, start_ms + 600 * episodes)
    for i in range(episodes):
        bag.event(start_ms + i * 600, Kind.START, str(i), 'wave')
    return bag.write(path)


@pytest.fixture(scope='module')
def first(tmp_path_factory):
    """A dataset of two episodes, and another bag."""
    folder = tmp_path_factory.mktemp('append')
    bags = [recording(folder / name, ms) for name, ms in (('one', 0), ('two', 5000))]
    convert(ConversionRequest((bags[0],), WIDOWX, folder / 'out', 'robot', hz=10.0))
    return folder, bags


@pytest.fixture
def request_of(first, tmp_path):
    folder, bags = first
    shutil.copytree(folder / 'out', tmp_path / 'out')
    return ConversionRequest((bags[1],), WIDOWX, tmp_path / 'out', 'robot', hz=10.0, append=True)


def records(target):
    return {p.name: list(read_records(p)) for p in sorted(target.glob('*.tfrecord-*'))}


def test_records_stay_and_statistics_are_of_all(request_of, first):
    target = request_of.output / 'robot/1.0.0'
    old, old_report = records(target), (target / 'report.json').read_bytes()
    report = convert(request_of)
    assert report.facts.split_episodes == {'train': 3, 'val': 1}  # of the whole dataset
    assert (
        records(target)['robot-train.tfrecord-00000-of-00002']
        == old['robot-train.tfrecord-00000-of-00001']
    )
    assert (
        records(target)['robot-val.tfrecord-00000-of-00001']
        == old['robot-val.tfrecord-00000-of-00001']
    )
    stored = list(stored_episodes(sorted(target.glob('*.tfrecord-*'))))
    assert sorted(e.metadata['episode_id'] for e in stored) == [0, 1, 2, 3]
    statistics = DatasetStatistics.read(target / 'dataset_statistics.json')
    actions = np.concatenate([e.actions for e in stored]).astype(np.float64)
    np.testing.assert_allclose(statistics.action.mean, actions.mean(axis=0), atol=1e-12)
    np.testing.assert_array_equal(statistics.action.p99, np.quantile(actions, 0.99, axis=0))
    assert statistics.num_trajectories == 4
    assert (target / 'reports/1/report.json').read_bytes() == old_report
    assert json.loads((target / 'report.json').read_text())['bags'][0]['path'] == str(first[1][1])
    assert [p.name for p in target.parent.iterdir()] == ['1.0.0']


def test_one_episode_leaves_val_when_there_is_a_second(tmp_path):
    request = ConversionRequest((tmp_path,), WIDOWX, tmp_path / 'out', 'robot', hz=10.0)
    target = request.output / 'robot/1.0.0'
    found = []
    for number in range(3):
        bag = recording(tmp_path / f'bag{number}', 1000 * number, episodes=1)
        report = convert(replace(request, bags=(bag,), append=number > 0))
        ids = {
            split: [
                e.metadata['episode_id']
                for e in stored_episodes(sorted(target.glob(f'*-{split}.*')))
            ]
            for split in ('train', 'val')
        }
        found.append(ids)
        assert report.facts.split_episodes == {name: len(own) for name, own in ids.items()}
    assert found == [
        {'train': [0], 'val': [0]},
        {'train': [0], 'val': [1]},
        {'train': [0, 2], 'val': [1]},
    ]


def test_reports_of_all_runs_are_kept(request_of, tmp_path):
    target = request_of.output / 'robot/1.0.0'
    reports = [(target / 'report.json').read_bytes()]
    for number in range(2):
        bag = recording(tmp_path / f'bag{number}', 9000 + 1000 * number, episodes=1)
        convert(replace(request_of, bags=(bag,)))
        reports.append((target / 'report.json').read_bytes())
    kept = [target / f'reports/{n}/report.json' for n in (1, 2)]
    assert [path.read_bytes() for path in kept] == reports[:2]
    for page in (target / 'report.html', target / 'reports/2/report.html'):
        links = re.findall(r'href="([^"#]+/report\.html)"', page.read_text())
        assert links
        for link in links:
            assert (page.parent / link).is_file()


@pytest.mark.parametrize(
    ('change', 'words'),
    [
        ({'hz': 5.0}, r'another contract of widowx: action_dt is 0\.1, now 0\.2'),
        (
            {'action_source': 'joint'},
            r'made by --action achieved_pose; those of joint mean something else',
        ),
        ({'action_source': 'executed'}, r'/executed_action'),
        ({'embodiment': load_embodiment('franka')}, r'is needed|cannot be added'),
        (
            {'embodiment': replace(WIDOWX, proprio_rotation=(0.0, 0.1, 0.0))},
            r'contract of widowx: proprio_rotation is .*, now',
        ),
        ({'name': 'other'}, r'no dataset to add to; leave out --append'),
    ],
)
def test_what_does_not_fit_is_refused_with_what_differs(request_of, change, words):
    target = request_of.output / 'robot/1.0.0'
    before = records(target)
    with pytest.raises(OctoRosError, match=words):
        convert(replace(request_of, **change))
    assert records(target) == before
    assert sorted(p.name for p in request_of.output.rglob('.*')) == []


def test_another_model_of_the_robot_is_refused(request_of, monkeypatch):
    moved_tcp(monkeypatch)
    with pytest.raises(DatasetError, match=r'another model of widowx than models/widowx\.yaml'):
        convert(request_of)


def test_other_topics_are_no_difference(request_of, tmp_path):
    bag = BagMaker().robot(9000, 10000)
    topic = WIDOWX.cameras['image_wrist'].topic
    bag.messages = [(ns, '/hand' if to == topic else to, m) for ns, to, m in bag.messages]
    hand = replace(WIDOWX.cameras['image_wrist'], topic='/hand')
    robot = replace(WIDOWX, cameras={**WIDOWX.cameras, 'image_wrist': hand})
    path = bag.write(tmp_path / 'bag')
    report = convert(replace(request_of, bags=(path,), embodiment=robot, instruction='wave'))
    assert report.facts.split_episodes == {'train': 2, 'val': 1}


def test_a_bag_is_added_once(request_of, first):
    with pytest.raises(DatasetError, match=r'one is in .*robot/1\.0\.0 already'):
        convert(replace(request_of, bags=(first[1][0],)))


def test_without_append_the_dataset_is_not_touched(request_of):
    with pytest.raises(DatasetError, match=r'exists already\. Add to it with --append'):
        convert(replace(request_of, append=False))


def test_a_dataset_of_somebody_else_is_not_touched(request_of):
    (request_of.output / 'robot/1.0.0/conversions.json').unlink()
    with pytest.raises(DatasetError, match='was not made by bag_to_rlds'):
        convert(request_of)


@pytest.mark.parametrize('text', ['{}', '[]', '[1]', '{"splits": [{}]}', '{"splits": 1}'])
def test_damaged_metadata_are_a_sentence(request_of, text):
    (request_of.output / 'robot/1.0.0/dataset_info.json').write_text(text)
    with pytest.raises(DatasetError, match=r'dataset_info\.json (describes|cannot be read)'):
        convert(request_of)


def test_the_same_once_more_is_done_already(request_of):
    convert(request_of)
    target = request_of.output / 'robot/1.0.0'
    before = records(target)
    left = target.parent / '.1.0.0.work'
    with WorkDirectory(target, fingerprint(request_of), print) as work:
        work.take_up()
        (work.parts / '000000').mkdir()
        (work.parts / '000000/episode.json').write_text('{}')
        shutil.copytree(left, target.parent / 'kept')
    (target.parent / 'kept').rename(left)  # as after a kill just behind the exchange
    with pytest.raises(AlreadyConvertedError, match='holds all of this already'):
        convert(request_of)
    assert records(target) == before
    assert [p.name for p in target.parent.iterdir()] == ['1.0.0']


def test_a_refused_conversion_leaves_an_interrupted_one_alone(request_of):
    def interrupt(progress):
        if progress.done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        convert(request_of, interrupt)
    said = []
    with pytest.raises(DatasetError, match='exists already'):
        convert(replace(request_of, append=False), say=said.append)
    assert said == []
    convert(request_of, say=said.append)
    assert said == ['Taking over 1 of 2 episodes from an interrupted run.']


def test_a_dataset_with_a_changed_byte_is_not_added_to(request_of):
    (path,) = (request_of.output / 'robot/1.0.0').glob('*-train.*')
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF  # in a picture, which nothing else reads
    path.unlink()
    path.write_bytes(data)
    with pytest.raises(DatasetError, match=r'damaged.*wrong checksum'):
        convert(request_of)


def test_other_sources_are_warned_of_and_written_down():
    def conversion(**topics):
        request = ConversionRequest(
            *((Path('bag'),), WIDOWX, Path('out'), 'robot'), topics=Topics(**topics)
        )
        return Conversion('x', 1, (), sources=sources_of(request))

    plain = conversion()
    assert plain.sources == {'poses': 'the joint states', 'gripper commands': 'the default'}
    assert source_warnings((plain,), conversion()) == ()
    assert source_warnings((), conversion(pose='/pose')) == ()
    (poses, gripper) = source_warnings((plain,), conversion(pose='/pose', gripper='/grip'))
    assert poses.startswith('The poses of what was added come from /pose, those of the dataset')
    assert '/grip' in gripper
