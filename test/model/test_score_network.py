# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import torch

from octo_ros.model.head_config import DiffusionHeadConfig
from octo_ros.model.score_network import FourierFeatures, ScoreNetwork


@torch.no_grad()
def test_time_features_lose_nothing_in_half_precision():
    features = FourierFeatures(32)
    features.kernel.normal_(0, 0.2, generator=torch.Generator().manual_seed(0))
    features.kernel.copy_(features.kernel.bfloat16())
    time = torch.arange(20)[:, None]
    exact, half = features(time), features.bfloat16()(time)
    assert half.dtype == torch.bfloat16
    torch.testing.assert_close(half.float(), exact, rtol=0, atol=2**-8)


@torch.no_grad()
def test_leading_axes_of_the_chunk_are_independent_samples():
    network = ScoreNetwork(DiffusionHeadConfig(readout_key='readout_action'), 16).eval()
    embedding, noisy = torch.randn(2, 16), torch.randn(3, 2, 7)
    time = torch.full((3, 2, 1), 4)
    together = network(embedding, noisy, time)
    assert together.shape == (3, 2, 7)
    alone = network(embedding, noisy[1], time[1])
    torch.testing.assert_close(together[1], alone, rtol=0, atol=1e-5)
