# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Fresh parameters have the original's distributions, and pretrained ones go over them."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
import torch

from octo_ros.model.config import ImageTokenizerConfig, StemConfig
from octo_ros.model.head_config import ContinuousHeadConfig
from octo_ros.model.initialization import initialized_octo, merge_pretrained
from octo_ros.model.octo import Octo
from octo_ros.model.parameters import checkpoint_leaves

BLOCK = 'octo_transformer/BlockTransformer_0/Transformer_0/encoderblock_0'
TOP = 'octo_transformer/observation_tokenizers_top'
T5 = 'octo_transformer/task_tokenizers_language/hf_model'


def by_path(model: Octo) -> dict[str, torch.Tensor]:
    parameters = dict(model.named_parameters())
    leaves = checkpoint_leaves(model)
    return {path: parameters[leaf.parameter].detach() for path, leaf in leaves.items()}


@pytest.fixture(scope='module')
def fresh(rich_config) -> dict[str, torch.Tensor]:
    return by_path(initialized_octo(rich_config, torch.Generator().manual_seed(0)))


def assert_spread(values: torch.Tensor, std: float) -> None:
    """Mean 0 and that standard deviation, within five standard errors."""
    n = values.numel()
    assert abs(values.mean().item()) < 5 * std / math.sqrt(n)
    assert values.std().item() == pytest.approx(std, rel=5 / math.sqrt(n))


@pytest.mark.parametrize(
    ('path', 'inputs'),
    [
        ('octo_transformer/task_language_projection', 96),
        ('octo_transformer/obs_top_projection', 128),
        ('octo_transformer/obs_proprio_projection', 64),
        (f'{TOP}/SmallStem16_0/StdConv_1', 9 * 32),
        (f'{TOP}/SmallStem16_0/embedding', 64),
        ('heads_action/diffusion_model/reverse_network/MLPResNetBlock_1/Dense_0', 256),
        ('heads_action/diffusion_model/reverse_network/MLPResNetBlock_1/Dense_1', 1024),
    ],
)
def test_lecun_normal(fresh, path, inputs):
    values = fresh[f'{path}/kernel']
    assert_spread(values, inputs**-0.5)
    assert values.abs().max() < 2.28 * inputs**-0.5  # cut at 2 standard deviations
    assert values.abs().max() > 2.1 * inputs**-0.5
    assert not fresh[f'{path}/bias'].any()


@pytest.mark.parametrize(
    ('path', 'inputs', 'outputs'),
    [
        (f'{BLOCK}/MultiHeadDotProductAttention_0/query/kernel', 128, 128),
        (f'{BLOCK}/MultiHeadDotProductAttention_0/out/kernel', 128, 128),
        (f'{BLOCK}/MlpBlock_0/Dense_0/kernel', 128, 256),
        (f'{BLOCK}/MlpBlock_0/Dense_1/kernel', 256, 128),
        (f'{TOP}/TokenLearner_0/MAPHead_0/MlpBlock_0/Dense_0/kernel', 128, 512),
        (f'{TOP}/TokenLearner_0/MAPHead_0/probe', 6, 128),
        ('heads_action/map_head/probe', 1, 128),
        ('heads_action/map_head/MultiHeadDotProductAttention_0/value/kernel', 128, 128),
        ('heads_action/diffusion_model/cond_encoder/Dense_0/kernel', 512, 1024),
        ('heads_action/diffusion_model/cond_encoder/Dense_1/kernel', 1024, 512),
        ('heads_action/diffusion_model/reverse_network/Dense_0/kernel', 512 + 128 + 7, 256),
        ('heads_action/diffusion_model/reverse_network/Dense_1/kernel', 256, 7),
    ],
)
def test_xavier_uniform(fresh, path, inputs, outputs):
    values, limit = fresh[path], math.sqrt(6 / (inputs + outputs))
    assert values.abs().max() <= limit
    assert values.abs().max() > 0.95 * limit
    assert_spread(values, limit / math.sqrt(3))


@pytest.mark.parametrize(
    ('path', 'std'),
    [
        ('octo_transformer/obs_top_pos_embedding', 0.02),
        ('octo_transformer/obs_proprio_pos_embedding', 0.02),
        ('octo_transformer/task_language_pos_embedding', 0.02),
        ('octo_transformer/readout_action_pos_embedding', 0.02),
        (f'{TOP}/TokenLearner_0/pos_embed', 0.02),
        (f'{BLOCK}/MlpBlock_0/Dense_0/bias', 1e-6),
        ('heads_action/map_head/MlpBlock_0/Dense_0/bias', 1e-6),
        ('heads_action/diffusion_model/time_preprocess/kernel', 0.2),
        (f'{T5}/shared/embedding', 1.0),
        (f'{T5}/encoder/block/0/layer/0/SelfAttention/q/kernel', (128 * 16) ** -0.5),
        (f'{T5}/encoder/block/0/layer/0/SelfAttention/o/kernel', 128**-0.5),
        (f'{T5}/encoder/block/0/layer/1/DenseReluDense/wi/kernel', 96**-0.5),
        (f'{T5}/encoder/block/0/layer/1/DenseReluDense/wo/kernel', 256**-0.5),
    ],
)
def test_normal(fresh, path, std):
    assert_spread(fresh[path], std)
    assert fresh[path].abs().max() > 2.3 * std  # not cut


@pytest.mark.parametrize(
    ('path', 'value'),
    [
        (f'{TOP}/SmallStem16_0/FilmConditioning_0/Dense_0/kernel', 0.0),
        (f'{TOP}/SmallStem16_0/FilmConditioning_0/Dense_1/bias', 0.0),
        (f'{TOP}/SmallStem16_0/StdConv_0/bias', 0.0),
        (f'{TOP}/SmallStem16_0/GroupNorm_0/scale', 1.0),
        (f'{TOP}/TokenLearner_0/LayerNorm_0/scale', 1.0),
        (f'{BLOCK}/LayerNorm_0/scale', 1.0),
        (f'{BLOCK}/LayerNorm_0/bias', 0.0),
        (f'{BLOCK}/MultiHeadDotProductAttention_0/out/bias', 0.0),
        (f'{T5}/encoder/final_layer_norm/weight', 1.0),
    ],
)
def test_constants(fresh, path, value):
    assert torch.equal(fresh[path], torch.full_like(fresh[path], value))


def test_randomness_comes_from_the_generator_alone(fresh, rich_config):
    before = torch.get_rng_state()
    again = by_path(initialized_octo(rich_config, torch.Generator().manual_seed(0)))
    other = by_path(initialized_octo(rich_config, torch.Generator().manual_seed(1)))
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(again[path], values) for path, values in fresh.items())
    kernel = 'octo_transformer/obs_top_projection/kernel'
    assert not torch.equal(other[kernel], fresh[kernel])
    assert all(p.dtype == torch.float32 and p.device.type == 'cpu' for p in again.values())


def test_an_added_camera_and_another_head_stay_fresh(fresh, rich_config):
    pretrained = initialized_octo(rich_config, torch.Generator().manual_seed(0))
    left = ImageTokenizerConfig('left', ('image_left',), (), (32, 32), StemConfig())
    changed = replace(
        rich_config,
        observation_tokenizers=(*rich_config.observation_tokenizers, left),
        readouts=(('action', 4),),
        head=ContinuousHeadConfig(readout_key='readout_action', use_map=True),
    )
    model = initialized_octo(changed, torch.Generator().manual_seed(7))
    before = {path: values.clone() for path, values in by_path(model).items()}
    merge = merge_pretrained(model, pretrained)
    assert {path.split('/')[1].split('_pos')[0] for path in merge.fresh} == {
        'observation_tokenizers_left',
        'obs_left_projection',
        'obs_left',
        'readout_action',  # of another shape
        'mean_proj',
    }
    assert {path.split('/')[1] for path in merge.unused} == {
        'diffusion_model',
        'readout_action_pos_embedding',
        'readout_value_pos_embedding',
    }
    for path, values in by_path(model).items():
        expected = before if path in merge.fresh else fresh
        assert torch.equal(values, expected[path]), path
    model.head.map_head.probe.data.zero_()  # copies, not the same memory
    probe = 'heads_action/map_head/probe'
    assert torch.equal(by_path(pretrained)[probe], fresh[probe])
