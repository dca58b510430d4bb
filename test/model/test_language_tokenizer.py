# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
import torch

from octo_ros.errors import PolicyError
from octo_ros.model.batch import LanguageTokens, Tasks
from octo_ros.model.config import LanguageTokenizerConfig
from octo_ros.model.language_tokenizer import LanguageTokenizer


def test_instructions_of_another_length_are_refused(lang):
    language = LanguageTokens.empty(1, 15)
    with pytest.raises(PolicyError, match='take 16 token ids, got 15'):
        lang.model.octo_transformer.language.encode(language)


def test_no_gradient_flows_into_the_language_encoder(lang):
    features = lang.model.octo_transformer.language(lang.tasks).tokens
    assert not features.requires_grad


@pytest.fixture
def without_encoder():
    return LanguageTokenizer(LanguageTokenizerConfig('language', 1, None, vector_size=8))


def test_without_encoder_the_vector_is_the_only_token(without_encoder):
    vector, shown = torch.randn(2, 8), torch.tensor([True, False])
    group = without_encoder(Tasks(None, shown, vectors={'language_instruction': vector}))
    assert torch.equal(group.tokens, vector[:, None])
    assert torch.equal(group.mask, shown[:, None])
    assert not list(without_encoder.parameters())


def test_without_instruction_there_are_no_tokens(without_encoder, lang):
    assert without_encoder(Tasks()) is None
    assert lang.model.octo_transformer.language(Tasks()) is None


@pytest.mark.parametrize(
    ('tasks', 'named'),
    [
        (Tasks(LanguageTokens.empty(2, 16)), "a vector 'language_instruction' instead"),
        (Tasks(vectors={'language_instruction': torch.zeros(2, 7)}), r'8 numbers, got shape .7,.'),
    ],
)
def test_without_encoder_other_instructions_are_refused(without_encoder, tasks, named):
    with pytest.raises(PolicyError, match=named):
        without_encoder(tasks)
