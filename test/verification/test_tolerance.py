# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest

from octo_ros.verification.comparison import Status
from octo_ros.verification.engine import EngineOptions
from octo_ros.verification.tolerance import absolute_tolerance, relative_tolerance
from octo_ros.verification.verify import Verifier


@pytest.mark.parametrize(
    ('name', 'largest', 'limit'),
    [
        ('transformer/obs/tokens', 4.0, 5e-5),
        ('block/encoderblock_5', 12.0, 1.2e-4),
        ('schedule/betas', 1.0, 5e-5),
        ('sample/actions_normalized', 5.0, 3e-4),
        ('l1/mean_all_steps', 5.0, 5e-5),
    ],
)
def test_float32(name, largest, limit):
    expected = np.array([-largest, 0.0], np.float32)
    assert absolute_tolerance(name, expected, 'float32') == pytest.approx(limit)


def test_losses_are_relative():
    limits = relative_tolerance(np.array([-10.0, 0.0]), floor=1e-6)
    assert limits == pytest.approx([1e-3 + 1e-6, 1e-6])


@pytest.mark.parametrize('dtype', ['bfloat16', 'float16'])
@pytest.mark.parametrize('name', ['lang', 'goal', 'aloha'])
def test_half_precision_passes_its_own_limits_and_not_those_of_float32(name, dtype, data, request):
    reference = request.getfixturevalue(name)
    verifier = Verifier(data / f'octo_tiny_{name}/checkpoint', options=EngineOptions(dtype=dtype))
    verification = verifier.verify(reference)
    assert verification.passed
    for comparison in verification.comparisons:
        if comparison.name.startswith(('transformer/obs', 'block/', 'eps/')):
            assert comparison.status is Status.OK
            limit = absolute_tolerance(
                comparison.name, reference.outputs[comparison.name], 'float32'
            )
            assert comparison.name.endswith('mask') or comparison.error > limit
        if comparison.name.startswith(('schedule/', 'time/')):
            assert comparison.tolerance == 5e-5
        if comparison.name.startswith('out/'):
            assert comparison.status is Status.SKIPPED
