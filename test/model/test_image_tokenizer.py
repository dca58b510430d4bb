# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch.nn import functional

from octo_ros.errors import PolicyError
from octo_ros.model.batch import Observations, Tasks
from octo_ros.model.config import ImageTokenizerConfig, StemConfig
from octo_ros.model.image_tokenizer import ImageTokenizer


@pytest.fixture
def primary(lang):
    return lang.model.octo_transformer.observation_tokenizers[0]


def with_image(observations, key, image):
    return replace(observations, images={**observations.images, key: image})


def test_images_of_another_size_or_type_are_refused(lang, primary):
    frames = lang.observations.images['image_primary']
    for image in (frames[:, :, :32], frames.float()):
        with pytest.raises(PolicyError, match=r'image_primary must be .*uint8 .*64, 64, 3\), got'):
            primary(with_image(lang.observations, 'image_primary', image), lang.tasks)
    goals = {'image_primary': frames[:, 0, :32]}
    with pytest.raises(PolicyError, match=r'goal image_primary must be torch\.uint8'):
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


STEM = StemConfig(features=(32, 32, 32, 32), num_features=16)
FRAMES = torch.randint(
    0, 256, (2, 3, 32, 48, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0)
)
GIVEN = Observations({'image_top': FRAMES}, torch.ones(2, 3, dtype=torch.bool))


def make(**options) -> ImageTokenizer:
    torch.manual_seed(0)
    stem = options.pop('stem', STEM)
    config = ImageTokenizerConfig('top', ('image_top',), (), (32, 48), stem, **options)
    return ImageTokenizer(config).eval()


def test_the_stem_is_as_exact_as_float32_allows():
    """Its GroupNorm is not on large frames, if their axes are only permuted."""
    torch.manual_seed(0)
    config = ImageTokenizerConfig('top', ('image_top',), (), (256, 256), STEM)
    tokenizer = ImageTokenizer(config).eval()
    stem, frames = tokenizer.stem, torch.randint(0, 256, (1, 1, 256, 256, 3), dtype=torch.uint8)
    given = Observations({'image_top': frames}, torch.ones(1, 1, dtype=torch.bool))
    x = frames[0].permute(0, 3, 1, 2).double() / 127.5 - 1
    with torch.no_grad():
        for conv in stem.convs:
            w, bias = conv.weight.double(), conv.bias.double()
            std, mean = torch.std_mean(w, dim=(1, 2, 3), correction=0, keepdim=True)
            x = functional.conv2d(x, (w - mean) / (std + 1e-5), bias, stride=2, padding=1)
            x = functional.group_norm(x, 32, eps=1e-6).relu()
        w, bias = stem.embedding.weight.double(), stem.embedding.bias.double()
        expected = functional.conv2d(x, w, bias).flatten(2).mT[None]
        tokens = tokenizer(given, Tasks()).tokens
    assert (tokens - expected).abs().max() < 2e-6


def test_imagenet_normalisation_is_per_colour():
    seen = []
    tokenizer = make(stem=replace(STEM, img_norm_type='imagenet'))
    tokenizer.stem.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    with torch.no_grad():
        tokenizer(GIVEN, Tasks())
    means, stds = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    expected = (FRAMES[1, 2, 5, 7] / 255 - means) / stds
    torch.testing.assert_close(seen[0][5, :, 5, 7], expected)


def test_a_token_learner_leaves_as_many_tokens_as_it_is_told():
    tokenizer = make(learned_tokens=4)
    assert tokenizer.config.num_patches == 6
    with torch.no_grad():
        group = tokenizer(GIVEN, Tasks())
    assert group.tokens.shape == (2, 3, 4, 16)
    assert group.mask.shape == (2, 3, 4)


def film_tokenizer() -> ImageTokenizer:
    stem = replace(STEM, use_film=True)
    return make(stem=stem, film_keys=('words', 'goal'), film_size=5)


def test_film_reads_the_vector_of_its_own_task():
    tokenizer = film_tokenizer()
    vectors = {'words': torch.randn(2, 4), 'goal': torch.randn(2, 1)}
    other = {**vectors, 'words': vectors['words'] + torch.tensor([[0.0], [1.0]])}
    with torch.no_grad():
        a = tokenizer(GIVEN, Tasks(vectors=vectors)).tokens
        b = tokenizer(GIVEN, Tasks(vectors=other)).tokens
    torch.testing.assert_close(a[0], b[0], rtol=0, atol=0)
    assert ((a[1] != b[1]).flatten(1).any(1)).all()  # every timestep


@pytest.mark.parametrize(
    ('vectors', 'named'),
    [
        ({}, 'given: none'),
        ({'words': torch.zeros(2, 4)}, 'given: words'),
        ({'words': torch.zeros(2, 4), 'goal': torch.zeros(2, 2)}, r'5 numbers .* got .*2, 2\)'),
        ({'words': torch.zeros(1, 4), 'goal': torch.zeros(1, 1)}, r'\(2, n\) each'),
        ({'words': torch.zeros(2, 4), 'goal': torch.zeros(2)[:, None, None]}, 'flat'),
    ],
)
def test_film_without_its_vectors_is_refused(vectors, named):
    with pytest.raises(PolicyError, match=named):
        film_tokenizer()(GIVEN, Tasks(vectors=vectors))


@pytest.mark.parametrize(
    ('changes', 'named'),
    [
        ({'timestep_pad_mask': torch.ones(2, 2, dtype=torch.bool)}, r'uint8 \(2, 2, 32, 48, 3\)'),
        (
            {'pad_masks': {'image_top': torch.ones(2, dtype=torch.bool)}},
            r'pad mask .*\(2, 3\), got',
        ),
        ({'pad_masks': {'image_top': torch.ones(2, 3)}}, 'torch.bool .*got torch.float32'),
    ],
)
def test_batches_that_do_not_fit_together_are_refused(changes, named):
    with pytest.raises(PolicyError, match=named):
        make()(replace(GIVEN, **changes), Tasks())
