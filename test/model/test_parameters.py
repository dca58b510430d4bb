# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from octo_ros.errors import CheckpointError
from octo_ros.model.flax_msgpack import iterate_arrays
from octo_ros.model.head_config import ContinuousHeadConfig, DiscreteHeadConfig
from octo_ros.model.octo import Octo
from octo_ros.model.parameters import checkpoint_leaves, fill_parameters

TREES = Path(__file__).resolve().parents[1] / 'data/octo_param_trees'


@pytest.mark.parametrize(
    ('size', 'without_t5', 'with_t5'),
    [('small', 27_042_060, 136_670_604), ('base', 92_830_092, 202_458_636)],
)
def test_names_and_shapes_are_those_of_the_releases(size, without_t5, with_t5, request):
    with torch.device('meta'):
        model = Octo(request.getfixturevalue(f'{size}_config'))
    lines = (TREES / f'octo_param_tree_{size}15.txt').read_text().splitlines()[1:]
    expected = {}
    for line in lines:
        path, shape = re.fullmatch(r'(\S+) \((.*?),?\) float32 \d+', line).groups()
        expected[path] = tuple(int(n) for n in shape.split(', '))
    leaves = checkpoint_leaves(model)
    assert {path: leaf.shape for path, leaf in leaves.items()} == expected
    assert len(leaves) == 366
    counts = {name: p.numel() for name, p in model.named_parameters()}
    assert sum(counts.values()) == with_t5
    assert sum(n for name, n in counts.items() if '.t5.' not in name) == without_t5


def test_names_and_layouts_of_the_optional_parts(rich_config):
    """As the original's Flax names them; `test_reference` loads checkpoints that it wrote."""
    discrete = DiscreteHeadConfig(readout_key='readout_action', action_horizon=4, use_map=True)
    continuous = ContinuousHeadConfig(readout_key='readout_action', action_horizon=4)
    shapes = {}
    with torch.device('meta'):
        for head in (rich_config.head, discrete, continuous):
            leaves = checkpoint_leaves(Octo(replace(rich_config, head=head)))
            shapes |= {path: leaf.shape for path, leaf in leaves.items()}
    top = 'octo_transformer/observation_tokenizers_top'
    learner, film = f'{top}/TokenLearner_0', f'{top}/SmallStem16_0/FilmConditioning_0'
    expected = {
        f'{film}/Dense_0/kernel': (9, 128),
        f'{film}/Dense_1/bias': (128,),
        f'{learner}/pos_embed': (16, 128),
        f'{learner}/LayerNorm_0/scale': (128,),
        f'{learner}/MAPHead_0/probe': (1, 6, 128),
        f'{learner}/MAPHead_0/MultiHeadDotProductAttention_0/query/kernel': (128, 8, 16),
        f'{learner}/MAPHead_0/MultiHeadDotProductAttention_0/key/bias': (8, 16),
        f'{learner}/MAPHead_0/MultiHeadDotProductAttention_0/out/kernel': (8, 16, 128),
        f'{learner}/MAPHead_0/LayerNorm_0/bias': (128,),
        f'{learner}/MAPHead_0/MlpBlock_0/Dense_0/kernel': (128, 512),
        'octo_transformer/obs_proprio_projection/kernel': (64, 128),
        'octo_transformer/obs_proprio_pos_embedding': (1, 10, 14, 128),
        'octo_transformer/obs_gripper_projection/kernel': (1, 128),
        'octo_transformer/obs_top_pos_embedding': (1, 10, 6, 128),
        'octo_transformer/readout_value_pos_embedding': (1, 10, 1, 128),
        'heads_action/map_head/MultiHeadDotProductAttention_0/value/kernel': (128, 8, 16),
        'heads_action/map_head/MlpBlock_0/Dense_1/bias': (128,),
        'heads_action/vocab_proj/kernel': (128, 256),
        'heads_action/mean_proj/kernel': (128, 28),
        'heads_action/mean_proj/bias': (28,),
    }
    assert {path: shapes.get(path) for path in expected} == expected
    assert not [path for path in shapes if 'observation_tokenizers_proprio' in path]


@pytest.fixture(scope='session')
def arrays(lang):
    return dict(iterate_arrays(lang.checkpoint / '0/default/checkpoint'))


def meta_model(lang):
    with torch.device('meta'):
        return Octo(lang.model.config)


def test_fill_converts_the_layouts(lang, arrays):
    model = meta_model(lang)
    fill_parameters(model, arrays.items(), 'test')
    block = 'octo_transformer/BlockTransformer_0/Transformer_0/encoderblock_1'
    x = np.random.default_rng(0).normal(size=(3, 64)).astype(np.float32)
    kernel = arrays[f'{block}/MultiHeadDotProductAttention_0/query/kernel']
    query = model.octo_transformer.transformer.blocks[1].attention.query
    expected = np.einsum('nd,dhk->nhk', x, kernel).reshape(3, -1)
    ours = torch.from_numpy(x) @ query.weight.detach().T
    np.testing.assert_allclose(ours, expected, atol=1e-5)
    kernel = arrays['octo_transformer/observation_tokenizers_wrist/SmallStem16_0/StdConv_0/kernel']
    conv = model.octo_transformer.observation_tokenizers[1].stem.convs[0].weight.detach()
    assert conv[5, 4, 2, 1] == kernel[2, 1, 4, 5]
    assert all(p.is_contiguous() and p.device.type == 'cpu' for p in model.parameters())


def test_every_problem_is_named(lang, arrays):
    changed = dict(arrays)
    changed['octo_transformer/obs_secondary_pos_embedding'] = np.zeros((1, 10, 16, 64), np.float32)
    del changed['octo_transformer/task_language_projection/bias']
    changed['octo_transformer/readout_action_pos_embedding'] = np.zeros((1, 10, 2, 64), np.float32)
    changed['octo_transformer/obs_wrist_projection/bias'] = np.zeros(64, np.int32)
    with pytest.raises(CheckpointError) as error:
        fill_parameters(meta_model(lang), changed.items(), 'weights')
    text = str(error.value)
    assert 'obs_secondary_pos_embedding (1, 10, 16, 64) has no place' in text
    assert 'task_language_projection/bias (64,) is missing' in text
    assert (
        'readout_action_pos_embedding is float32(1, 10, 2, 64), expected float32(1, 10, 1, 64)'
        in text
    )
    assert 'obs_wrist_projection/bias is int32(64,)' in text


def test_a_tensor_given_twice_is_refused(lang, arrays):
    name = 'octo_transformer/obs_wrist_projection/bias'
    with pytest.raises(CheckpointError, match=f'{name} .* has no place'):
        fill_parameters(meta_model(lang), [*arrays.items(), (name, arrays[name])], 'weights')
