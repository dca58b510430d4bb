# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Rounding is granted what it takes, and nonsense nothing."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from octo_ros.verification.comparison import Status
from octo_ros.verification.noise_floor import CAP, NOTE, noise_limit
from octo_ros.verification.reference import Reference
from octo_ros.verification.verify import Verifier

EXPECTED = np.array([2.0, -10.0], np.float32)


def test_four_times_what_float32_lost_but_never_nonsense():
    exact = EXPECTED.astype(np.float64)
    assert noise_limit(EXPECTED, exact, EXPECTED) == 0.0
    assert noise_limit(EXPECTED, exact + 1e-4, EXPECTED) == pytest.approx(4e-4)
    assert noise_limit(EXPECTED, exact + 1e-4, EXPECTED, 16) == pytest.approx(1.6e-3)
    assert noise_limit(EXPECTED, exact + 0.1, EXPECTED) == pytest.approx(CAP * 10)
    assert noise_limit(EXPECTED, exact * np.nan, EXPECTED) == 0.0
    assert noise_limit(EXPECTED > 0, exact, EXPECTED) == 0.0


def noisy(verifier):
    """Make the language encoder amplify rounding, as trained weights do not."""
    with torch.no_grad():
        for block in verifier.engine.model.octo_transformer.language.t5.blocks:
            block.attention.q.weight *= 30


def test_a_network_that_amplifies_rounding_passes_and_says_so(data, lang):
    name = 'tokenizer/task_tokenizers_language/tokens'
    verifier = Verifier(data / 'octo_tiny_lang/checkpoint')
    noisy(verifier)
    engine = verifier.engine
    scene_outputs = engine.exact().open(next(iter(_scenes(lang))))
    truth = scene_outputs.array(name)
    ours = engine.open(next(iter(_scenes(lang)))).array(name)
    lost = np.abs(truth - ours).max()
    assert lost > 1e-6
    for times, status in ((2.5, Status.OK), (6.0, Status.FAILED)):
        expected = (ours + times * lost * np.sign(truth)).astype(np.float32)
        limits = {'FLOAT32': 1e-7, 'FLOAT32_LARGE': 0.0}
        with pytest.MonkeyPatch.context() as patch:
            for constant, value in limits.items():
                patch.setattr(f'octo_ros.verification.tolerance.{constant}', value)
            result = verifier.verify(Reference(lang.inputs, {name: expected}, {})).comparisons[0]
        assert result.status is status
        assert (NOTE in result.note) == (status is Status.OK)


def _scenes(lang):
    from octo_ros.verification.variants import readings

    return [reading.scene for reading in readings(lang.inputs, '')]


@pytest.mark.parametrize('fault', ['gelu', 'norm'])
def test_faults_are_not_excused(data, lang, fault, monkeypatch):
    verifier = Verifier(data / 'octo_tiny_lang/checkpoint')
    if fault == 'gelu':
        exact_gelu = torch.nn.functional.gelu
        monkeypatch.setattr(
            'octo_ros.model.transformer.functional.gelu',
            lambda x, approximate: exact_gelu(x),
        )
    for engine in (verifier.engine, verifier.engine.exact()):  # both have it, as they would
        for module in engine.model.modules() if fault == 'norm' else ():
            if isinstance(module, torch.nn.LayerNorm):
                module.eps = 1e-5
    verification = verifier.verify(Reference(lang.inputs, lang.outputs, {}))
    failed = {c.name for c in verification.comparisons if c.status is Status.FAILED}
    assert {'block/encoderblock_1', 'transformer/readout_action/tokens'} <= failed
