# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import copy
import json
from dataclasses import replace

import pytest

from octo_ros.errors import CheckpointError
from octo_ros.model.config import LanguageTokenizerConfig
from octo_ros.model.config_file import parse_octo_config

EXAMPLE = {
    'observation/image_primary': (1, 2, 256, 256, 3),
    'observation/image_wrist': (1, 2, 128, 128, 3),
    'observation/timestep_pad_mask': (1, 2),
    'observation/pad_mask_dict/image_primary': (1, 2),
    'task/language_instruction/input_ids': (1, 16),
}


def spec(name, **kwargs):
    return {'module': f'octo.{name.lower()}', 'name': name, 'args': [], 'kwargs': kwargs}


def camera(key):
    return spec(
        'ImageTokenizer',
        obs_stack_keys=[key],
        task_stack_keys=[key],
        task_film_keys=[],
        encoder=spec('SmallStem16', use_film=False),
    )


def released(version):
    """config.json["model"] of octo-small."""
    horizon = {'1.0': 'pred_horizon', '1.5': 'action_horizon'}[version]
    model = {
        'observation_tokenizers': {
            'primary': camera('image_primary'),
            'wrist': camera('image_wrist'),
        },
        'task_tokenizers': {
            'language': spec('LanguageTokenizer', encoder='t5-base', finetune_encoder=False)
        },
        'heads': {
            'action': spec(
                'DiffusionActionHead', readout_key='readout_action', use_map=False, **{horizon: 4}
            )
        },
        'readouts': {'action': 1},
        'token_embedding_size': 384,
        'transformer_kwargs': {
            'num_layers': 12,
            'mlp_dim': 1536,
            'num_attention_heads': 6,
            'dropout_rate': 0.0,
            'attention_dropout_rate': 0.0,
            'add_position_embedding': False,
        },
        'max_horizon': 10,
    }
    if version == '1.5':
        model |= {'repeat_task_tokens': True, 'use_correct_attention': True}
    return json.loads(json.dumps(model))


def parse(model, example=EXAMPLE, t5=None):
    return parse_octo_config(model, example, t5, 'config.json')


def test_version_1_5(small_config):
    assert parse(released('1.5')) == small_config


def test_version_1_0():
    config = parse(released('1.0'))
    assert config.head.action_horizon == 4
    assert config.head.dropout_rate == 0.1
    assert not config.repeat_task_tokens
    assert not config.use_correct_attention


def test_what_is_left_out_takes_the_defaults_of_the_original():
    model = released('1.5')
    for key in ('dropout_rate', 'attention_dropout_rate', 'add_position_embedding'):
        del model['transformer_kwargs'][key]
    transformer = parse(model).transformer
    assert (transformer.dropout_rate, transformer.attention_dropout_rate) == (0.1, 0.1)


def test_keys_are_listed_in_the_order_of_the_tokens():
    model = released('1.5')
    model['observation_tokenizers'] = {
        'proprio': spec('LowdimObsTokenizer', obs_keys=['proprio']),
        **model['observation_tokenizers'],
        'again': spec('LowdimObsTokenizer', obs_keys=['proprio']),
    }
    config = parse(model, {**EXAMPLE, 'observation/proprio': (1, 2, 14)})
    names = [tokenizer.name for tokenizer in config.observation_tokenizers]
    assert names == ['proprio', 'primary', 'wrist', 'again']
    assert [camera.name for camera in config.cameras] == ['primary', 'wrist']
    assert config.low_dim_keys == ('proprio',)
    assert config.observation_keys == ('image_primary', 'image_wrist', 'proprio')
    assert config.vector_keys == ()


def test_task_vectors_are_listed_once(rich_config):
    assert rich_config.vector_keys == ('words',)
    language = LanguageTokenizerConfig('language', 1, None, vector_size=9)
    assert replace(rich_config, language=language).vector_keys == ('words', 'language_instruction')


def test_a_head_may_read_observations():
    model = released('1.5')
    model['heads']['action']['kwargs'] |= {'readout_key': 'obs', 'use_map': True}
    assert parse(model).head.readout_key == 'obs'
    model['heads']['action']['kwargs'] |= {'readout_key': 'obs_task_language'}
    assert parse(model).head.readout_key == 'obs_task_language'
    model['repeat_task_tokens'] = False
    with pytest.raises(CheckpointError, match="'obs_task_language'; it may read obs_primary"):
        parse(model)


def test_without_language():
    model = released('1.5')
    model['task_tokenizers'] = {}
    assert parse(model).language is None


def change(path, value):
    model = copy.deepcopy(released('1.5'))
    *parents, last = path.split('.')
    node = model
    for parent in parents:
        node = node[parent]
    node[last] = value
    return model


@pytest.mark.parametrize(
    ('path', 'value', 'named'),
    [
        ('observation_tokenizers.wrist.kwargs.encoder.kwargs.features', [32, 40, 64, 64], '32'),
        ('heads.value', spec('L1ActionHead', readout_key='readout_action'), 'heads.value'),
        ('task_tokenizers.goal', spec('LanguageTokenizer', encoder='t5-base'), 'task_tokenizers'),
        ('transformer_kwargs.num_attention_heads', 5, 'num_attention_heads 5'),
        ('transformer_kwargs.num_layers', 0, 'num_layers'),
        ('use_flash_attention', True, 'use_flash_attention'),
        ('readouts.action', 0, 'readouts.action'),
    ],
)
def test_what_is_not_supported_is_named(path, value, named):
    with pytest.raises(CheckpointError, match=named):
        parse(change(path, value))


def test_unknown_entries_that_are_null_say_nothing(small_config):
    assert parse({**released('1.5'), 'use_flash_attention': None, 'note': None}) == small_config
    with pytest.raises(CheckpointError, match=r'model\.repeat_task_tokens is null'):
        parse(change('repeat_task_tokens', None))


@pytest.mark.parametrize(
    ('path', 'value', 'sentence'),
    [
        ('max_horizon', 0, 'model.max_horizon is 0; it must be greater than 0.'),
        ('note', 1, 'model.note is not known (known: observation_tokenizers, '),
        (
            'heads.action.kwargs.action_horizon',
            'many',
            'model.heads.action.kwargs.action_horizon is "many"; it must be a valid integer',
        ),
        (
            'observation_tokenizers.wrist',
            {'name': 'ImageTokenizer', 'kwargs': {'long': list(range(999))}},
            'model.observation_tokenizers.wrist.module is missing.',
        ),
        (
            'observation_tokenizers.wrist.kwargs.encoder.kwargs.num_features',
            -1,
            'model.observation_tokenizers.wrist.kwargs.encoder.kwargs.num_features is -1; it must',
        ),
        ('transformer_kwargs', [1], 'model.transformer_kwargs is a list of 1 items; it must be a'),
    ],
)
def test_one_sentence_names_file_key_given_and_allowed(path, value, sentence):
    with pytest.raises(CheckpointError) as error:
        parse(change(path, value))
    start = 'config.json does not describe a network that octo_ros can build: '
    assert str(error.value).startswith(start + sentence)
    assert '\n' not in str(error.value)


@pytest.mark.parametrize('missing', ['observation/timestep_pad_mask', 'observation/image_wrist'])
def test_an_incomplete_example_batch_is_refused(missing):
    example = {key: shape for key, shape in EXAMPLE.items() if key != missing}
    with pytest.raises(CheckpointError, match='example batch'):
        parse(released('1.5'), example)
