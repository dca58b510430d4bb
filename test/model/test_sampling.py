# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
import torch

from octo_ros.errors import PolicyError
from octo_ros.model.head_config import DiffusionHeadConfig
from octo_ros.model.sampling import Sampling, SamplingNoise, check_sampling


@pytest.mark.parametrize(
    ('options', 'named'),
    [
        ({'sampler': 'euler'}, "'euler'; known: ddpm, ddim"),
        ({'steps': 5}, 'give steps with ddim only'),
        ({'temperature': 0.0}, 'temperature is 0.0'),
        ({'temperature': float('nan')}, 'temperature is nan'),
        ({'temperature': float('inf')}, 'temperature is inf'),
        ({'sample_shape': 3}, 'sample_shape is 3; it must be a tuple of positive integers'),
        ({'sample_shape': [3]}, r'sample_shape is \[3\]'),
        ({'sample_shape': (2, 0)}, r'sample_shape is \(2, 0\)'),
        ({'sample_shape': (2, -1)}, r'sample_shape is \(2, -1\)'),
        ({'sample_shape': (2.0,)}, r'sample_shape is \(2\.0,\)'),
    ],
)
def test_options_out_of_range_are_refused(options, named):
    with pytest.raises(PolicyError, match=named):
        Sampling(**options)


HEAD = DiffusionHeadConfig(readout_key='readout_action', action_horizon=4, diffusion_steps=3)


def noise(*lead, steps=3, chunk=28, dtype=torch.float32):
    initial = torch.zeros(*lead, chunk, dtype=dtype)
    return SamplingNoise(initial, torch.zeros(steps, *lead, chunk, dtype=dtype))


def test_noise_that_fits():
    check_sampling(HEAD, Sampling(noise=noise(2)), 2)
    check_sampling(HEAD, Sampling(noise=noise(5, 3, 2)), 2)
    check_sampling(HEAD, Sampling(noise=noise(5, 3, 2), sample_shape=(5, 3)), 2)


@pytest.mark.parametrize(
    ('given', 'named'),
    [
        (noise(2, steps=4), r'noise\.steps 3 of that shape; got \(2, 28\) and \(4, 2, 28\)'),
        (noise(2, chunk=27), r'must be \(\.\.\., 2, 28\)'),
        (noise(1), r'must be \(\.\.\., 2, 28\)'),
        (SamplingNoise(noise(2).initial, noise(3, 2).steps), 'of that shape'),
        (noise(2, dtype=torch.int64), r'floating-point numbers, got torch\.int64'),
    ],
)
def test_noise_that_does_not_fit_is_refused(given, named):
    with pytest.raises(PolicyError, match=named):
        check_sampling(HEAD, Sampling(noise=given), 2)
