# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What stands on disk: TFDS metadata that loads, examples that parse, and never half a dataset."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow_datasets as tfds
from tensorflow_datasets.proto.tf_example_generated_pb2 import Example

from octo_ros.data.rlds import shards as rlds
from octo_ros.data.rlds.features import DatasetLayout
from octo_ros.data.rlds.record import EpisodeRecord
from octo_ros.data.rlds.stored import stored_episodes
from octo_ros.data.rlds.tfrecord import read_records, write_record
from octo_ros.data.rlds.writer import RldsWriter
from octo_ros.errors import DatasetError
from octo_ros.observation.encoding import encode_jpeg

CAMERAS = {'image_primary': (8, 12), 'image_wrist': (4, 4)}


def record(steps=3, success=None, *, is_terminal=True, value=0.5):
    images = {
        key: tuple(encode_jpeg(np.full((*size, 3), 40 * i, np.uint8)) for i in range(steps))
        for key, size in CAMERAS.items()
    }
    rows = np.arange(7 * steps, dtype=np.float32).reshape(steps, 7)
    return EpisodeRecord(
        file_path='bags/run',
        name='pick',
        instruction='pick up the cup',
        success=success,
        is_terminal=is_terminal,
        action_source='achieved_pose',
        proprio=rows,
        actions=rows * value,
        images=images,
    )


def features(data):
    example = Example.FromString(data)
    values = {}
    for key, feature in example.features.feature.items():
        values[key] = list(getattr(feature, feature.WhichOneof('kind')).value)
    return values


def shard(target, split, index=0, count=1):
    return target / f'robot-{split}.tfrecord-{index:05d}-of-{count:05d}'


def test_an_example_holds_every_step_under_flat_keys(tmp_path):
    with RldsWriter(tmp_path, 'robot', DatasetLayout(CAMERAS)) as writer:
        writer.write(record(), ('train',))
    (data,) = read_records(shard(writer.target, 'train'))
    values = features(data)
    expected = record()
    np.testing.assert_array_equal(values['steps/action'], expected.actions.ravel())
    np.testing.assert_array_equal(values['steps/observation/state'], expected.proprio.ravel())
    assert tuple(values['steps/observation/image_primary']) == expected.images['image_primary']
    assert tuple(values['steps/observation/image_wrist']) == expected.images['image_wrist']
    assert values['steps/language_instruction'] == [b'pick up the cup'] * 3
    assert values['steps/is_first'] == [1, 0, 0]
    assert values['steps/is_last'] == [0, 0, 1]
    assert values['steps/is_terminal'] == [0, 0, 1]
    assert values['steps/reward'] == [0, 0, 1]
    assert values['steps/discount'] == [1, 1, 1]
    assert values['episode_metadata/file_path'] == [b'bags/run']
    assert values['episode_metadata/episode_name'] == [b'pick']
    assert values['episode_metadata/episode_id'] == [0]
    assert values['episode_metadata/success'] == [1]
    assert values['episode_metadata/action_source'] == [b'achieved_pose']


@pytest.mark.parametrize(
    ('success', 'is_terminal', 'flags'),
    [(None, True, (1, 1, 1)), (False, True, (0, 0, 0)), (True, False, (1, 0, 0))],
)
def test_only_the_end_of_a_success_is_terminal(tmp_path, success, is_terminal, flags):
    with RldsWriter(tmp_path, 'robot', DatasetLayout(CAMERAS)) as writer:
        writer.write(record(success=success, is_terminal=is_terminal), ('train',))
    (data,) = read_records(shard(writer.target, 'train'))
    values = features(data)
    found = [
        values[k][-1] for k in ('episode_metadata/success', 'steps/is_terminal', 'steps/reward')
    ]
    assert tuple(found) == flags


def test_tfds_finds_the_dataset_its_splits_and_features(tmp_path):
    with RldsWriter(tmp_path, 'robot', DatasetLayout(CAMERAS)) as writer:
        for split in (('train',), ('val',), ('train',), ('train', 'val')):
            writer.write(record(), split)
    builder = tfds.builder('robot', data_dir=str(tmp_path))
    assert {name: info.num_examples for name, info in builder.info.splits.items()} == {
        'train': 3,
        'val': 2,
    }
    assert builder.info.splits['train'].filenames == ['robot-train.tfrecord-00000-of-00001']
    observation = builder.info.features['steps'].feature['observation']
    assert observation['image_primary'].shape == (8, 12, 3)
    assert observation['state'].shape == (7,)
    ids = [
        features(data)['episode_metadata/episode_id']
        for data in read_records(shard(writer.target, 'train'))
    ]
    assert ids == [[0], [2], [3]]


def test_large_splits_are_written_in_shards(tmp_path, monkeypatch):
    monkeypatch.setattr(rlds, 'SHARD_BYTES', 1)
    with RldsWriter(tmp_path, 'robot', DatasetLayout(CAMERAS)) as writer:
        for _ in range(3):
            writer.write(record(), ('train',))
    shards = [shard(writer.target, 'train', i, 3) for i in range(3)]
    assert [len(list(read_records(path))) for path in shards] == [1, 1, 1]
    info = tfds.builder_from_directory(str(writer.target)).info
    assert info.splits['train'].shard_lengths == [1, 1, 1]


@pytest.mark.parametrize('error', [RuntimeError, KeyboardInterrupt])
def test_a_crash_leaves_nothing(tmp_path, error):
    def crash():
        with RldsWriter(tmp_path, 'robot', DatasetLayout(CAMERAS)) as writer:
            writer.write(record(), ('train',))
            raise error

    with pytest.raises(error):
        crash()
    assert list(tmp_path.iterdir()) == []


def test_a_killed_run_does_not_stop_the_next_one(tmp_path):
    writer = RldsWriter(tmp_path, 'robot', DatasetLayout(CAMERAS))
    writer.__enter__()
    writer.write(record(), ('train',))
    del writer  # as after SIGKILL: nothing was finished
    assert not (tmp_path / 'robot/1.0.0').exists()
    with RldsWriter(tmp_path, 'robot', DatasetLayout(CAMERAS)) as second:
        second.write(record(), ('val',))
    assert sorted(p.name for p in second.target.glob('robot-*')) == [
        'robot-val.tfrecord-00000-of-00001'
    ]
    assert list((tmp_path / 'robot').iterdir()) == [second.target]


def test_an_existing_dataset_is_not_touched(tmp_path):
    with RldsWriter(tmp_path, 'robot', DatasetLayout(CAMERAS)) as writer:
        writer.write(record(), ('train',))
    before = {path: path.read_bytes() for path in writer.target.iterdir()}
    with (
        pytest.raises(DatasetError, match='exists already'),
        RldsWriter(tmp_path, 'robot', DatasetLayout(CAMERAS)),
    ):
        pass
    assert {path: path.read_bytes() for path in writer.target.iterdir()} == before


def test_numbers_that_are_not_finite_are_refused(tmp_path):
    with (
        pytest.raises(DatasetError, match=r"'pick' of bags/run .* not finite"),
        RldsWriter(tmp_path, 'robot', DatasetLayout(CAMERAS)) as writer,
    ):
        writer.write(record(value=np.nan), ('train',))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize('name', ['', '7up', 'My Data', '../x', 'a/b'])
def test_names_that_tfds_cannot_find_are_refused(tmp_path, name):
    with pytest.raises(DatasetError, match='not allowed'):
        RldsWriter(tmp_path, name, DatasetLayout(CAMERAS))


def test_appending_keeps_the_records_and_counts_on(tmp_path, monkeypatch):
    layout = DatasetLayout(CAMERAS)
    with RldsWriter(tmp_path, 'robot', layout) as writer:
        writer.write(record(), ('train',))
        writer.write(record(), ('val',))
    before = {split: shard(writer.target, split).read_bytes() for split in ('train', 'val')}
    monkeypatch.setattr(rlds, 'SHARD_BYTES', 1)
    with RldsWriter(tmp_path, 'robot', layout, append=True) as writer:
        writer.write(record(4), ('train',))
        writer.write(record(5), ('train',))
    assert list((tmp_path / 'robot').iterdir()) == [writer.target]
    assert shard(writer.target, 'train', 0, 3).read_bytes() == before['train']
    assert shard(writer.target, 'val').read_bytes() == before['val']
    info = tfds.builder_from_directory(str(writer.target)).info
    assert info.splits['train'].shard_lengths == [1, 1, 1]
    sizes = [len(d) for i in range(3) for d in read_records(shard(writer.target, 'train', i, 3))]
    assert info.splits['train'].num_bytes == sum(sizes)
    stored = list(stored_episodes(sorted(writer.target.glob('*.tfrecord-*'))))
    assert [e.metadata['episode_id'] for e in stored] == [0, 2, 3, 1]
    assert [len(e.actions) for e in stored] == [3, 4, 5, 3]
    np.testing.assert_array_equal(stored[1].actions, record(4).actions)
    np.testing.assert_array_equal(stored[1].proprio, record(4).proprio)


def test_the_only_episode_stays_in_val_until_there_is_another(tmp_path):
    layout = DatasetLayout(CAMERAS)
    with RldsWriter(tmp_path, 'robot', layout) as writer:
        writer.write(record(), ('train', 'val'))
    for split, ids in (('train', [0]), ('val', [2])):
        with RldsWriter(tmp_path, 'robot', layout, append=True) as writer:
            writer.write(record(4), (split,))
        stored = stored_episodes([shard(writer.target, 'val')])
        assert [e.metadata['episode_id'] for e in stored] == ids


def test_appending_other_features_is_refused_with_what_differs(tmp_path):
    with RldsWriter(tmp_path, 'robot', DatasetLayout(CAMERAS)) as writer:
        writer.write(record(), ('train',))
    before = {path: path.read_bytes() for path in writer.target.iterdir()}
    other = DatasetLayout({**CAMERAS, 'image_wrist': (5, 4)})
    words = r'features .*: steps/observation/image_wrist is Image \S+ jpeg 4 4 3, now .* 5 4 3'
    with (
        pytest.raises(DatasetError, match=words),
        RldsWriter(tmp_path, 'robot', other, append=True),
    ):
        pass
    assert {path: path.read_bytes() for path in writer.target.iterdir()} == before


def test_appending_to_nothing_is_refused(tmp_path):
    with (
        pytest.raises(DatasetError, match='no dataset to add to; leave out --append'),
        RldsWriter(tmp_path, 'robot', DatasetLayout(CAMERAS), append=True),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize('damage', ['cut', 'other'])
def test_appending_to_damage_is_refused(tmp_path, damage):
    layout = DatasetLayout(CAMERAS)
    with RldsWriter(tmp_path, 'robot', layout) as writer:
        writer.write(record(), ('train',))
    path = shard(writer.target, 'train')
    if damage == 'cut':
        path.write_bytes(path.read_bytes()[:-9])
    else:
        with path.open('wb') as file:
            write_record(file, b'something else')
    with (
        pytest.raises(DatasetError, match=r'damaged|no tf\.train\.Example'),
        RldsWriter(tmp_path, 'robot', layout, append=True),
    ):
        pass
    assert list((tmp_path / 'robot').iterdir()) == [writer.target]
