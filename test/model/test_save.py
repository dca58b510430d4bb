# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import os
import shutil
from dataclasses import replace

import msgpack
import numpy as np
import pytest
import torch

from octo_ros.errors import CheckpointError
from octo_ros.model import CheckpointDirectory, RunFiles, load_octo, resave_octo, save_octo
from octo_ros.model.config import BinConfig, LowdimTokenizerConfig
from octo_ros.model.head_config import (
    ContinuousHeadConfig,
    DiffusionHeadConfig,
    DiscreteHeadConfig,
)
from octo_ros.model.octo import Octo
from octo_ros.model.parameters import checkpoint_leaves


@pytest.fixture(params=['lang', 'goal'])
def tiny(request):
    return request.getfixturevalue(request.param)


@pytest.fixture
def files(lang):
    return RunFiles.of(CheckpointDirectory.read(lang.checkpoint))


def content(directory):
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in directory.rglob('*')
        if path.is_file()
    }


def test_what_was_loaded_is_saved_byte_for_byte(tiny, tmp_path):
    files = RunFiles.of(CheckpointDirectory.read(tiny.checkpoint))
    weights = save_octo(tiny.model, tmp_path / 'saved', 0, files)
    assert weights == tmp_path / 'saved/0/default/checkpoint'
    ours, theirs = content(tmp_path / 'saved'), content(tiny.checkpoint)
    assert ours.keys() == theirs.keys()
    for name, data in theirs.items():
        if name.endswith('.json') and not name.startswith('tokenizer'):
            assert json.loads(ours[name]) == json.loads(data)
        else:
            assert ours[name] == data, name


def test_what_was_saved_is_loaded_bit_for_bit(tiny, tmp_path):
    files = RunFiles.of(CheckpointDirectory.read(tiny.checkpoint))
    changed = Octo(tiny.model.config)
    save_octo(changed, tmp_path / 'saved', 17, files)
    loaded = load_octo(tmp_path / 'saved')
    assert loaded.config == tiny.model.config
    for (name, ours), theirs in zip(loaded.named_parameters(), changed.parameters(), strict=True):
        assert torch.equal(ours, theirs), name


@pytest.mark.parametrize(
    'head',
    [
        DiffusionHeadConfig(readout_key='readout_action', use_map=True, hidden_dim=16),
        ContinuousHeadConfig(readout_key='readout_action', use_map=True, loss_type='l1'),
        ContinuousHeadConfig(readout_key='readout_action'),
        DiscreteHeadConfig(readout_key='readout_action', use_map=True, vocab_size=8),
    ],
    ids=lambda head: type(head).__name__,
)
@pytest.mark.parametrize('bins', [None, BinConfig(16, 'normal')])
def test_every_kind_of_part_is_saved_and_loaded(lang, files, tmp_path, head, bins):
    config = lang.model.config
    proprio = LowdimTokenizerConfig('proprio', (('proprio', 7),), bins)
    camera = replace(config.cameras[0], learned_tokens=4)
    changed = Octo(replace(config, head=head, observation_tokenizers=(camera, proprio)))
    batch = {**files.example_batch, 'observation/proprio': np.zeros((1, 2, 7), np.float32)}
    save_octo(changed, tmp_path, 1, replace(files, example_batch=batch))
    loaded = load_octo(tmp_path)
    assert loaded.config == changed.config
    theirs = dict(changed.named_parameters()) | dict(changed.named_buffers())
    ours = dict(loaded.named_parameters()) | dict(loaded.named_buffers())
    assert ours.keys() == theirs.keys()
    for name, tensor in ours.items():
        assert torch.equal(tensor, theirs[name]), name
    assert not any(
        isinstance(value, torch.Tensor) and value.is_meta
        for module in loaded.modules()
        for value in vars(module).values()
    )


@pytest.mark.parametrize('dtype', [torch.bfloat16, torch.float16, torch.float64])
def test_weights_are_stored_as_float32(lang, files, tmp_path, dtype):
    model = load_octo(lang.checkpoint).to(dtype)
    file = save_octo(model, tmp_path / 'saved', 1, files)
    tree = msgpack.unpackb(file.read_bytes(), raw=False)
    leaf = tree['octo_transformer']['obs_primary_projection']['kernel']
    shape, name, data = msgpack.unpackb(leaf.data)
    assert name == 'float32'
    kernel = np.frombuffer(data, np.float32).reshape(shape)
    path = 'octo_transformer/obs_primary_projection/kernel'
    expected = model.get_parameter(checkpoint_leaves(model)[path].parameter)
    np.testing.assert_array_equal(kernel, expected.detach().float().T)


def test_a_step_is_replaced_only_if_that_is_wanted(lang, files, tmp_path):
    save_octo(lang.model, tmp_path, 5, files)
    with pytest.raises(CheckpointError, match=r'5 exists; .* overwrite=True'):
        save_octo(lang.model, tmp_path, 5, files)
    changed = Octo(lang.model.config)
    save_octo(changed, tmp_path, 5, files, overwrite=True)
    kernel = 'head.network.time_features.kernel'
    assert torch.equal(load_octo(tmp_path).get_parameter(kernel), changed.get_parameter(kernel))
    assert os.listdir(tmp_path / '5/default') == ['checkpoint']  # noqa: PTH208
    (tmp_path / '5/default/manifest.ocdbt').touch()
    with pytest.raises(CheckpointError, match='OCDBT layout, which cannot be overwritten'):
        save_octo(changed, tmp_path, 5, files, overwrite=True)
    with pytest.raises(CheckpointError, match='0 or more, not -1'):
        save_octo(changed, tmp_path, -1, files)


class InterruptedSaveError(Exception):
    """Stands for whatever ends a save."""


@pytest.mark.parametrize('exists', [False, True])
def test_an_interrupted_save_leaves_what_was_there(lang, files, tmp_path, monkeypatch, exists):
    if exists:
        save_octo(lang.model, tmp_path, 3, files)
    before = content(tmp_path)
    synced = os.fsync

    def fsync(descriptor):
        if os.fstat(descriptor).st_size > 1_000_000:
            raise InterruptedSaveError
        synced(descriptor)

    monkeypatch.setattr(os, 'fsync', fsync)
    with pytest.raises(InterruptedSaveError):
        save_octo(Octo(lang.model.config), tmp_path, 3, files, overwrite=exists)
    weights = {name for name in content(tmp_path) if 'default' in name}
    assert weights == ({'3/default/checkpoint'} if exists else set())
    if exists:
        assert content(tmp_path) == before
    assert not list(tmp_path.rglob('*partial*')) + list(tmp_path.rglob('*tmp*'))


def test_what_a_killed_save_leaves_is_passed_over(lang, files, tmp_path):
    save_octo(lang.model, tmp_path, 3, files)
    shutil.copytree(tmp_path / '3', tmp_path / '9.orbax-checkpoint-tmp-123')
    assert CheckpointDirectory.read(tmp_path).steps == (3,)


def test_a_refusing_disk_is_reported(lang, files, tmp_path):
    blocked = tmp_path / 'blocked'
    blocked.touch()
    with pytest.raises(CheckpointError, match=r'Cannot write .*blocked.*: '):
        save_octo(lang.model, blocked / 'saved', 1, files)


def test_saving_again_keeps_step_and_weights(lang, tmp_path):
    file = resave_octo(lang.checkpoint, tmp_path)
    assert file == tmp_path / '0/default/checkpoint'
    assert file.read_bytes() == (lang.checkpoint / '0/default/checkpoint').read_bytes()
