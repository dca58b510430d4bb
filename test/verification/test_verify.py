# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A wrong network must be found out, and a right one must pass whatever part is stored."""

from __future__ import annotations

import json
from dataclasses import replace

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
