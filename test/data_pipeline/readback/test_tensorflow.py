# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""TensorFlow and tensorflow-datasets read what the converter made, and see what we see."""

from __future__ import annotations

import numpy as np
import pytest

from octo_ros.data.rlds.dataset import RldsDataset
from octo_ros.data.rlds.schema import FeatureKind

pytestmark = pytest.mark.tensorflow


def numpy_steps(episode):
    """All steps of an episode of tensorflow-datasets: flat key to a list of values."""
    rows = {}

    def gather(tree, prefix):
        for key, value in tree.items():
            if isinstance(value, dict):
                gather(value, f'{prefix}{key}/')
            else:
                rows.setdefault(f'{prefix}{key}', []).append(value.numpy())

    for step in episode['steps']:
        gather(step, '')
    return rows


def pictures_undecoded(tfds, schema):
    decoders = {'steps': {'observation': {}}}
    for key in schema.images:
        decoders['steps']['observation'][key.removeprefix('observation/')] = (
            tfds.decode.SkipDecoding()
        )
    return decoders


def builder(tfds, directory):
    """As Octo looks for it: by name, in the directory that holds datasets."""
    return tfds.builder(directory.parent.name, data_dir=str(directory.parents[1]))


def test_splits_and_sizes_are_found(tfds, dataset):
    ours, theirs = RldsDataset(dataset), builder(tfds, dataset)
    assert set(theirs.info.splits) == set(ours.splits) == {'train', 'val'}
    for name, split in ours.splits.items():
        info = theirs.info.splits[name]
        assert info.num_examples == split.episodes == len(list(ours.episodes(name)))
        assert info.num_bytes == split.num_bytes == sum(e.num_bytes for e in ours.episodes(name))
        assert info.shard_lengths == [shard.episodes for shard in split.shards]
        assert sorted(info.filenames) == [shard.path.name for shard in split.shards]
    count = sum(split.episodes for split in ours.splits.values())
    assert len(list(theirs.as_dataset(split='all'))) == count
    again = tfds.builder_from_directory(str(dataset))
    assert again.info.splits['train'].num_examples == ours.splits['train'].episodes


def test_every_array_flag_and_text_is_the_same(tfds, dataset):
    ours, theirs = RldsDataset(dataset), builder(tfds, dataset)
    for split in ours.splits:
        read = theirs.as_dataset(split=split, decoders=pictures_undecoded(tfds, ours.schema))
        for found, expected in zip(read, ours.episodes(split), strict=True):
            rows = numpy_steps(found)
            assert set(rows) == set(ours.schema.steps)
            for key, feature in ours.schema.steps.items():
                if feature.dtype == 'string':
                    assert tuple(text.decode() for text in rows[key]) == expected.texts(key)
                elif feature.kind is FeatureKind.IMAGE:
                    assert rows[key] == list(expected.encoded(key))
                else:
                    values = np.stack(rows[key])
                    assert values.dtype == expected.array(key).dtype == feature.dtype
                    assert values.shape == (expected.steps, *feature.shape)
                    np.testing.assert_array_equal(values, expected.array(key))
            metadata = {
                f'episode_metadata/{key}': value.numpy()
                for key, value in found['episode_metadata'].items()
            }
            assert set(metadata) == set(expected.metadata)
            for key, value in metadata.items():
                text = value.decode() if isinstance(value, bytes) else value
                assert text == expected.metadata[key]


def test_flags_are_those_of_rlds(tfds, dataset):
    for split in ('train', 'val'):
        for episode in builder(tfds, dataset).as_dataset(split=split):
            rows = numpy_steps(episode)
            steps = len(rows['is_first'])
            assert steps >= 2
            assert np.flatnonzero(rows['is_first']).tolist() == [0]
            assert np.flatnonzero(rows['is_last']).tolist() == [steps - 1]
            ends = [steps - 1] if episode['episode_metadata']['success'].numpy() else []
            assert np.flatnonzero(rows['is_terminal']).tolist() == ends
            assert np.flatnonzero(rows['reward']).tolist() == ends
            assert set(np.ravel(rows['discount'])) == {1.0}
            assert len(set(rows['language_instruction'])) == 1
            assert rows['language_instruction'][0]


def test_pictures_are_decoded(tfds, dataset):
    ours, theirs = RldsDataset(dataset), builder(tfds, dataset)
    for split in ours.splits:
        for found, expected in zip(
            theirs.as_dataset(split=split), ours.episodes(split), strict=True
        ):
            rows = numpy_steps(found)
            for key in expected.images:
                for step, picture in enumerate(rows[key]):
                    own = expected.picture(key, step)
                    assert picture.shape == own.shape
                    assert picture.dtype == own.dtype == np.uint8
                    # TensorFlow decodes JPEG by a faster, coarser transform.
                    assert np.abs(picture.astype(int) - own).mean() < 3
