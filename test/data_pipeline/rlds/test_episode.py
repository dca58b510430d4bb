# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tensorflow_datasets.proto import tf_example_pb2

from octo_ros.data.rlds.dataset import RldsDataset
from octo_ros.data.rlds.episode import Place, RecordedEpisode
from octo_ros.data.rlds.features import DatasetLayout
from octo_ros.data.rlds.record import EpisodeRecord
from octo_ros.data.rlds.writer import RldsWriter
from octo_ros.errors import DatasetError, UnknownNameError
from octo_ros.observation.encoding import encode_jpeg

PLACE = Place('train', 4, Path('data/robot-train.tfrecord-00000-of-00001'), 20)


@pytest.fixture
def ours(tmp_path):
    rows = np.arange(21, dtype=np.float32).reshape(3, 7)
    pictures = tuple(encode_jpeg(np.full((8, 12, 3), (60 * i, 200, 0), np.uint8)) for i in (0, 1))
    images = {'image_primary': (*pictures, b'no picture')}
    record = EpisodeRecord(
        'bags/a', 'pick/2', 'pick it', False, True, 'achieved_pose', rows, rows / 4, images
    )
    with RldsWriter(tmp_path, 'robot', DatasetLayout({'image_primary': (8, 12)})) as writer:
        writer.write(record, ('val',))
    (episode,) = RldsDataset(tmp_path).episodes()
    return episode, record


def test_what_was_written_comes_back(ours):
    episode, record = ours
    assert (episode.steps, episode.instruction, episode.name) == (3, 'pick it', 'pick/2')
    assert episode.success is False
    assert episode.metadata['episode_metadata/file_path'] == 'bags/a'
    assert episode.metadata['episode_metadata/episode_id'] == 0
    assert episode.array('action').dtype == np.float32
    np.testing.assert_array_equal(episode.array('action'), record.actions)
    np.testing.assert_array_equal(episode.array('observation/state'), record.proprio)
    assert episode.array('is_first').tolist() == [True, False, False]
    assert episode.array('is_last').dtype == np.bool_
    assert episode.images == ('observation/image_primary',)
    assert tuple(episode.encoded('observation/image_primary')) == record.images['image_primary']
    picture = episode.picture('observation/image_primary', 1)
    assert picture.shape == (8, 12, 3)
    np.testing.assert_allclose(picture[0, 0], (60, 200, 0), atol=4)


def test_what_cannot_be_had_is_said_with_the_place(ours):
    episode, _ = ours
    with pytest.raises(DatasetError, match=r'episode 0 of val .*step 2 10 bytes that are no pic'):
        episode.picture('observation/image_primary', 2)
    with pytest.raises(DatasetError, match='action holds no pictures'):
        episode.picture('action', 0)
    with pytest.raises(DatasetError, match='action holds numbers'):
        episode.encoded('action')
    with pytest.raises(DatasetError, match='action holds no text'):
        episode.texts('action')
    with pytest.raises(DatasetError, match='language_instruction holds text'):
        episode.array('language_instruction')
    with pytest.raises(DatasetError, match='image_primary is a Image, which is no array'):
        episode.array('observation/image_primary')
    with pytest.raises(UnknownNameError, match=r"'observation/stat'.*'observation/state'"):
        episode.array('observation/stat')


def test_features_of_others_come_in_their_declared_types(foreign):
    episode = next(iter(RldsDataset(foreign).episodes()))
    assert episode.instruction == 'wave'
    assert episode.metadata == {'attributes/number': 7}
    assert (episode.success, episode.name) == (None, '0')
    assert episode.array('action/open_gripper').tolist() == [True, False, True]
    assert episode.array('action/terminate_episode').dtype == np.int32
    assert episode.array('observation/precise').dtype == np.float64
    assert episode.array('kind').tolist() == [1, 1, 1]
    np.testing.assert_array_equal(
        episode.array('observation/zipped'),
        np.stack([np.full((2, 3), i, np.float32) for i in range(3)]),
    )


def example(**lists):
    made = tf_example_pb2.Example()
    for key, values in lists.items():
        made.features.feature[f'steps/{key}'].float_list.value.extend(values)
    return made.SerializeToString()


@pytest.mark.parametrize(
    ('data', 'words'),
    [
        (b'\xff\xff\xff', 'episode 4 of train .* is not a tf.train.Example'),
        (example(other=[1]), 'holds none of the declared features'),
        (example(action=[0.0] * 10), 'action holds 10 numbers, no multiple of 7'),
        (example(action=[0.0] * 14, reward=[1, 1, 1]), 'do not agree: action 2, reward 3'),
    ],
)
def test_records_that_are_no_episode_are_refused(ours, data, words):
    episode, _ = ours
    schema = episode._schema
    with pytest.raises(DatasetError, match=words):
        RecordedEpisode(data, schema, PLACE)


def test_what_a_record_lacks_is_not_made_up(ours):
    schema = ours[0]._schema
    episode = RecordedEpisode(example(action=[0.5] * 14), schema, PLACE)
    assert episode.steps == 2
    assert not episode.has('observation/state')
    assert episode.images == ()
    with pytest.raises(DatasetError, match='state is declared but not stored'):
        episode.array('observation/state')
