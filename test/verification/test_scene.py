# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest
import torch

from octo_ros.errors import VerificationError
from octo_ros.verification.scene import Scene


@pytest.fixture
def config(lang_verifier):
    return lang_verifier.config


def changed(lang, **arrays):
    return Scene({**lang.inputs, **{name.replace('__', '/'): a for name, a in arrays.items()}})


def test_masks_may_be_numbers(lang, config):
    scene = changed(lang, observation__timestep_pad_mask=np.array([[0.0, 1.0], [1.0, 1.0]]))
    mask = scene.observations(config).timestep_pad_mask
    assert mask.dtype == torch.bool
    assert mask.tolist() == [[False, True], [True, True]]


@pytest.mark.parametrize(
    ('name', 'array', 'sentence'),
    [
        (
            'observation/image_wrist',
            np.zeros((2, 2, 32, 32, 3), np.float32),
            'must be uint8 of 5 axes; it is float32',
        ),
        (
            'observation/image_wrist',
            np.zeros((2, 3, 32, 32, 3), np.uint8),
            r'begins with axes \(2, 3\), the other inputs with \(2, 2\)',
        ),
        ('observation/timestep_pad_mask', np.ones(2), r'has shape \(2,\)'),
        ('observation/timestep_pad_mask', np.full((2, 2), 3), 'nothing but True and False'),
        ('observation/pad_mask_dict/image_wrist', np.ones((2, 3)), r'has shape \(2, 3\)'),
        ('task/image_wrist', np.zeros((3, 32, 32, 3), np.uint8), r'begins with axes \(3,\)'),
        ('task/language_instruction/input_ids', np.ones((2, 5), int), r'must have \(2, 16\)'),
        ('task/language_instruction/input_ids', np.full((2, 16), 120), '0 to 119'),
        ('task/language_instruction/input_ids', np.full((2, 16), -1), '0 to 119'),
        ('task/language_instruction/input_ids', np.full((2, 16), 0.5), 'must hold integers'),
        ('task/pad_mask_dict/language_instruction', np.ones((2, 1)), r'must have \(2,\)'),
    ],
)
def test_what_does_not_fit_is_named(lang, config, name, array, sentence):
    scene = Scene({**lang.inputs, name: array})
    with pytest.raises(VerificationError, match=f'{name}.*{sentence}'):
        scene.tasks(config, len(scene.observations(config).timestep_pad_mask))


def test_numbers_must_be_finite(lang):
    scene = changed(lang, x=np.array([1.0, np.nan]), words=np.array(['a']))
    with pytest.raises(VerificationError, match='finite numbers'):
        scene.numbers('x', (2,))
    with pytest.raises(VerificationError, match='words must hold finite numbers; it is <U1'):
        scene.numbers('words', (1,))


def test_what_the_network_does_not_read_is_left_alone(lang, config):
    scene = changed(
        lang, observation__task_completed=np.zeros((9, 9)), observation__top=np.ones(1)
    )
    observations = scene.observations(config)
    assert set(observations.images) == {'image_primary', 'image_wrist'}
    assert not observations.low_dim
