# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import copy
import json

import pytest

from octo_ros.errors import CheckpointError
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


def test_tokens_per_image(small_config):
    assert [camera.num_tokens for camera in small_config.cameras] == [256, 64]


def test_stack_keys_are_patterns_matched_at_the_start():
    model = released('1.5')
    model['observation_tokenizers'] = {'all': camera('image_.*')}
    example = {**EXAMPLE, 'observation/image_wrist': (1, 2, 256, 256, 3)}
    config = parse(model, example).cameras[0]
    assert config.image_keys == ('image_primary', 'image_wrist')
    assert config.channels == 12
    with pytest.raises(CheckpointError, match='must hold such images of one size'):
        parse(model)


def test_sizes_of_another_encoder_come_from_its_file():
    model = released('1.5')
    model['task_tokenizers']['language']['kwargs']['encoder'] = 't5-tiny'
    with pytest.raises(CheckpointError, match="'t5-tiny'; supported: t5-base, or any T5 whose"):
        parse(model)
    t5 = parse(model, t5={'d_model': 32, 'vocab_size': 120, 'name': 't5-tiny'}).language.t5
    assert (t5.d_model, t5.vocab_size) == (32, 120)


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
        ('observation_tokenizers.proprio', spec('LowdimObsTokenizer'), 'LowdimObsTokenizer'),
        ('observation_tokenizers.primary.kwargs.use_token_learner', True, 'use_token_learner'),
        ('observation_tokenizers.primary.kwargs.encoder', spec('PatchEncoder'), 'PatchEncoder'),
        ('observation_tokenizers.wrist.kwargs.encoder.kwargs.use_film', True, 'use_film'),
        ('observation_tokenizers.wrist.kwargs.encoder.kwargs.features', [32, 40, 64, 64], '32'),
        ('task_tokenizers.language', spec('MuseTokenizer'), 'MuseTokenizer'),
        ('heads.action', spec('L1ActionHead', readout_key='readout_action'), 'L1ActionHead'),
        ('heads.value', spec('L1ActionHead', readout_key='readout_action'), 'heads.value'),
        ('heads.action.kwargs.use_map', True, 'use_map'),
        ('heads.action.kwargs.readout_key', 'readout_other', 'readout_other'),
        ('heads.action.kwargs.temperature', 1.0, 'temperature'),
        ('transformer_kwargs.num_attention_heads', 5, 'num_attention_heads 5'),
        ('transformer_kwargs.num_layers', 0, 'num_layers'),
        ('use_flash_attention', True, 'use_flash_attention'),
        ('readouts.action', 0, 'readouts.action'),
    ],
)
def test_what_is_not_supported_is_named(path, value, named):
    with pytest.raises(CheckpointError, match=named):
        parse(change(path, value))


@pytest.mark.parametrize('missing', ['observation/timestep_pad_mask', 'observation/image_wrist'])
def test_an_incomplete_example_batch_is_refused(missing):
    example = {key: shape for key, shape in EXAMPLE.items() if key != missing}
    with pytest.raises(CheckpointError, match='example batch'):
        parse(released('1.5'), example)
