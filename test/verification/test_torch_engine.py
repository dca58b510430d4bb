# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest
import torch

from octo_ros.errors import CheckpointError, VerificationError
from octo_ros.verification.engine import EngineOptions
from octo_ros.verification.scene import Scene
from octo_ros.verification.torch_engine import full_float32
from octo_ros.verification.verify import Verifier


def test_a_device_that_is_not_there_is_refused(data, monkeypatch):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: False)
    with pytest.raises(VerificationError, match=r'no CUDA device .* take --device cpu'):
        Verifier(data / 'octo_tiny_goal/checkpoint', options=EngineOptions(device='cuda'))


def test_a_step_that_is_not_there_is_refused(data):
    with pytest.raises(CheckpointError, match='has no step 7'):
        Verifier(data / 'octo_tiny_goal/checkpoint', options=EngineOptions(step=7))


def test_the_other_mask_leaves_the_network_as_it_is(goal_verifier, goal):
    engine = goal_verifier.engine
    before = engine.open(Scene(goal.inputs)).array('attention_mask')
    corrected = engine.open(Scene(goal.inputs, correct_attention=True)).array('attention_mask')
    after = engine.open(Scene(goal.inputs)).array('attention_mask')
    assert (before == after).all()
    assert (before != corrected).any()


def test_the_head_stays_float32(data):
    options = EngineOptions(dtype='bfloat16')
    model = Verifier(data / 'octo_tiny_goal/checkpoint', options=options).engine.model
    assert {p.dtype for p in model.octo_transformer.transformer.parameters()} == {torch.bfloat16}
    assert {p.dtype for p in model.head.parameters()} == {torch.float32}


def test_the_exact_network_has_the_same_parameters_and_computes_in_float64(lang_verifier, lang):
    engine = lang_verifier.engine
    exact = engine.exact()
    assert exact is engine.exact()
    for ours, double in zip(engine.model.parameters(), exact.model.parameters(), strict=True):
        assert double.dtype == torch.float64
        assert torch.equal(ours.double(), double)
    for scene in (Scene(lang.inputs), Scene(lang.inputs, correct_attention=True)):
        plain, double = (each.open(scene) for each in (engine, exact))
        for name in ('block/encoderblock_1', 'eps/eps_pred', 'sample/actions_normalized'):
            assert double.array(name).dtype == np.float64
            difference = np.abs(plain.array(name) - double.array(name)).max()
            assert 0 < difference < 5e-5


@pytest.mark.parametrize('before', [True, False])
def test_full_float32_restores_the_settings(before):
    torch.backends.cuda.matmul.allow_tf32 = before
    torch.backends.cudnn.allow_tf32 = before
    try:
        with full_float32():
            assert not torch.backends.cuda.matmul.allow_tf32
            assert not torch.backends.cudnn.allow_tf32
        assert torch.backends.cuda.matmul.allow_tf32 is before
        assert torch.backends.cudnn.allow_tf32 is before
    finally:
        torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cudnn.allow_tf32 = True
