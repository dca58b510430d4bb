# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest

from octo_ros.data.replay.view import EpisodeView, depth_colors, find_episode
from octo_ros.data.rlds.dataset import RldsDataset
from octo_ros.data.rlds.features import DatasetLayout
from octo_ros.data.rlds.writer import RldsWriter
from octo_ros.errors import DatasetError

from .conftest import CAMERAS, record


def test_an_episode_is_found_by_number_and_by_name(dataset):
    assert find_episode(dataset, 'train', '1').name == 'second'
    assert find_episode(dataset, 'train', 'second').place.index == 1
    with pytest.raises(
        DatasetError, match=r"no episode '7' in train; .* 0 to 1, .* first, second"
    ):
        find_episode(dataset, 'train', '7')


def test_a_number_is_a_place_and_a_name_only_where_no_place_has_it(tmp_path):
    with RldsWriter(tmp_path, 'robot', DatasetLayout(CAMERAS)) as writer:
        for name in ('2', '0', '7'):
            writer.write(record(name, True), ('train',))
    dataset = RldsDataset(tmp_path)
    found = {wanted: find_episode(dataset, 'train', wanted) for wanted in ('0', '2', '7')}
    assert {wanted: each.place.index for wanted, each in found.items()} == {'0': 0, '2': 2, '7': 2}


def test_what_is_shown(dataset):
    view = EpisodeView(dataset, find_episode(dataset, 'train', '1'), 5.0)
    assert (view.steps, view.rate, view.outcome) == (6, 5.0, 'failure')
    assert view.title == 'put the cup on the shelf'
    assert view.subtitle == 'robot · train · 1 “second”'
    assert view.cameras == ('observation/image_primary', 'observation/image_wrist')
    assert view.time(4) == '0.8 s'
    move, turn, gripper = view.traces
    assert (move.title, move.names) == ('translation, mm', ('x', 'y', 'z'))
    assert (move.low, move.high) == pytest.approx((-20, 20))
    assert turn.values[0, 2] == pytest.approx(np.degrees(0.1), abs=1e-5)
    assert gripper.values[:, 0].tolist() == [0, 0, 0, 1, 1, 1]
    picture = view.pictures(2)['image_wrist']
    np.testing.assert_allclose(picture[0, 0], (60, 200, 0), atol=4)


def test_without_a_rate_steps_are_counted(dataset):
    view = EpisodeView(dataset, find_episode(dataset, 'val', '0'))
    assert view.rate is None
    assert view.time(4) == 'step 4'
    assert view.pictures(0) == {'image_primary': None, 'image_wrist': None}


def test_near_depth_is_bright_and_unknown_is_black():
    depth = np.array([[0.5, 1.0, 0.0, np.nan]], np.float32)[:, :, None]
    near, far, unknown, nothing = depth_colors(depth)[0].astype(int)
    assert near.sum() > far.sum() > 0
    assert not unknown.any()
    assert not nothing.any()
    assert not depth_colors(np.zeros((2, 3))).any()
