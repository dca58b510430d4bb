# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""An interrupted conversion goes on; another one starts anew and says so."""

from __future__ import annotations

from dataclasses import replace

import pytest

from octo_ros.data.conversion.convert import convert
from octo_ros.data.conversion.fingerprint import fingerprint, library_versions, model_digest
from octo_ros.data.conversion.request import ConversionRequest, Topics
from octo_ros.data.conversion.work_directory import WorkDirectory
from octo_ros.embodiment import load_embodiment
from octo_ros.errors import DatasetError
from octo_ros.types import EpisodeEventKind as Kind

from .models import moved_tcp

WIDOWX = load_embodiment('widowx')


@pytest.fixture
def request_of(bag, tmp_path):
    bag.robot(0, 1500)
    for i in range(3):
        bag.event(i * 500, Kind.START, str(i), 'wave')
    path = bag.write(tmp_path / 'bag')
    return ConversionRequest((path,), WIDOWX, tmp_path / 'out', 'robot', hz=10.0)


def interrupted(request, after):
    def interrupt(progress):
        if progress.done == after and progress.seconds > 0:
            raise KeyboardInterrupt

    said = []
    with pytest.raises(KeyboardInterrupt):
        convert(request, interrupt, said.append)
    return said


def files(target):
    return {path.name: path.read_bytes() for path in target.iterdir()}


def test_it_goes_on_where_it_was_and_writes_the_same_bytes(request_of):
    convert(request_of)
    target = request_of.output / 'robot/1.0.0'
    whole = files(target)
    target.rename(request_of.output / 'aside')
    kept = interrupted(request_of, 2)
    assert kept == ['2 finished episode(s) are kept: the same command goes on there.']
    assert [p.name for p in target.parent.iterdir()] == ['.1.0.0.work']
    said, seen = [], []
    convert(request_of, seen.append, said.append)
    assert said == ['Taking over 2 of 3 episodes from an interrupted run.']
    assert (seen[0].done, seen[-1].done) == (2, 3)
    assert seen[-1].total_seconds == pytest.approx(0.5, abs=0.15)
    assert files(target) == whole


@pytest.mark.parametrize('change', [{'hz': 5.0}, {'instruction': 'bow'}])
def test_another_request_starts_anew_and_says_so(request_of, change):
    interrupted(request_of, 2)
    said = []
    convert(replace(request_of, **change), say=said.append)
    assert len(said) == 1
    assert 'Starting anew: the 2 episodes that an interrupted run left' in said[0]


def test_a_damaged_result_is_converted_again(request_of):
    interrupted(request_of, 2)
    work = request_of.output / 'robot/.1.0.0.work'
    (work / 'episodes/000001/image_wrist').write_bytes(b'')
    said = []
    convert(request_of, say=said.append)
    assert "Episode '1' is converted again." in said[0]
    assert 'Taking over 1 of 3' in said[1]


def test_other_splits_take_over_the_work(request_of):
    interrupted(request_of, 2)
    said = []
    convert(replace(request_of, val_fraction=0.5, workers=1), say=said.append)
    assert 'Taking over 2 of 3' in said[0]


def test_an_interrupt_before_the_first_episode_leaves_nothing(request_of):
    interrupted(request_of, 0)
    assert not (request_of.output / 'robot').exists()


def test_a_bag_that_changed_is_another_one(request_of):
    before = fingerprint(request_of)
    (path,) = request_of.bags[0].glob('*.mcap')
    assert fingerprint(request_of) == before
    path.write_bytes(path.read_bytes() + b'x')
    assert fingerprint(request_of) != before


def test_another_model_of_the_robot_is_another_request(request_of, monkeypatch):
    before = fingerprint(request_of)
    moved_tcp(monkeypatch)
    assert fingerprint(request_of) != before
    recorded = replace(request_of, topics=Topics(pose='/pose'))
    assert fingerprint(recorded) == fingerprint(recorded)
    assert model_digest(recorded) == ''


def test_the_libraries_that_make_an_episode_are_known():
    versions = library_versions()
    assert {'cv2', 'numpy', 'PIL', 'lz4', 'backports.zstd', 'rosbags'} <= set(versions)
    assert not [name for name, number in versions.items() if number in ('', 'unknown')]


def test_two_at_a_time_are_refused(tmp_path):
    target = tmp_path / 'robot/1.0.0'
    with WorkDirectory(target, 'a', print) as work:
        with pytest.raises(DatasetError, match='Another conversion is writing'):
            WorkDirectory(target, 'a', print).__enter__()
        assert work.path.is_dir()
    assert not target.parent.exists()
