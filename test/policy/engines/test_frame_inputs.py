# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace

import numpy as np
import pytest
import torch

from octo_ros.errors import PolicyError
from octo_ros.model.batch import Tasks
from octo_ros.policy.engines.frame import Frame
from octo_ros.policy.engines.frame_inputs import FrameInputs


def inputs(octo):
    return [FrameInputs(config) for config in octo.config.observation_tokenizers]


def test_hidden_and_missing_cameras_are_not_seen(world):
    aloha = world('octo_tiny_aloha')
    frame = aloha.frame()
    hidden = replace(frame, hidden=frozenset({'image_wrist', 'proprio'}))
    missing = Frame({'image_primary': frame.images['image_primary']})
    seen = [
        [part.config.name for part in inputs(aloha.octo) if part.seen(given)]
        for given in (hidden, missing)
    ]
    assert seen == [['primary', 'secondary', 'proprio'], ['primary']]


def test_a_goal_that_is_not_given_is_black(world):
    aloha = world('octo_tiny_aloha')
    frame, task = aloha.frame(), aloha.task(goals=True)
    primary = inputs(aloha.octo)[0]
    assert primary.names == ('image_primary', 'goal_image_primary')
    image, goal = primary.tensors(frame, task)
    np.testing.assert_array_equal(image[0], frame.images['image_primary'])
    assert torch.equal(goal, task.goal_images['image_primary'])
    assert not primary.tensors(frame, Tasks())[1].any()


WRONG = {
    'type': (Frame({'image_primary': np.zeros((64, 64, 3), np.float32)}), r'uint8 \(64, 64, 3\)'),
    'size': (
        Frame({'image_primary': np.zeros((63, 64, 3), np.uint8)}),
        r'got uint8 \(63, 64, 3\)',
    ),
    'nan': (Frame({}, {'proprio': np.full(14, np.nan, np.float32)}), 'NaN or infinite'),
    'numbers': (
        Frame({}, {'proprio': np.zeros(13, np.float32)}),
        r'proprio must be float32 \(14,',
    ),
}


@pytest.mark.parametrize(('frame', 'message'), WRONG.values(), ids=WRONG)
def test_wrong_shapes_and_types_are_refused(world, frame, message):
    part = next(part for part in inputs(world('octo_tiny_aloha').octo) if part.seen(frame))
    with pytest.raises(PolicyError, match=message):
        part.tensors(frame, Tasks())


def test_wrong_goals_and_missing_vectors_are_refused(world, rich_config):
    aloha = world('octo_tiny_aloha')
    small = Tasks(goal_images={'image_primary': torch.zeros(1, 8, 8, 3, dtype=torch.uint8)})
    with pytest.raises(PolicyError, match=r'goal image image_primary must be .* \(1, 8, 8, 3\)'):
        inputs(aloha.octo)[0].tensors(aloha.frame(), small)
    film = FrameInputs(rich_config.observation_tokenizers[1])
    with pytest.raises(PolicyError, match=r"task vectors \['words'\]; given: none"):
        film.tensors(Frame({'image_top': np.zeros((64, 64, 3), np.uint8)}), Tasks())
