# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from octo_ros.errors import ConfigError
from octo_ros.model.config import StemConfig, TransformerConfig
from octo_ros.model.json_values import from_json
from octo_ros.model.module_spec import ModuleSpec

GOOD = {'num_layers': 2, 'mlp_dim': 8, 'num_attention_heads': 2}


def test_values_that_fit():
    assert from_json(TransformerConfig, GOOD, 'x') == TransformerConfig(**GOOD)


@pytest.mark.parametrize(
    ('values', 'sentence'),
    [
        ({**GOOD, 'num_layers': 0}, 'x.num_layers is 0; it must be greater than 0.'),
        ({**GOOD, 'mlp_dim': None}, 'x.mlp_dim is null; it must be a valid integer.'),
        (
            {**GOOD, 'mlp_dim': {'module': 'm', 'name': 'n'}},
            'x.mlp_dim is an object of 2 entries; it must be a valid integer.',
        ),
        ({**GOOD, 'mlp_dim': [1] * 999}, 'x.mlp_dim is a list of 999 items; it must be a valid '),
        ({'num_layers': 2, 'mlp_dim': 8}, 'x.num_attention_heads is missing.'),
        ({**GOOD, 'flash': 1}, 'x.flash is not known (known: num_layers, mlp_dim, '),
        ({}, 'x.num_layers is missing; x.mlp_dim is missing; x.num_attention_heads is missing.'),
        ({**GOOD, 'a\nb': 1}, "x.'a\\nb' is not known"),
    ],
)
def test_what_does_not_fit_is_one_sentence(values, sentence):
    with pytest.raises(ConfigError) as error:
        from_json(TransformerConfig, values, 'x')
    assert str(error.value).startswith(sentence)
    assert '\n' not in str(error.value)


def test_long_values_and_many_problems_are_cut():
    with pytest.raises(ConfigError) as error:
        from_json(StemConfig, {'kind': 'x' * 5000, 'features': [1, 2, 3, 4]}, 'stem')
    text = str(error.value)
    assert "it must be 'SmallStem', 'SmallStem16' or 'SmallStem32'; stem.features.0 is 1" in text
    assert text.endswith('; and 2 more problems.')
    assert len(text) < 400


def test_the_path_leads_into_objects():
    values = {'module': 'm', 'name': 'n', 'args': [3], 'kwargs': {}}
    with pytest.raises(
        ConfigError, match=r'^x\.args is a list of 1 items; it must have at most 0'
    ):
        from_json(ModuleSpec, values, 'x')
