# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest

from octo_ros.data.rlds.features import DatasetLayout
from octo_ros.data.rlds.record import EpisodeRecord
from octo_ros.data.rlds.recorded_windows import recorded_windows
from octo_ros.data.rlds.writer import RldsWriter
from octo_ros.errors import DatasetError
from octo_ros.observation.encoding import encode_jpeg

CAMERAS = {'image_primary': (16, 24), 'image_wrist': (8, 8)}


def record(steps, words, level):
    rows = np.zeros((steps, 7), np.float32)
    images = {
        key: tuple(
            encode_jpeg(np.full((*size, 3), (level + 10 * i, 200, 0), np.uint8))
            for i in range(steps)
        )
        for key, size in CAMERAS.items()
    }
    return EpisodeRecord('run', 'pick', words, True, True, 'achieved_pose', rows, rows, images)


@pytest.fixture
def dataset(tmp_path):
    with RldsWriter(tmp_path, 'robot', DatasetLayout(CAMERAS)) as writer:
        writer.write(record(5, 'pick', 0), ('train',))
        writer.write(record(3, 'place', 100), ('train',))
        writer.write(record(1, 'too short', 0), ('train',))
    return tmp_path


def test_windows_are_consecutive_steps_in_rgb(dataset):
    windows = recorded_windows(dataset, 2, 100)
    assert [w.instruction for w in windows] == ['pick'] * 4 + ['place'] * 2
    frames = windows[5].frames
    assert [sorted(f) for f in frames] == [['image_primary', 'image_wrist']] * 2
    assert frames[0]['image_primary'].shape == (16, 24, 3)
    np.testing.assert_allclose(frames[0]['image_primary'][0, 0], (110, 200, 0), atol=4)
    np.testing.assert_allclose(frames[1]['image_primary'][0, 0], (120, 200, 0), atol=4)


def test_fewer_windows_are_spread_over_all(dataset):
    assert [w.instruction for w in recorded_windows(dataset, 2, 2)] == ['pick', 'place']


def test_without_a_long_enough_episode_it_refuses(dataset, tmp_path_factory):
    with pytest.raises(DatasetError, match='no RLDS episode of 6 steps'):
        recorded_windows(dataset, 6, 10)
    with pytest.raises(DatasetError, match='holds no RLDS dataset'):
        recorded_windows(tmp_path_factory.mktemp('empty'), 1, 10)
