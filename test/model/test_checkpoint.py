# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import shutil

import numpy as np
import pytest

from octo_ros.errors import CheckpointError
from octo_ros.model import load_octo
from octo_ros.model.checkpoint import CheckpointDirectory
from octo_ros.model.flax_msgpack import iterate_arrays


def test_every_tensor_is_used(lang):
    stored = sum(a.size for _, a in iterate_arrays(lang.checkpoint / '0/default/checkpoint'))
    assert sum(p.numel() for p in lang.model.parameters()) == stored
    assert not lang.model.training


def test_versions_differ_in_their_switches(lang, goal):
    assert lang.model.config.repeat_task_tokens
    assert lang.model.config.use_correct_attention
    assert not goal.model.config.repeat_task_tokens
    assert not goal.model.config.use_correct_attention
    assert goal.model.config.head.action_horizon == 4
    assert goal.model.config.window_size == 2


def test_the_latest_step_is_taken_or_the_named_one(damaged, write):
    later = damaged / '100/default'
    shutil.copytree(damaged / '0/default', later)
    arrays = {name: array + 1 for name, array in iterate_arrays(later / 'checkpoint')}
    write(later / 'checkpoint', arrays)
    (damaged / '100.orbax-tmp').mkdir()
    first, latest = load_octo(damaged, 0), load_octo(damaged)
    assert CheckpointDirectory.read(damaged).steps == (0, 100)
    kernels = [model.head.network.time_features.kernel.detach() for model in (first, latest)]
    np.testing.assert_allclose(kernels[1], kernels[0] + 1)
    with pytest.raises(CheckpointError, match=r'has no step 7; .* \(steps there: 0, 100\)'):
        load_octo(damaged, 7)


def test_metadata_of_orbax_is_not_needed_and_not_read(damaged):
    (damaged / '0/default/_METADATA').write_text('not even JSON')
    load_octo(damaged)


@pytest.mark.parametrize('name', ['config.json', 'example_batch.msgpack', '0/default/checkpoint'])
def test_a_missing_file_is_named(damaged, name):
    (damaged / name).unlink()
    with pytest.raises(CheckpointError, match=f'Cannot read .*{name}: No such file'):
        load_octo(damaged)


def test_a_missing_directory_is_named(tmp_path):
    with pytest.raises(CheckpointError, match='There is no checkpoint directory'):
        load_octo(tmp_path / 'nowhere')


def test_a_directory_without_weights_is_refused(damaged):
    shutil.rmtree(damaged / '0')
    with pytest.raises(CheckpointError, match=r'has no weights; .*\(steps there: none'):
        load_octo(damaged)


def test_a_truncated_file_is_refused(damaged):
    weights = damaged / '0/default/checkpoint'
    weights.write_bytes(weights.read_bytes()[: 2**19])
    with pytest.raises(CheckpointError, match='cut off after 524288 bytes'):
        load_octo(damaged)


def test_another_network_is_refused(damaged, goal):
    shutil.copy(goal.checkpoint / '0/default/checkpoint', damaged / '0/default/checkpoint')
    with pytest.raises(
        CheckpointError, match=r'obs_primary_projection/kernel is float32\(56, 48\)'
    ):
        load_octo(damaged)


def test_an_extra_tensor_is_refused(damaged, write):
    weights = damaged / '0/default/checkpoint'
    arrays = dict(iterate_arrays(weights))
    write(weights, {**arrays, 'heads_value/bias': np.zeros(3, np.float32)})
    with pytest.raises(CheckpointError, match=r'heads_value/bias \(3,\) has no place'):
        load_octo(damaged)


def test_the_newer_layout_of_orbax_is_recognised(damaged):
    (damaged / '0/default/checkpoint').unlink()
    (damaged / '0/default/manifest.ocdbt').touch()
    with pytest.raises(CheckpointError, match='OCDBT layout'):
        load_octo(damaged)


@pytest.mark.parametrize(
    ('text', 'reason'),
    [('{', 'is not JSON'), ('[]', 'must hold a JSON object'), ('{}', 'has no "model"')],
)
def test_a_broken_config_is_refused(damaged, text, reason):
    (damaged / 'config.json').write_text(text)
    with pytest.raises(CheckpointError, match=reason):
        load_octo(damaged)


def test_names_of_the_first_version_in_the_example_batch(damaged, write):
    old = {'task/': 'tasks/', 'observation/timestep_pad_mask': 'observation/pad_mask'}
    example = damaged / 'example_batch.msgpack'
    arrays = {}
    for name, array in iterate_arrays(example):
        renamed = name
        for new, before in old.items():
            renamed = renamed.replace(new, before)
        arrays[renamed] = array
    assert 'observation/pad_mask_dict/image_wrist' in arrays
    expected = CheckpointDirectory.read(damaged).config
    write(example, arrays)
    assert CheckpointDirectory.read(damaged).config == expected


def test_the_rest_of_the_config_is_kept(damaged):
    config = json.loads((damaged / 'config.json').read_text())
    (damaged / 'config.json').write_text(json.dumps({**config, 'seed': 42}))
    assert CheckpointDirectory.read(damaged).training['seed'] == 42
