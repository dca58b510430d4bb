# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
import shutil

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from octo_ros.errors import CheckpointError
from octo_ros.model import load_octo
from octo_ros.model.checkpoint import CheckpointDirectory
from octo_ros.model.flax_msgpack import iterate_arrays
from octo_ros.model.flax_writer import write_arrays


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


@pytest.mark.parametrize('name', ['config.json', 'example_batch.msgpack'])
def test_a_missing_file_is_named(damaged, name):
    (damaged / name).unlink()
    with pytest.raises(CheckpointError, match=f'Cannot read .*{name}: No such file'):
        load_octo(damaged)


def test_a_missing_directory_is_named(tmp_path):
    with pytest.raises(CheckpointError, match='There is no checkpoint directory'):
        load_octo(tmp_path / 'nowhere')


def test_a_directory_without_weights_is_refused(damaged):
    (damaged / '0/default/checkpoint').unlink()
    with pytest.raises(CheckpointError, match=r'has no weights; .*\(steps there: none'):
        load_octo(damaged)


def test_a_later_step_without_weights_is_passed_over(damaged):
    (damaged / '100/default').mkdir(parents=True)
    (damaged / '100/default/_METADATA').touch()
    load_octo(damaged)
    with pytest.raises(CheckpointError, match=r'no step 100; .*\(steps there: 0\)'):
        load_octo(damaged, 100)


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


def test_a_checkpoint_of_pickled_weights_is_refused(damaged):
    torch.save({'params': torch.zeros(2)}, damaged / '0/default/checkpoint')
    with pytest.raises(CheckpointError, match=r'a zip archive, .* never unpickles'):
        load_octo(damaged)


def test_chunked_weights_are_read(lang, damaged):
    weights = damaged / '0/default/checkpoint'
    arrays = {name: np.array(array) for name, array in iterate_arrays(weights)}
    with weights.open('wb') as file:
        write_arrays(file, arrays, arrays.__getitem__, chunk_bytes=1000)
    loaded = load_octo(damaged)
    for ours, theirs in zip(loaded.parameters(), lang.model.parameters(), strict=True):
        assert torch.equal(ours, theirs)


@pytest.mark.parametrize(
    ('text', 'reason'),
    [
        ('{', 'is not JSON'),
        ('[' * 100_000, 'is not JSON'),
        ('\xff', 'is not JSON'),
        ('[]', 'must hold a JSON object'),
        ('{}', 'has no "model"'),
        ('{"model": {}}', 'does not describe a network'),
    ],
)
def test_a_broken_config_is_refused(damaged, text, reason):
    (damaged / 'config.json').write_text(text, encoding='latin-1')
    with pytest.raises(CheckpointError, match=reason):
        load_octo(damaged)


@pytest.mark.parametrize('name', ['', 'a.b', 'a/b', '\\9(', 'a b', 'é'])
def test_names_that_cannot_be_in_a_path_are_refused(damaged, name):
    config = json.loads((damaged / 'config.json').read_text())
    for part in ('observation_tokenizers', 'readouts', 'task_tokenizers'):
        changed = json.loads(json.dumps(config))
        node = changed['model'][part]
        node[name] = node.pop(next(iter(node)))
        changed['model']['heads']['action']['kwargs']['readout_key'] = (
            f'readout_{name}' if part == 'readouts' else 'readout_action'
        )
        (damaged / 'config.json').write_text(json.dumps(changed))
        with pytest.raises(CheckpointError, match='allowed are letters, digits, _ and -'):
            load_octo(damaged)


def test_a_broken_pattern_is_refused(damaged):
    config = json.loads((damaged / 'config.json').read_text())
    config['model']['observation_tokenizers']['wrist']['kwargs']['obs_stack_keys'] = ['image_(']
    (damaged / 'config.json').write_text(json.dumps(config))
    with pytest.raises(CheckpointError, match='no regular expression: missing'):
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


def test_weights_are_not_kept_twice(damaged):
    """Of the file's pages and of the copies, only one parameter is held beside the network."""
    model = load_octo(damaged)
    assert all(p.untyped_storage().nbytes() == 4 * p.numel() for p in model.parameters())
    assert all(p.is_contiguous() and p.requires_grad for p in model.parameters())


@pytest.fixture(scope='module')
def scratch(lang, tmp_path_factory):
    """A copy to be damaged again and again, and the sound content of its files."""
    path = tmp_path_factory.mktemp('scratch') / 'checkpoint'
    shutil.copytree(lang.checkpoint, path)
    names = ['config.json', 'example_batch.msgpack', 't5_config.json', '0/default/checkpoint']
    return path, {name: (path / name).read_bytes() for name in names}


def load_damaged(scratch, name, content, shapes):
    path, sound = scratch
    (path / name).write_bytes(content)
    try:
        loaded = load_octo(path)
    except CheckpointError as error:
        assert str(path) in str(error)  # noqa: PT017
    else:
        assert name != '0/default/checkpoint' or shapes == [p.shape for p in loaded.parameters()]
    finally:
        (path / name).write_bytes(sound[name])


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_flipped_bytes_are_refused_or_harmless(lang, scratch, data):
    name = data.draw(st.sampled_from(sorted(scratch[1])))
    content = bytearray(scratch[1][name])
    # Most of the weights are numbers, so half of the flips go where the structure is dense.
    last = data.draw(st.sampled_from([len(content) - 1, min(2000, len(content) - 1)]))
    flips = st.tuples(st.integers(0, last), st.integers(0, 255))
    for position, value in data.draw(st.lists(flips, min_size=1, max_size=4)):
        content[position] = value
    load_damaged(scratch, name, content, [p.shape for p in lang.model.parameters()])


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_cut_off_files_are_refused(scratch, data):
    name = data.draw(st.sampled_from(sorted(scratch[1])))
    content = scratch[1][name]
    size = data.draw(st.integers(0, len(content.rstrip()) - 1))
    path, sound = scratch
    (path / name).write_bytes(content[:size])
    try:
        with pytest.raises(CheckpointError):
            load_octo(path)
    finally:
        (path / name).write_bytes(sound[name])


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_changed_values_of_the_config_are_refused_or_harmless(scratch, data):
    """Any JSON value in any place of config.json."""
    config = json.loads(scratch[1]['config.json'])
    node, key = config, 'model'
    while isinstance(node[key], dict) and node[key] and data.draw(st.integers(0, 5)):
        node = node[key]
        key = data.draw(st.sampled_from(sorted(node)))
    node[key] = data.draw(
        st.one_of(
            st.none(),
            st.booleans(),
            st.sampled_from([0, -1, 1, 2, 64, 10**6, 10**9, 10**18, 10**30, 0.5, 1e300]),
            st.text(max_size=5),
            st.lists(st.one_of(st.integers(), st.text(max_size=3)), max_size=4),
            st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
        )
    )
    load_damaged(scratch, 'config.json', json.dumps(config).encode(), None)
