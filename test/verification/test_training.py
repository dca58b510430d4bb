# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest

from octo_ros.verification.comparison import Status
from octo_ros.verification.training import Training


def run(verifier, reference, **train):
    changed = {**reference.train, **{name.replace('__', '/'): a for name, a in train.items()}}
    return compared(verifier, reference.inputs, changed)


def compared(verifier, inputs, train):
    engine = verifier.engine
    training = Training(engine.model, lambda: engine.exact().model)
    return {comparison.name: comparison for comparison in training.compare(inputs, train)}


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


def spelled(paths, form):
    return {
        'bytes': lambda: np.char.encode(paths, 'utf-8'),
        'prefix': lambda: np.char.add('params/', paths),
        'dots': lambda: np.char.replace(paths, '/', '.'),
    }[form]()


@pytest.mark.parametrize('form', ['bytes', 'prefix', 'dots'])
def test_paths_may_be_spelled_otherwise(lang_verifier, lang, form):
    paths = spelled(lang.train['out/grad_norm/paths'], form)
    assert not failed(run(lang_verifier, lang, out__grad_norm__paths=paths))


@pytest.mark.parametrize('axes', [2, 3, 4])
def test_a_mask_of_actions_may_lack_its_last_axes(lang_verifier, lang, axes):
    whole = np.ones((2, 2, 4, 7), np.bool_)
    whole[0, 1] = False  # says the same with any number of axes
    index = (slice(None),) * axes + (0,) * (4 - axes)
    expected = run(lang_verifier, lang, in__action_pad_mask=whole)
    short = run(lang_verifier, lang, in__action_pad_mask=whole[index])
    assert short['out/loss'].error == expected['out/loss'].error
    with_axis = run(lang_verifier, lang, in__action_pad_mask=whole[..., :1])
    assert with_axis['out/loss'].error == expected['out/loss'].error


def test_without_a_mask_every_action_counts(lang_verifier, lang):
    ones = np.ones((2, 2, 4, 7), np.bool_)
    train = {n: a for n, a in lang.train.items() if n != 'in/action_pad_mask'}
    without = compared(lang_verifier, lang.inputs, train)
    expected = run(lang_verifier, lang, in__action_pad_mask=ones)
    assert without['out/loss'].error == expected['out/loss'].error


def test_whole_floats_are_times(lang_verifier, lang):
    assert not failed(run(lang_verifier, lang, in__time=lang.train['in/time'].astype(np.float32)))
    assert failed(run(lang_verifier, lang, in__time=lang.train['in/time'] + 0.5))


def test_without_outputs_nothing_is_computed(lang_verifier, lang):
    assert not compared(lang_verifier, lang.inputs, {})


def test_unknown_names_are_skipped(lang_verifier, lang):
    comparison = run(lang_verifier, lang, out__metrics__other=np.zeros(1))['out/metrics/other']
    assert comparison.status is Status.SKIPPED
