# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A wrong network must be found out, and a right one must pass whatever part is stored."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from octo_ros.verification.comparison import Status
from octo_ros.verification.engine import ENGINES
from octo_ros.verification.reference import Reference
from octo_ros.verification.verify import Verifier


def without(arrays, *prefixes):
    return {name: array for name, array in arrays.items() if not name.startswith(prefixes)}


def only(arrays, *names):
    return {name: arrays[name] for name in names}


def failures(verification):
    return {c.name: c for c in verification.comparisons if c.status is Status.FAILED}


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_part_of_a_reference_passes_alone(lang_verifier, lang, data):
    names = data.draw(st.sets(st.sampled_from(sorted(lang.outputs)), min_size=1, max_size=4))
    verification = lang_verifier.verify(Reference(lang.inputs, only(lang.outputs, *names), {}))
    assert verification.passed
    assert verification.count(Status.OK) == len(names)


@pytest.mark.parametrize(
    ('key', 'found'),
    [
        (
            'use_correct_attention',
            {'attention_mask', 'transformer/readout_action/tokens', 'eps/eps_pred'},
        ),
        # The instruction is hidden here, so its copies change nothing but the sequence.
        ('repeat_task_tokens', {'attention_mask', 'block/encoderblock_0', 'transformer/obs/mask'}),
    ],
)
def test_a_wrong_switch_is_found(copied, goal, key, found):
    config = json.loads((copied / 'config.json').read_text())
    config['model'][key] = True
    (copied / 'config.json').write_text(json.dumps(config))
    verification = Verifier(copied).verify(goal)
    failed = failures(verification)
    assert not verification.passed
    assert found <= set(failed)
    assert not any(name.startswith(('tokenizer/', 'stem/', 'time/')) for name in failed)


def test_one_wrong_entry_is_found(lang_verifier, lang):
    changed = lang.outputs['transformer/obs/tokens'].copy()
    changed[1, 0, 3, 7] += 2e-4
    outputs = {'transformer/obs/tokens': changed, 'window1/readout_action/tokens': np.zeros(2)}
    verification = lang_verifier.verify(Reference(lang.inputs, outputs, {}))
    failed = failures(verification)
    assert failed['transformer/obs/tokens'].note == '1 of 9216 over; worst at [1, 0, 3, 7]'
    assert 'expected (2,)' in failed['window1/readout_action/tokens'].note
    assert not verification.passed


def test_a_mask_may_be_stored_as_bits(lang_verifier, lang):
    packed = np.packbits(lang.outputs['attention_mask'], axis=-1)
    for value, passed in ((packed, True), (packed ^ 1 << 7, False)):
        outputs = {'attention_mask': value.astype(np.uint8)}
        assert lang_verifier.verify(Reference(lang.inputs, outputs, {})).passed is passed


def test_unknown_names_are_skipped_but_not_alone(lang_verifier, lang):
    unknown = {'something/else': np.zeros(3), 'no_goal/something': np.zeros(3)}
    alone = lang_verifier.verify(Reference(lang.inputs, unknown, {}))
    assert alone.count(Status.SKIPPED) == 2
    assert not alone.passed
    assert not lang_verifier.verify(Reference(lang.inputs, {}, {})).passed
    both = {**unknown, **only(lang.outputs, 'schedule/betas')}
    assert lang_verifier.verify(Reference(lang.inputs, both, {})).passed


@pytest.mark.parametrize(
    ('missing', 'name', 'sentence'),
    [
        ('eps/time', 'eps/eps_pred', 'the inputs lack eps/time'),
        ('sample/', 'sample/actions_normalized', 'the inputs lack sample/initial_noise'),
        ('observation/', 'attention_mask', 'the inputs hold nothing that this network observes'),
        ('', 'proprio_normalized', 'the inputs lack proprio_raw'),
    ],
)
def test_what_cannot_be_computed_fails_with_a_sentence(
    lang_verifier, lang, missing, name, sentence
):
    inputs = without(lang.inputs, missing) if missing else lang.inputs
    expected = lang.outputs.get(name, np.zeros(1))
    outputs = {name: expected, **only(lang.outputs, 'schedule/betas')}
    verification = lang_verifier.verify(Reference(inputs, outputs, {}))
    assert sentence in failures(verification)[name].note
    assert verification.count(Status.OK) == 1


def test_parts_that_the_network_lacks_are_failures(lang_verifier, lang):
    outputs = {
        name: np.zeros(1)
        for name in ('block/encoderblock_9', 'transformer/obs_top/tokens', 'l1/mean_all_steps')
    }
    assert len(failures(lang_verifier.verify(Reference(lang.inputs, outputs, {})))) == 3


def test_inputs_that_may_be_left_out(lang_verifier, lang):
    """Flags that are all true, and the padding of the instruction, follow from the rest."""
    names = ('transformer/readout_action/tokens', 'sample/actions_normalized')
    inputs = without(
        lang.inputs,
        'observation/timestep_pad_mask',
        'observation/pad_mask_dict/image_primary',
        'task/pad_mask_dict',
        'task/image',
        'task/language_instruction/attention_mask',
    )
    assert lang_verifier.verify(Reference(inputs, only(lang.outputs, *names), {})).passed


def test_stored_inputs_of_a_variant_are_used(lang_verifier, lang):
    outputs = {'no_goal/readout_action/tokens': lang.outputs['transformer/readout_action/tokens']}
    bright = {'no_goal/task/image_primary': np.full((2, 64, 64, 3), 200, np.uint8)}
    assert lang_verifier.verify(Reference(lang.inputs, outputs, {})).passed
    changed = Reference({**lang.inputs, **bright}, outputs, {})
    assert not lang_verifier.verify(changed).passed


def test_proprio_is_normalised_with_the_statistics_of_the_checkpoint(aloha, data, tmp_path):
    name = 'proprio_normalized'
    verifier = Verifier(data / 'octo_tiny_aloha/checkpoint')
    assert verifier.verify(Reference(aloha.inputs, only(aloha.outputs, name), {})).passed
    raw = {'proprio_raw': aloha.inputs['proprio_raw'] + 0.01}
    assert not verifier.verify(Reference(raw, only(aloha.outputs, name), {})).passed


def test_inputs_that_nobody_read_are_named(lang_verifier, lang):
    inputs = {**lang.inputs, 'task/imgae_primary': np.zeros(1), 'observation/timestep': np.ones(2)}
    verification = lang_verifier.verify(Reference(inputs, lang.outputs, lang.train))
    assert verification.passed
    assert verification.unread == ('task/imgae_primary',)


def test_names_of_octo_1_0(lang_verifier, lang):
    inputs = {
        name.replace('observation/timestep_pad_mask', 'observation/pad_mask').replace(
            'task/', 'tasks/'
        ): array
        for name, array in lang.inputs.items()
    }
    assert lang_verifier.verify(Reference(inputs, lang.outputs, {})).passed


@pytest.mark.parametrize('prefix', ['', 'task/', 'goal_'])
@pytest.mark.parametrize('group', ['goal_variant', 'goal', 'goals'])
def test_goal_images_of_a_variant_by_other_names(data, aloha, group, prefix):
    verifier = Verifier(data / 'octo_tiny_aloha/checkpoint')
    inputs = {
        name.replace('goal_variant/task/image', f'{group}/{prefix}image'): array
        for name, array in aloha.inputs.items()
    }
    names = ('goal_variant/readout_action/tokens', 'transformer/readout_action/tokens')
    assert verifier.verify(Reference(inputs, only(aloha.outputs, *names), {})).passed


@pytest.mark.parametrize('name', ['proprio_raw', 'observation/proprio_raw'])
@pytest.mark.parametrize('flat', [False, True])
def test_raw_proprioception_is_enough(data, aloha, name, flat):
    verifier = Verifier(data / 'octo_tiny_aloha/checkpoint')
    inputs = without(aloha.inputs, 'observation/proprio', 'proprio_raw')
    raw = aloha.inputs['proprio_raw']
    inputs[name] = raw.reshape(-1, raw.shape[-1]) if flat else raw
    outputs = only(aloha.outputs, 'transformer/obs_proprio/tokens', 'l1/mean_all_steps')
    assert verifier.verify(Reference(inputs, outputs, {})).passed


def test_of_several_datasets_the_one_that_fits_is_named(data, lang, tmp_path):
    checkpoint = Path(shutil.copytree(data / 'octo_tiny_lang/checkpoint', tmp_path / 'checkpoint'))
    path = checkpoint / 'dataset_statistics.json'
    right = json.loads(path.read_text())['tiny_dataset']
    wrong = json.loads(json.dumps(right))
    wrong['action']['mean'] = [x + 1 for x in wrong['action']['mean']]
    outputs = only(lang.outputs, 'sample/actions_unnormalized')

    def verified(*names, **datasets):
        path.write_text(json.dumps(datasets))
        verifier = Verifier(checkpoint, dataset_name=''.join(names))
        return verifier.verify(Reference(lang.inputs, outputs, {}))

    several = verified(a_dataset=wrong, tiny_dataset=right)
    assert several.passed
    assert several.comparisons[0].note == 'statistics of tiny_dataset'
    assert not verified('a_dataset', a_dataset=wrong, tiny_dataset=right).passed
    none = verified(a_dataset=wrong, another=wrong)
    assert not none.passed
    assert 'give --dataset-name, one of a_dataset, another' in none.comparisons[0].note


@pytest.mark.parametrize('stored', ['array', 'float', 'missing'])
def test_the_dimensions_of_the_robot(lang_verifier, lang, stored):
    name = 'sample/embodiment_action_dim'
    dim = lang.inputs[name]
    forms = {'array': np.array([int(dim)]), 'float': np.float32(dim)}
    inputs = without(lang.inputs, name) | ({name: forms[stored]} if stored in forms else {})
    outputs = {n: a for n, a in lang.outputs.items() if 'masked' in n}
    assert len(outputs) == 3
    assert lang_verifier.verify(Reference(inputs, outputs, {})).passed


def test_outputs_stored_in_half_precision(lang_verifier, lang):
    outputs = {
        name: array.astype(np.float16) if array.dtype == np.float32 else array
        for name, array in lang.outputs.items()
    }
    assert lang_verifier.verify(Reference(lang.inputs, outputs, {})).passed
    outputs['transformer/obs/tokens'] = outputs['transformer/obs/tokens'] + np.float16(0.1)
    assert not lang_verifier.verify(Reference(lang.inputs, outputs, {})).passed


class Readouts:
    """An engine of another runtime, which makes one array."""

    def open(self, scene):
        return self

    def array(self, name):
        return np.zeros((2, 4, 7)) if name == 'sample/actions_normalized' else None


def test_an_engine_is_compared_where_it_has_something(lang, data, monkeypatch):
    engines = {**ENGINES, 'other': lambda checkpoint, options: Readouts()}
    monkeypatch.setattr('octo_ros.verification.verify.ENGINES', engines)
    verifier = Verifier(data / 'octo_tiny_lang/checkpoint', engine='other')
    verification = verifier.verify(replace(lang))
    compared = [c.name for c in verification.comparisons if c.status is not Status.SKIPPED]
    assert compared == [
        'sample/actions_normalized',
        'sample/actions_unnormalized',
        'sample/actions_unnormalized_bounds',
    ]
    assert verification.count(Status.SKIPPED) == len(lang.outputs) - 3 + sum(
        name.startswith('out/') for name in lang.train
    )
