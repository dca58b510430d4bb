# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from octo_ros.errors import ConfigError
from octo_ros.model.config import BinConfig, T5Config
from octo_ros.model.module_spec import ModuleSpec
from octo_ros.model.tokenizer_specs import language_tokenizer, observation_tokenizer

EXAMPLE = {
    'observation/image_primary': (1, 2, 256, 256, 3),
    'observation/image_wrist': (1, 2, 128, 128, 3),
    'observation/image_left': (1, 2, 128, 128, 3),
    'observation/depth_wrist': (1, 2, 128, 128, 1),
    'observation/proprio': (1, 2, 14),
    'observation/proprio_left': (1, 2, 7),
    'observation/gripper': (1, 2, 1),
    'observation/timestep': (1, 2),
    'observation/pad_mask_dict/image_primary': (1, 2),
    'task/image_wrist': (1, 128, 128, 3),
    'task/image_goal': (1, 128, 128, 3),
    'task/language_instruction/input_ids': (1, 16),
    'task/words': (1, 512),
    'task/pose': (1, 6),
}


def spec(name, **kwargs) -> ModuleSpec:
    return ModuleSpec(module='octo', name=name, kwargs=kwargs)


def stem(name='SmallStem16', **kwargs):
    return {'module': 'octo', 'name': name, 'args': [], 'kwargs': kwargs}


def tokenizer(name, **kwargs):
    return observation_tokenizer('x', spec(name, **kwargs), EXAMPLE)


def camera(encoder=None, **kwargs):
    kwargs = {'obs_stack_keys': ['image_wrist'], 'encoder': encoder or stem(), **kwargs}
    return tokenizer('ImageTokenizer', **kwargs)


def test_stack_keys_are_patterns_matched_at_the_start():
    config = camera(obs_stack_keys=['image_w', 'image_left', 'wrist'], task_stack_keys=['image_w'])
    assert config.image_keys == ('image_left', 'image_wrist')
    assert config.goal_keys == ('image_wrist',)
    assert config.channels == 9
    assert config.image_size == (128, 128)


def test_goals_may_be_keys_that_no_observation_has():
    assert camera(task_stack_keys=['image_goal']).goal_keys == ('image_goal',)


@pytest.mark.parametrize(
    ('encoder', 'patches'),
    [
        (stem('SmallStem16'), 64),
        (stem('SmallStem32'), 16),
        (stem('SmallStem'), 16),
        (stem('SmallStem', patch_size=16), 64),
    ],
)
def test_patches_per_image(encoder, patches):
    assert camera(encoder).num_tokens == patches


def test_a_token_learner():
    assert camera(use_token_learner=True).num_tokens == 8
    config = camera(use_token_learner=True, num_tokens=5)
    assert (config.num_tokens, config.num_patches) == (5, 64)
    assert camera(num_tokens=5).num_tokens == 64


def test_film_reads_its_vectors_in_the_order_given():
    config = camera(stem(use_film=True), task_film_keys=['words', 'pose'])
    assert config.film_keys == ('words', 'pose')
    assert config.film_size == 518


def test_numbers_are_read_pattern_by_pattern():
    config = tokenizer('LowdimObsTokenizer', obs_keys=['gripper', 'proprio'])
    assert config.inputs == (('gripper', 1), ('proprio', 14), ('proprio_left', 7))
    assert (config.num_tokens, config.num_features) == (22, 1)
    twice = tokenizer('LowdimObsTokenizer', obs_keys=['gripper', 'g.*'])
    assert twice.inputs == (('gripper', 1), ('gripper', 1))


def test_bins_need_discretize():
    options = {'n_bins': 12, 'bin_type': 'normal', 'low': -2.0, 'high': 2.0}
    assert tokenizer('LowdimObsTokenizer', obs_keys=['gripper'], **options).bins is None
    config = tokenizer('LowdimObsTokenizer', obs_keys=['gripper'], discretize=True, **options)
    assert config.bins == BinConfig(12, 'normal', -2.0, 2.0)
    assert config.num_features == 12
    default = tokenizer('LowdimObsTokenizer', obs_keys=['gripper'], discretize=True)
    assert default.bins == BinConfig(256, 'uniform', 0.0, 1.0)


@pytest.mark.parametrize(
    ('name', 'kwargs', 'named'),
    [
        ('ImageTokenizer', {'encoder': stem('PatchEncoder')}, 'PatchEncoder; supported: Small'),
        ('ImageTokenizer', {'obs_stack_keys': ['image_.*']}, 'images of one size'),
        ('ImageTokenizer', {'obs_stack_keys': ['depth_.*']}, 'with 1 channels'),
        ('ImageTokenizer', {'task_stack_keys': ['image_far']}, 'the example batch has none'),
        ('ImageTokenizer', {'encoder': stem(use_film=True)}, 'FiLM needs both'),
        ('ImageTokenizer', {'task_film_keys': ['words']}, 'FiLM needs both'),
        (
            'ImageTokenizer',
            {'encoder': stem(use_film=True), 'task_film_keys': ['language_instruction']},
            'token ids cannot be read',
        ),
        (
            'ImageTokenizer',
            {'encoder': stem(num_features=20), 'use_token_learner': True},
            'num_features must be a multiple of 8',
        ),
        ('ImageTokenizer', {'encoder': stem(img_norm_type='clip')}, 'img_norm_type'),
        ('ImageTokenizer', {'encoder': stem(patch_size=8)}, 'patch_size'),
        ('ImageTokenizer', {'proper_pad_mask': False}, 'proper_pad_mask'),
        ('LowdimObsTokenizer', {}, 'obs_keys'),
        ('LowdimObsTokenizer', {'obs_keys': []}, 'obs_keys'),
        ('LowdimObsTokenizer', {'obs_keys': ['joints']}, "reads .'joints',.; the example batch"),
        ('LowdimObsTokenizer', {'obs_keys': ['timestep']}, 'must have 3 axes'),
        ('LowdimObsTokenizer', {'obs_keys': ['gripper'], 'low': 1.0}, 'low must be below high'),
        ('LowdimObsTokenizer', {'obs_keys': ['gripper'], 'bin_type': 'log'}, 'bin_type'),
        ('BinTokenizer', {}, 'BinTokenizer; supported: ImageTokenizer, LowdimObsTokenizer'),
    ],
)
def test_what_is_not_supported_is_named(name, kwargs, named):
    if name == 'ImageTokenizer':
        kwargs = {'obs_stack_keys': ['image_wrist'], 'encoder': stem(), **kwargs}
    with pytest.raises(ConfigError, match=named):
        tokenizer(name, **kwargs)


def language(t5=None, example=EXAMPLE, **kwargs):
    return language_tokenizer('language', spec('LanguageTokenizer', **kwargs), example, t5)


def test_sizes_of_another_encoder_come_from_its_file():
    assert language(encoder='t5-base').t5 == T5Config()
    with pytest.raises(ConfigError, match="'t5-tiny'; supported: t5-base, or any T5 whose"):
        language(encoder='t5-tiny')
    config = language({'d_model': 32, 'vocab_size': 120, 'name': 't5-tiny'}, encoder='t5-tiny')
    assert (config.t5.d_model, config.t5.vocab_size, config.num_features) == (32, 120, 32)


def test_without_encoder_the_instruction_is_a_vector():
    config = language(example={'task/language_instruction': (1, 512)}, encoder=None)
    assert (config.t5, config.num_tokens, config.num_features) == (None, 1, 512)
    with pytest.raises(ConfigError, match='task/language_instruction of the example batch'):
        language(encoder=None)


def test_other_task_tokenizers_are_refused():
    with pytest.raises(ConfigError, match='MuseTokenizer; supported: LanguageTokenizer'):
        language_tokenizer('language', spec('MuseTokenizer'), EXAMPLE, None)
    with pytest.raises(ConfigError, match='finetune_encoder'):
        language(encoder='t5-base', finetune_encoder=True)
