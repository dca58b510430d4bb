# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Half precision sums in float32; a float64 network is float64 throughout."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from octo_ros.model import load_octo
from octo_ros.model.lowdim_tokenizer import LowdimTokenizer
from octo_ros.model.precision import at_least_float32
from octo_ros.verification.forward_pass import ForwardPass
from octo_ros.verification.reference import Reference
from octo_ros.verification.scene import Scene

DATA = Path(__file__).resolve().parents[1] / 'data'


@pytest.mark.parametrize(
    ('dtype', 'wide'),
    [
        (torch.bfloat16, torch.float32),
        (torch.float16, torch.float32),
        (torch.float32, torch.float32),
        (torch.float64, torch.float64),
    ],
)
def test_types(dtype, wide):
    assert at_least_float32(dtype) == wide


@pytest.mark.parametrize(
    'name', ['lang', 'goal', 'aloha', 'readouts', 'film', 'mse', 'discrete', 'discrete_map']
)
def test_a_float64_network_is_float64_everywhere_and_near_float32(name):
    path = DATA / f'octo_tiny_{name}'
    reference = Reference.read(path / 'inputs.npz', path / 'outputs.npz')
    model = load_octo(path / 'checkpoint')
    kinds = {}

    def seen(module_name):
        def hook(_, __, out):
            if isinstance(out, torch.Tensor) and out.is_floating_point():
                kinds[module_name] = out.dtype

        return hook

    with torch.inference_mode():
        plain = ForwardPass(model, Scene(reference.inputs)).embedding
        model.double()
        for module_name, module in model.named_modules():
            if not isinstance(module, LowdimTokenizer):
                module.register_forward_hook(seen(module_name))
        exact = ForwardPass(model, Scene(reference.inputs)).embedding
        model.head.pool(ForwardPass(model, Scene(reference.inputs)).group)
    assert set(kinds.values()) == {torch.float64}
    assert len(kinds) > 20
    assert exact.dtype == torch.float64
    difference = (plain - exact).abs().max()
    assert 0 < difference < 5e-5
