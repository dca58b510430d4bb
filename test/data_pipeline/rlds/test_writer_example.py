# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The streamed Example against tensorflow-datasets' own of the same episode."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import tensorflow_datasets as tfds
from tensorflow_datasets.proto.tf_example_generated_pb2 import Example

from octo_ros.data.rlds import example as rlds
from octo_ros.data.rlds.example import ExampleWriter
from octo_ros.data.rlds.features import DatasetLayout
from octo_ros.data.rlds.record import EpisodeRecord
from octo_ros.data.rlds.spool import Spool
from octo_ros.errors import DatasetError
from octo_ros.observation.encoding import encode_jpeg

JOINTS = tuple(f'joint_{i}' for i in range(8))
LAYOUT = DatasetLayout(
    cameras={'image_primary': (8, 12), 'image_wrist': (4, 4)},
    depths={'depth_primary': (6, 5)},
    observations={'force': 6, 'joints': 8},
    action_names=JOINTS,
)


def record(steps=5):
    rng = np.random.default_rng(3)

    def rows(size):
        return rng.normal(size=(steps, size)).astype(np.float32)

    def depth():
        return rng.uniform(0, 5, (6, 5, 1)).astype('<f4').tobytes()

    images = {
        key: tuple(encode_jpeg(rng.integers(0, 255, (*s, 3), np.uint8)) for _ in range(steps))
        for key, s in LAYOUT.cameras.items()
    }
    return EpisodeRecord(
        file_path='bags/läuft',
        name='pick/2',
        instruction='heb die Tasse auf ☕',
        success=True,
        is_terminal=True,
        action_source='joint',
        proprio=rows(7),
        actions=rows(8),
        images=images,
        depths={'depth_primary': tuple(depth() for _ in range(steps))},
        observations={'force': rows(6), 'joints': rows(8)},
        embodiment='widowx',
        hz=10.0,
    )


def by_tfds(episode, episode_id):
    """The whole episode as a list of steps through tensorflow-datasets, nothing of ours."""
    last = episode.steps - 1
    steps = [
        {
            'observation': {
                'state': episode.proprio[i],
                **{k: v[i] for k, v in episode.images.items()},
                **{
                    k: np.frombuffer(v[i], np.float32).reshape(6, 5, 1)
                    for k, v in episode.depths.items()
                },
                **{k: v[i] for k, v in episode.observations.items()},
            },
            'action': episode.actions[i],
            'language_instruction': episode.instruction,
            'is_first': i == 0,
            'is_last': i == last,
            'is_terminal': i == last,
            'reward': float(i == last),
            'discount': 1.0,
        }
        for i in range(episode.steps)
    ]
    metadata = {
        'file_path': episode.file_path,
        'episode_id': episode_id,
        'episode_name': episode.name,
        'success': True,
        'action_source': episode.action_source,
        'embodiment': episode.embodiment,
        'hz': episode.hz,
    }
    features = LAYOUT.features()
    encoded = features.encode_example({'steps': steps, 'episode_metadata': metadata})
    serializer = tfds.core.example_serializer.ExampleSerializer(features.get_serialized_info())
    return Example.FromString(serializer.serialize_example(encoded)).features.feature


def spooled(episode, directory):
    def on_disk(key, pictures, *, framed=True):
        with Spool(directory / key, framed=framed) as spool:
            for picture in (b'of another episode', *pictures, b'and another'):
                spool.append(picture)
            return spool.pictures()[1:-1]

    return replace(
        episode,
        images={key: on_disk(key, p) for key, p in episode.images.items()},
        depths={key: on_disk(key, p, framed=False) for key, p in episode.depths.items()},
    )


@pytest.mark.parametrize('steps', [1, 5])
@pytest.mark.parametrize('on_disk', [False, True])
def test_it_is_what_tensorflow_datasets_writes_feature_by_feature(tmp_path, steps, on_disk):
    episode = record(steps)
    size, pieces = ExampleWriter(LAYOUT).serialise(
        spooled(episode, tmp_path) if on_disk else episode, 17
    )
    data = b''.join(pieces)
    assert len(data) == size
    found, expected = Example.FromString(data).features.feature, by_tfds(episode, 17)
    assert sorted(found) == sorted(expected)
    for name in expected:
        assert found[name] == expected[name], name


def test_equal_episodes_are_equal_bytes(tmp_path):
    one, other = (b''.join(ExampleWriter(LAYOUT).serialise(e, 0)[1]) for e in (record(), record()))
    on_disk = b''.join(ExampleWriter(LAYOUT).serialise(spooled(record(), tmp_path), 0)[1])
    assert one == other == on_disk


def test_what_protobuf_cannot_hold_is_refused(monkeypatch):
    writer, episode = ExampleWriter(LAYOUT), record()
    size, _ = writer.serialise(episode, 0)
    monkeypatch.setattr(rlds, 'MAX_EXAMPLE_BYTES', size)
    assert writer.serialise(episode, 0)[0] == size
    monkeypatch.setattr(rlds, 'MAX_EXAMPLE_BYTES', size - 1)
    with pytest.raises(DatasetError, match=r'2 GiB .* shorter episodes'):
        writer.serialise(episode, 0)


@pytest.mark.parametrize(
    'change',
    [
        {'images': {}},
        {'depths': {'depth_primary': (bytes(120),)}},
        {'observations': {'force': np.zeros((5, 6), np.float32)}},
        {'proprio': np.zeros((4, 7), np.float32)},
    ],
)
def test_what_does_not_fit_the_layout_is_refused(change):
    with pytest.raises(DatasetError, match=r"'pick/2' of bags/läuft has 5 actions but"):
        ExampleWriter(LAYOUT).serialise(replace(record(), **change), 0)


@pytest.mark.parametrize('key', ['state', 'image_wrist'])
def test_a_key_can_stand_for_one_thing_only(key):
    with pytest.raises(DatasetError, match=f'{key!r} is used twice'):
        replace(LAYOUT, observations={key: 3})
