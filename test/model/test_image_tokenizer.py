# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from octo_ros.errors import PolicyError
from octo_ros.model.batch import LanguageTokens


@pytest.fixture
def primary(lang):
    return lang.model.octo_transformer.cameras[0]


def with_image(observations, key, image):
    return replace(observations, images={**observations.images, key: image})


def test_images_of_another_size_or_type_are_refused(lang, primary):
    frames = lang.observations.images['image_primary']
    for image in (frames[:, :, :32], frames.float()):
        with pytest.raises(PolicyError, match=r'image_primary must be uint8 .*\(64, 64, 3\), got'):
            primary(with_image(lang.observations, 'image_primary', image), lang.tasks)
    goals = {'image_primary': frames[:, 0, :32]}
    with pytest.raises(PolicyError, match='image_primary must be uint8'):
        primary(lang.observations, replace(lang.tasks, goal_images=goals))


def test_a_goal_that_is_not_given_is_an_all_zero_image(lang, primary):
    zeros = torch.zeros(2, 64, 64, 3, dtype=torch.uint8)
    with torch.no_grad():
        given = primary(
            lang.observations, replace(lang.tasks, goal_images={'image_primary': zeros})
        )
        missing = primary(lang.observations, replace(lang.tasks, goal_images={}))
    torch.testing.assert_close(given.tokens, missing.tokens, rtol=0, atol=0)


def test_a_missing_camera_has_no_tokens(lang, primary):
    wrist = {'image_wrist': lang.observations.images['image_wrist']}
    assert primary(replace(lang.observations, images=wrist), lang.tasks) is None


def test_features_of_a_frame_depend_on_nothing_else_in_the_window(lang, primary):
    swapped = lang.observations.images['image_primary'].flip(1)
    with torch.no_grad():
        a = primary(lang.observations, lang.tasks).tokens
        b = primary(with_image(lang.observations, 'image_primary', swapped), lang.tasks).tokens
    torch.testing.assert_close(a.flip(1), b, rtol=0, atol=1e-6)


def test_instructions_of_another_length_are_refused(lang):
    language = LanguageTokens.empty(1, 15)
    with pytest.raises(PolicyError, match='take 16 token ids, got 15'):
        lang.model.octo_transformer.language.encode(language)


def test_no_gradient_flows_into_the_language_encoder(lang):
    features = lang.model.octo_transformer.language(lang.tasks).tokens
    assert not features.requires_grad
