# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octo_ros.model.checkpoint import CheckpointDirectory
from octo_ros.model.config import (
    BinConfig,
    ImageTokenizerConfig,
    LanguageTokenizerConfig,
    LowdimTokenizerConfig,
    OctoConfig,
    StemConfig,
    T5Config,
    TransformerConfig,
)
from octo_ros.model.config_file import parse_octo_config
from octo_ros.model.config_writer import config_json
from octo_ros.model.head_config import (
    ContinuousHeadConfig,
    DiffusionHeadConfig,
    DiscreteHeadConfig,
)

TOKENIZERS, HEADS = 'octo.model.components.tokenizers', 'octo.model.components.action_heads'


def example_of(config):
    """Shapes of an example batch that fits, with keys beside that begin alike."""
    shapes = {'observation/timestep_pad_mask': (1, config.window_size)}
    for tokenizer in config.observation_tokenizers:
        if isinstance(tokenizer, LowdimTokenizerConfig):
            for key, size in tokenizer.inputs:
                shapes[f'observation/{key}'] = (1, config.window_size, size)
            continue
        for key in tokenizer.image_keys:
            shapes[f'observation/{key}'] = (1, config.window_size, *tokenizer.image_size, 3)
            shapes.setdefault(f'observation/{key}_2', (1, config.window_size, 8, 8, 3))
        for key in tokenizer.goal_keys:
            shapes[f'task/{key}'] = (1, *tokenizer.image_size, 3)
        for key in tokenizer.film_keys:
            shapes[f'task/{key}'] = (1, tokenizer.film_size)
    if config.language is not None:
        shapes['task/language_instruction/input_ids'] = (1, config.language.num_tokens)
    return shapes


def read_back(config):
    text = json.dumps(config_json(config))
    return parse_octo_config(json.loads(text), example_of(config), None, 'config.json')


def test_released_networks_come_back(small_config, base_config):
    for config in (small_config, base_config):
        v10 = replace(
            config,
            repeat_task_tokens=False,
            use_correct_attention=False,
            head=replace(config.head, dropout_rate=0.1),
        )
        assert read_back(config) == config
        assert read_back(v10) == v10


def test_fixtures_come_back(lang, goal):
    for tiny in (lang, goal):
        checkpoint = CheckpointDirectory.read(tiny.checkpoint)
        t5 = json.loads((tiny.checkpoint / 't5_config.json').read_text())
        model = config_json(checkpoint.config, 't5-tiny-fixture')
        example = example_of(checkpoint.config)
        assert parse_octo_config(model, example, t5, 'config.json') == checkpoint.config


cameras = st.builds(
    lambda name, size, stem, goals, film, learned: ImageTokenizerConfig(
        name=name,
        image_keys=(f'image_{name}',),
        goal_keys=(f'image_{name}',) if goals else (),
        image_size=size,
        stem=replace(stem, use_film=film > 0),
        film_keys=('language_embedding',) if film else (),
        film_size=film,
        learned_tokens=learned,
    ),
    name=st.sampled_from(['primary', 'wrist', 'a.b+']),
    size=st.sampled_from([(256, 256), (128, 96)]),
    stem=st.builds(
        StemConfig,
        kind=st.sampled_from(['SmallStem', 'SmallStem16', 'SmallStem32']),
        features=st.sampled_from([(32, 96, 192, 384), (32, 32, 64, 64)]),
        num_features=st.sampled_from([512, 64]),
        patch_size=st.sampled_from([None, 16, 64]),
        img_norm_type=st.sampled_from(['default', 'imagenet']),
    ),
    goals=st.booleans(),
    film=st.sampled_from([0, 0, 512]),
    learned=st.sampled_from([None, 8, 3]),
)
lowdims = st.builds(
    LowdimTokenizerConfig,
    name=st.just('proprio'),
    inputs=st.sampled_from([(('proprio', 7),), (('torque', 6), ('joints', 8)), (('q', 2),) * 2]),
    bins=st.sampled_from([None, BinConfig(), BinConfig(32, 'normal', -2.0, 2.5)]),
)
common = {
    'readout_key': st.just('readout_action'),
    'action_horizon': st.integers(1, 50),
    'action_dim': st.integers(1, 14),
}
heads = st.one_of(
    st.builds(
        DiffusionHeadConfig,
        **common,
        diffusion_steps=st.integers(5, 100),
        hidden_dim=st.integers(8, 512),
        dropout_rate=st.sampled_from([0.0, 0.1]),
        use_map=st.booleans(),
        loss_type=st.sampled_from(['mse', 'l1']),
    ),
    st.builds(
        ContinuousHeadConfig,
        **common,
        max_action=st.sampled_from([5.0, 2.0]),
        use_map=st.booleans(),
        loss_type=st.sampled_from(['mse', 'l1']),
    ),
    st.builds(
        DiscreteHeadConfig,
        **common,
        vocab_size=st.integers(2, 512),
        normalization_type=st.sampled_from(['uniform', 'normal']),
        token_per=st.sampled_from(['', 'action_horizon', 'action_dim_and_action_horizon']),
        use_map=st.just(True),
    ),
)
configs = st.builds(
    lambda cameras, lowdim, language, **rest: OctoConfig(
        observation_tokenizers=(*cameras, *lowdim), language=language, **rest
    ),
    cameras=st.lists(cameras, min_size=1, max_size=3, unique_by=lambda camera: camera.name),
    lowdim=st.lists(lowdims, max_size=1),
    language=st.sampled_from([None, LanguageTokenizerConfig('language', 16, T5Config())]),
    readouts=st.sampled_from([(('action', 1),), (('value', 2), ('action', 7))]),
    head=heads,
    transformer=st.builds(
        TransformerConfig,
        num_layers=st.integers(1, 24),
        mlp_dim=st.integers(1, 4096),
        num_attention_heads=st.sampled_from([1, 4, 6]),
        dropout_rate=st.sampled_from([0.0, 0.1]),
    ),
    token_embedding_size=st.sampled_from([384, 768]),
    max_horizon=st.integers(1, 12),
    window_size=st.integers(1, 5),
    repeat_task_tokens=st.booleans(),
    use_correct_attention=st.booleans(),
)


@settings(max_examples=200, deadline=None)
@given(config=configs)
def test_every_network_comes_back(config):
    assert read_back(config) == config


@pytest.mark.parametrize(
    ('head', 'name'),
    [
        (DiffusionHeadConfig(readout_key='readout_action'), 'DiffusionActionHead'),
        (ContinuousHeadConfig(readout_key='readout_action', loss_type='l1'), 'L1ActionHead'),
        (ContinuousHeadConfig(readout_key='readout_action'), 'MSEActionHead'),
        (DiscreteHeadConfig(readout_key='readout_action'), 'DiscreteActionHead'),
    ],
)
def test_classes_are_named_as_the_original_imports_them(small_config, head, name):
    config = replace(
        small_config,
        head=head,
        observation_tokenizers=(
            *small_config.observation_tokenizers,
            LowdimTokenizerConfig('proprio', (('proprio', 7),)),
        ),
    )
    model = config_json(config)
    spec = model['heads']['action']
    assert (spec['module'], spec['name'], spec['args']) == (HEADS, name, [])
    tokenizers = model['observation_tokenizers']
    classes = [(spec['module'], spec['name']) for spec in tokenizers.values()]
    assert classes == [(TOKENIZERS, 'ImageTokenizer')] * 2 + [(TOKENIZERS, 'LowdimObsTokenizer')]
    stem = tokenizers['primary']['kwargs']['encoder']
    assert (stem['module'], stem['name']) == ('octo.model.components.vit_encoders', 'SmallStem16')
    assert 'patch_size' not in stem['kwargs']
    language = model['task_tokenizers']['language']
    assert (language['module'], language['name']) == (TOKENIZERS, 'LanguageTokenizer')
    assert language['kwargs'] == {'encoder': 't5-base', 'finetune_encoder': False}
