# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from octo_ros.errors import ConfigError
from octo_ros.model.head_config import (
    ContinuousHeadConfig,
    DiffusionHeadConfig,
    DiscreteHeadConfig,
)
from octo_ros.model.head_specs import action_head
from octo_ros.model.module_spec import ModuleSpec

READOUT = 'readout_action'
GROUPS = {'obs_primary': 256, 'obs': 256, READOUT: 14, 'readout_value': 1}


def head(name, width=64, readout_key=READOUT, **kwargs):
    kwargs = {'readout_key': readout_key, **kwargs}
    return action_head(ModuleSpec(module='octo', name=name, kwargs=kwargs), GROUPS, width)


@pytest.mark.parametrize(
    ('name', 'expected'),
    [
        ('DiffusionActionHead', DiffusionHeadConfig(readout_key=READOUT)),
        ('ContinuousActionHead', ContinuousHeadConfig(readout_key=READOUT)),
        ('MSEActionHead', ContinuousHeadConfig(readout_key=READOUT, use_map=True)),
        ('L1ActionHead', ContinuousHeadConfig(readout_key=READOUT, use_map=True, loss_type='l1')),
    ],
)
def test_classes_have_their_own_defaults(name, expected):
    assert head(name) == expected


@pytest.mark.parametrize('name', ['DiscreteActionHead', 'TokenPerDimActionHead'])
def test_discrete_heads(name):
    expected = DiscreteHeadConfig(readout_key=READOUT, action_horizon=2)
    assert head(name, action_horizon=2) == expected
    assert (expected.num_tokens, expected.vocab_size) == (14, 256)
    pooled = head(name, readout_key='obs', use_map=True, token_per='action_horizon')
    assert pooled.num_tokens == 1


def test_names_of_version_1_0():
    assert head('DiffusionActionHead', pred_horizon=4).dropout_rate == 0.1
    assert head('DiffusionActionHead', pred_horizon=4, dropout_rate=0.0).dropout_rate == 0.0
    assert head('L1ActionHead', pred_horizon=4).action_horizon == 4
    old = head('DiscreteActionHead', pred_horizon=14, token_per='pred_horizon')
    assert (old.token_per, old.num_tokens) == ('action_horizon', 14)
    per_number = 'action_dim_and_pred_horizon'
    assert head('DiscreteActionHead', pred_horizon=2, token_per=per_number).num_tokens == 14


@pytest.mark.parametrize(
    ('name', 'options', 'named'),
    [
        ('UNetDDPMActionHead', {}, 'UNetDDPMActionHead; supported: DiffusionActionHead, Conti'),
        (
            'DiffusionActionHead',
            {'readout_key': 'readout_x'},
            "reads 'readout_x'; it may read obs_",
        ),
        ('DiffusionActionHead', {'temperature': 1.0}, 'temperature'),
        ('DiffusionActionHead', {'use_layer_norm': False}, 'use_layer_norm'),
        ('L1ActionHead', {'loss_type': 'huber'}, 'loss_type'),
        ('L1ActionHead', {'width': 60}, 'token_embedding_size 60 must be a multiple of 8'),
        ('DiscreteActionHead', {'token_per': 'window'}, 'token_per'),
        ('DiscreteActionHead', {}, 'needs 7 tokens .*, but readout_action has 14'),
        (
            'DiscreteActionHead',
            {'token_per': '', 'readout_key': 'obs'},
            'obs has 256; set use_map',
        ),
    ],
)
def test_what_is_not_supported_is_named(name, options, named):
    with pytest.raises(ConfigError, match=named):
        head(name, **options)
