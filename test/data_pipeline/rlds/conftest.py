# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Datasets as others write them: any features, both ways of naming files."""

from __future__ import annotations

import json

import numpy as np
import pytest
import tensorflow_datasets as tfds

from octo_ros.data.rlds.tfrecord import write_record


def write_foreign(directory, features, shards, *, template=None, names=None, split='train'):
    """Write a dataset by tensorflow-datasets' own features and serializer.

    `shards` holds lists of examples, one list per file; `names` how the files are called.
    """
    directory.mkdir(parents=True)
    serializer = tfds.core.example_serializer.ExampleSerializer(features.get_serialized_info())
    count = len(shards)
    default = [f'other-{split}.tfrecord-{i:05d}-of-{count:05d}' for i in range(count)]
    for name, examples in zip(names or default, shards, strict=True):
        with (directory / name).open('wb') as file:
            for example in examples:
                encoded = features.encode_example(example)
                write_record(file, serializer.serialize_example(encoded))
    features.save_config(str(directory))
    info = {'name': split, 'shardLengths': [str(len(s)) for s in shards], 'numBytes': '1'}
    if template:
        info['filepathTemplate'] = template
    values = {'name': 'other', 'version': '0.1.0', 'fileFormat': 'tfrecord', 'splits': [info]}
    (directory / 'dataset_info.json').write_text(json.dumps(values))
    return directory


def oxe_features():
    """Features that real OXE datasets have and ours do not."""
    f = tfds.features
    step = {
        'action': f.FeaturesDict(
            {
                'world_vector': f.Tensor(shape=(3,), dtype=np.float32),
                'terminate_episode': f.Tensor(shape=(2,), dtype=np.int32),
                'open_gripper': np.bool_,
            }
        ),
        'observation': f.FeaturesDict(
            {
                'natural_language_instruction': f.Text(),
                'zipped': f.Tensor(shape=(2, 3), dtype=np.float32, encoding='zlib'),
                'precise': f.Tensor(shape=(2,), dtype=np.float64),
            }
        ),
        'kind': f.ClassLabel(names=['pick', 'place']),
        'is_first': np.bool_,
        'reward': f.Scalar(dtype=np.float32),
    }
    return f.FeaturesDict({'steps': f.Dataset(step), 'attributes': {'number': np.int64}})


def oxe_example(steps, number=7):
    return {
        'steps': [
            {
                'action': {
                    'world_vector': [i, 2, 3],
                    'terminate_episode': [0, i],
                    'open_gripper': i % 2 == 0,
                },
                'observation': {
                    'natural_language_instruction': 'wave',
                    'zipped': np.full((2, 3), i, np.float32),
                    'precise': [i, 0.5],
                },
                'kind': 'place',
                'is_first': i == 0,
                'reward': 0.25,
            }
            for i in range(steps)
        ],
        'attributes': {'number': number},
    }


@pytest.fixture
def foreign(tmp_path):
    """A dataset with OXE's features: 3 and 2 steps in one file, 4 in the other."""
    shards = [[oxe_example(3), oxe_example(2, 8)], [oxe_example(4, 9)]]
    return write_foreign(tmp_path / 'other/0.1.0', oxe_features(), shards)
