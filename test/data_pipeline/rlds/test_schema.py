# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json

import numpy as np
import pytest
import tensorflow_datasets as tfds

from octo_ros.data.rlds.features import DatasetLayout
from octo_ros.data.rlds.schema import FeatureKind, Schema
from octo_ros.errors import DatasetError

from .conftest import oxe_features


def read(features, directory):
    features.save_config(str(directory))
    return Schema.read(directory)


def test_our_own_features(tmp_path):
    schema = read(DatasetLayout({'image_primary': (8, 12)}).features(), tmp_path)
    image = schema.steps['observation/image_primary']
    assert (image.kind, image.shape, image.encoding) == (FeatureKind.IMAGE, (8, 12, 3), 'jpeg')
    assert image.path == 'steps/observation/image_primary'
    assert schema.images == ('observation/image_primary',)
    assert schema.instruction == 'language_instruction'
    assert schema.steps['action'].shape == (7,)
    assert schema.steps['is_first'].shape == ()
    assert schema.steps['is_first'].dtype == 'bool'
    assert schema.episode['episode_metadata/episode_id'].dtype == 'int64'
    assert not schema.episode['episode_metadata/file_path'].per_step


def test_features_of_others(tmp_path):
    schema = read(oxe_features(), tmp_path)
    shapes = {key: feature.shape for key, feature in schema.steps.items()}
    assert shapes['observation/zipped'] == (2, 3)
    assert schema.steps['kind'].kind is FeatureKind.LABEL
    assert schema.instruction == 'observation/natural_language_instruction'
    numeric = {key for key, feature in schema.steps.items() if feature.is_numeric}
    assert numeric == {
        'action/open_gripper',
        'action/terminate_episode',
        'action/world_vector',
        'is_first',
        'kind',
        'observation/precise',
        'reward',
    }


def test_kinds_that_cannot_be_read_are_kept_by_name(tmp_path):
    f = tfds.features
    step = {
        'box': f.BBoxFeature(),
        'pair': f.Sequence(f.Tensor(shape=(2,), dtype=np.float32), length=3),
        'pictures': f.Sequence(f.Image(shape=(4, 4, 3)), length=2),
        'ragged': f.Sequence(np.int64),
        'open': f.Tensor(shape=(None, 2), dtype=np.float32),
    }
    schema = read(f.FeaturesDict({'steps': f.Dataset(step)}), tmp_path)
    assert schema.steps['box'].kind is FeatureKind.OTHER
    assert schema.steps['box'].class_name == 'BBoxFeature'
    assert schema.steps['pair'].shape == (3, 2)
    assert [key for key, feature in schema.steps.items() if feature.shape is None] == [
        'open',
        'pictures',
        'ragged',
    ]
    path = tmp_path / 'features.json'
    path.write_text(path.read_text().replace('"float32"', '"bfloat16"'))
    assert Schema.read(tmp_path).steps['pair'].kind is FeatureKind.OTHER


@pytest.mark.parametrize(
    ('text', 'words'),
    [
        (None, 'cannot be read: No such file'),
        ('{', 'is not JSON'),
        ('[]', 'holds a list; expected a JSON object'),
        (json.dumps({'featuresDict': 3}), 'is not a feature tree'),
        (
            json.dumps({'featuresDict': {'features': {'label': {'classLabel': {}}}}}),
            'describes no "steps".*It has label',
        ),
    ],
)
def test_what_is_no_description_of_episodes_is_refused(tmp_path, text, words):
    if text is not None:
        (tmp_path / 'features.json').write_text(text)
    with pytest.raises(DatasetError, match=words):
        Schema.read(tmp_path)
