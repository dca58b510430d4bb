# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import shutil

import pytest

from octo_ros.errors import CheckpointError
from octo_ros.model.checkpoint import CheckpointDirectory
from octo_ros.model.text import load_text_tokenizer

PROCESSOR = {
    'module': 'octo.data.utils.text_processing',
    'name': 'HFTokenizer',
    'args': [],
    'kwargs': {
        'tokenizer_name': 't5-base-that-nobody-has',
        'encode_with_model': False,
        'tokenizer_kwargs': {'max_length': 16, 'padding': 'max_length', 'truncation': True},
    },
}


def load(path):
    return load_text_tokenizer(CheckpointDirectory.read(path))


def without_own_tokenizer(path, processor):
    (path / 'tokenizer/tokenizer.json').unlink()
    config = json.loads((path / 'config.json').read_text())
    (path / 'config.json').write_text(json.dumps({**config, 'text_processor': processor}))
    return path


def test_ids_are_padded_and_end_with_the_mark(lang):
    tokenize = load(lang.checkpoint)
    tokens = tokenize(['reach the red block', 'Put the blue block in the bin'])
    assert tokens.input_ids.shape == tokens.attention_mask.shape == (2, 16)
    for ids, mask, length in zip(tokens.input_ids, tokens.attention_mask, (5, 8), strict=True):
        assert ids[length - 1] == 1
        assert (ids[: length - 1] > 2).all()
        assert (ids[length:] == 0).all()
        assert mask.tolist() == [1] * length + [0] * (16 - length)
    assert len(set(map(tuple, tokens.input_ids.tolist()))) == 2


def test_a_long_instruction_is_cut_but_keeps_the_mark(lang):
    tokens = load(lang.checkpoint)(['reach the red block ' * 10])
    assert tokens.input_ids.shape == (1, 16)
    assert tokens.input_ids[0, -1] == 1
    assert tokens.attention_mask.all()


def test_ids_lie_in_the_vocabulary_of_the_encoder(lang):
    tokens = load(lang.checkpoint)(['pick up the green cube!', 'ünknown', ''])
    assert tokens.input_ids.max() < lang.model.config.language.t5.vocab_size
    assert tokens.input_ids[2].tolist() == [1] + [0] * 15


def test_a_checkpoint_may_name_no_tokenizer(damaged):
    assert load(without_own_tokenizer(damaged, None)) is None


def test_a_tokenizer_that_is_not_there_is_named_with_the_way_to_get_it(damaged):
    path = without_own_tokenizer(damaged, PROCESSOR)
    with pytest.raises(CheckpointError) as error:
        load(path)
    assert "'t5-base-that-nobody-has' is not on this machine" in str(error.value)
    assert 'hf download t5-base-that-nobody-has tokenizer.json' in str(error.value)


def test_the_named_tokenizer_is_taken_from_the_cache(damaged, tmp_path, monkeypatch):
    cache = tmp_path / 'cache'
    monkeypatch.setattr('huggingface_hub.constants.HF_HUB_CACHE', str(cache))
    repository = cache / 'models--t5-base-that-nobody-has'
    (repository / 'refs').mkdir(parents=True)
    (repository / 'refs/main').write_text('0123')
    snapshot = repository / 'snapshots/0123'
    snapshot.mkdir(parents=True)
    shutil.copy(damaged / 'tokenizer/tokenizer.json', snapshot)
    tokens = load(without_own_tokenizer(damaged, PROCESSOR))(['reach the red block'])
    assert tokens.attention_mask.sum() == 5


@pytest.mark.parametrize('name', ['../elsewhere', 'a/b/c', ''])
def test_a_name_that_no_hub_has_is_refused(damaged, name):
    kwargs = {**PROCESSOR['kwargs'], 'tokenizer_name': name}
    with pytest.raises(CheckpointError):
        load(without_own_tokenizer(damaged, {**PROCESSOR, 'kwargs': kwargs}))


def test_other_text_processors_are_refused(damaged):
    path = without_own_tokenizer(damaged, {**PROCESSOR, 'name': 'MuseEmbedding'})
    with pytest.raises(CheckpointError, match='supported: an HFTokenizer'):
        load(path)


def test_a_broken_tokenizer_is_named(damaged):
    (damaged / 'tokenizer/tokenizer.json').write_text('{}')
    with pytest.raises(CheckpointError, match=r'tokenizer\.json is not a tokenizer'):
        load(damaged)


def test_a_tokenizer_with_too_many_ids_is_refused(damaged):
    t5 = json.loads((damaged / 't5_config.json').read_text())
    (damaged / 't5_config.json').write_text(json.dumps({**t5, 'vocab_size': 64}))
    with pytest.raises(CheckpointError, match='has 96 ids, the language encoder only 64'):
        load(damaged)
