# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Finding, describing and streaming datasets, ours and others', whole and damaged."""

from __future__ import annotations

import json
import shutil

import pytest

from octo_ros.data.rlds.dataset import RldsDataset
from octo_ros.errors import DatasetError, UnknownNameError

from .conftest import oxe_example, oxe_features, write_foreign


def steps(dataset, split=None):
    return [episode.steps for episode in dataset.episodes(split)]


def change(directory, **values):
    path = directory / 'dataset_info.json'
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def test_episodes_come_in_order_with_their_place(foreign):
    dataset = RldsDataset(foreign)
    assert (dataset.name, dataset.version) == ('other', '0.1.0')
    assert dataset.split('train').episodes == 3
    found = list(dataset.episodes('train'))
    assert [e.steps for e in found] == [3, 2, 4]
    assert [e.place.index for e in found] == [0, 1, 2]
    assert [e.place.offset == 0 for e in found] == [True, False, True]
    assert str(found[2].place) == (
        'episode 2 of train (other-train.tfrecord-00001-of-00002, byte 0)'
    )


@pytest.mark.parametrize('levels', [0, 1, 2])
def test_a_dataset_is_found_from_the_folders_above(foreign, levels):
    assert RldsDataset([foreign, *foreign.parents][levels]).directory == foreign


def test_several_datasets_are_told_apart_by_the_user(foreign):
    shutil.copytree(foreign, foreign.with_name('0.2.0'))
    with pytest.raises(DatasetError, match=r'holds 2 datasets: 0\.1\.0, 0\.2\.0\. Give'):
        RldsDataset(foreign.parent)


def test_what_is_still_being_written_is_no_dataset(foreign, tmp_path):
    hidden = foreign.rename(foreign.with_name('.0.1.0.incomplete'))
    with pytest.raises(DatasetError, match=r'holds no RLDS dataset: there is no dataset_info'):
        RldsDataset(tmp_path)
    with pytest.raises(DatasetError, match='is not a directory'):
        RldsDataset(hidden / 'dataset_info.json')


def test_shards_of_the_sequential_writer_are_read(tmp_path):
    directory = write_foreign(
        tmp_path / 'other/0.1.0',
        oxe_features(),
        [[oxe_example(2)], [oxe_example(1)]],
        template='{DATASET}-{SPLIT}.{FILEFORMAT}-{SHARD_INDEX}',
        names=['other-train.tfrecord-00000', 'other-train.tfrecord-00001'],
    )
    assert steps(RldsDataset(directory)) == [2, 1]


@pytest.mark.parametrize(
    ('values', 'words'),
    [
        ({'fileFormat': 'array_record'}, 'stored as array_record; only tfrecord'),
        ({'splits': []}, 'has no splits'),
        ({'splits': [{'shardLengths': ['1']}]}, 'in a way not known'),
        ({'splits': [{'name': True, 'shardLengths': ['1']}]}, 'name of a split is True, no text'),
        ({'splits': [{'name': 'train', 'shardLengths': ['many']}]}, 'in a way not known'),
        (
            {'splits': [{'name': 'a', 'shardLengths': [1], 'filepathTemplate': '{NEW}'}]},
            'in a way not known',
        ),
    ],
)
def test_descriptions_that_cannot_be_followed_are_refused(foreign, values, words):
    change(foreign, **values)
    with pytest.raises(DatasetError, match=words):
        RldsDataset(foreign)


def test_an_unknown_split_is_refused_with_those_there_are(foreign):
    with pytest.raises(UnknownNameError, match=r"split 'test'.*Known: train"):
        steps(RldsDataset(foreign), 'test')


def test_a_file_elsewhere_is_never_named(foreign):
    split = {'name': 'train', 'shardLengths': ['1'], 'filepathTemplate': '../../{SPLIT}'}
    change(foreign, splits=[split])
    (shard,) = RldsDataset(foreign).split('train').shards
    assert shard.path == foreign / 'train'


def test_damage_is_told_with_file_and_place(foreign):
    path = foreign / 'other-train.tfrecord-00000-of-00002'
    data = bytearray(path.read_bytes())
    dataset = RldsDataset(foreign)
    second = list(dataset.episodes())[1].place.offset
    data[second + 30] ^= 1
    path.write_bytes(data)
    stream = dataset.episodes()
    assert next(stream).steps == 3
    with pytest.raises(DatasetError, match=rf'{path.name} is damaged.*begins at byte {second} '):
        next(stream)
    path.write_bytes(data[:-9])
    with pytest.raises(DatasetError, match=f'byte {second} is cut short, 9 bytes are missing'):
        steps(dataset)


def test_a_missing_file_and_missing_episodes_are_told(foreign):
    dataset = RldsDataset(foreign)
    first, second = sorted(foreign.glob('*.tfrecord-*'))
    second.write_bytes(first.read_bytes())
    with pytest.raises(DatasetError, match=r'holds 2 episodes; dataset_info.* says 1'):
        steps(dataset)
    second.unlink()
    with pytest.raises(DatasetError, match='00001-of-00002 cannot be read: No such file'):
        steps(dataset)
