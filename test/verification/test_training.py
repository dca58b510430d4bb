# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest

from octo_ros.verification.comparison import Status
from octo_ros.verification.training import compare_training


def run(verifier, reference, **train):
    changed = {**reference.train, **{name.replace('__', '/'): a for name, a in train.items()}}
    comparisons = compare_training(verifier.engine.model, reference.inputs, changed)
    return {comparison.name: comparison for comparison in comparisons}


def failed(comparisons):
    return {name for name, c in comparisons.items() if c.status is Status.FAILED}


def test_the_stored_step_passes_and_leaves_no_gradient(lang_verifier, lang):
    assert not failed(run(lang_verifier, lang))
    assert all(p.grad is None for p in lang_verifier.engine.model.parameters())


def test_the_timestep_mask_of_the_step_counts(lang_verifier, lang):
    comparisons = run(lang_verifier, lang, in__timestep_pad_mask=np.ones((2, 2), np.bool_))
    assert {'out/loss', 'out/metrics/eps_pred', 'out/grad_norm/values'} <= failed(comparisons)


def test_other_noise_gives_another_loss(lang_verifier, lang):
    comparisons = run(lang_verifier, lang, in__noise=lang.train['in/noise'][..., ::-1])
    assert 'out/loss' in failed(comparisons)


def test_the_worst_gradient_is_named(lang_verifier, lang):
    norms = lang.train['out/grad_norm/values'].copy()
    norms[5] *= 1.01
    note = run(lang_verifier, lang, out__grad_norm__values=norms)['out/grad_norm/values'].note
    assert note == f'worst: {lang.train["out/grad_norm/paths"][5]}'


def test_the_parameters_must_be_the_same(lang_verifier, lang):
    paths = lang.train['out/grad_norm/paths'].copy()
    paths[3] = 'octo_transformer/nowhere/bias'
    comparisons = run(lang_verifier, lang, out__grad_norm__paths=paths)
    assert failed(comparisons) == {'out/grad_norm/paths', 'out/grad_norm/values'}
    assert 'nowhere' in comparisons['out/grad_norm/paths'].note


@pytest.mark.parametrize(
    ('name', 'array', 'sentence'),
    [
        ('in/actions', np.zeros((2, 2, 4, 6)), 'in/actions has shape'),
        ('in/time', np.full((1, 2, 2, 1), 20), 'in/time must hold integers from 0 to 19'),
        ('in/noise', np.full((1, 2, 2, 28), np.inf), 'in/noise must hold finite numbers'),
    ],
)
def test_inputs_that_do_not_fit_fail_with_a_sentence(lang_verifier, lang, name, array, sentence):
    comparisons = run(lang_verifier, lang, **{name.replace('/', '__'): array})
    assert failed(comparisons) == set(comparisons)
    assert all(sentence in comparison.note for comparison in comparisons.values())


def test_without_outputs_nothing_is_computed(lang_verifier, lang):
    assert not list(compare_training(lang_verifier.engine.model, lang.inputs, {}))


def test_unknown_names_are_skipped(lang_verifier, lang):
    comparison = run(lang_verifier, lang, out__metrics__other=np.zeros(1))['out/metrics/other']
    assert comparison.status is Status.SKIPPED
