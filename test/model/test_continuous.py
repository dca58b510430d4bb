# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
import torch

from octo_ros.errors import PolicyError
from octo_ros.model.batch import TokenGroup
from octo_ros.model.continuous import ContinuousHead
from octo_ros.model.head_config import ContinuousHeadConfig
from octo_ros.model.loss import ActionTargets
from octo_ros.model.sampling import Sampling, SamplingNoise


def make(**options) -> ContinuousHead:
    torch.manual_seed(0)
    config = ContinuousHeadConfig(
        readout_key='readout_action', action_horizon=2, action_dim=3, **options
    )
    return ContinuousHead(config, 16).eval()


def targets(mean: torch.Tensor, offset: float) -> ActionTargets:
    shown = torch.ones(mean.shape[:2], dtype=torch.bool)
    return ActionTargets(mean + offset, torch.ones_like(mean, dtype=torch.bool), shown)


def test_actions_are_squashed_into_the_limit():
    head = make(max_action=2.0)
    embedding = 1000 * torch.randn(50, 4, 16)
    mean = head.mean(embedding)
    assert mean.shape == (50, 4, 2, 3)
    assert mean.abs().max() == 2.0
    small = head.mean_projection(1e-3 * embedding[0, 0])
    torch.testing.assert_close(head.mean(1e-3 * embedding[0, 0]).flatten(), 2 * (small / 2).tanh())


@pytest.mark.parametrize(('loss_type', 'expected'), [('l1', 0.5 * 3), ('mse', 0.25 * 3)])
def test_loss_is_the_mean_distance_times_the_dimensions(loss_type, expected):
    head = make(loss_type=loss_type)
    embedding = torch.randn(2, 3, 16)
    with torch.no_grad():
        given = targets(head.mean(embedding), 0.5)
        assert head.loss(embedding, given).item() == pytest.approx(expected, rel=1e-5)
        same = head.training_loss(embedding, given, torch.Generator())
        assert same.item() == pytest.approx(expected, rel=1e-5)


@torch.no_grad()
def test_loss_leaves_out_dimensions_that_the_robot_lacks():
    head = make()
    embedding = torch.randn(2, 3, 16)
    given = targets(head.mean(embedding), 0.5)
    given.actions[..., 2] = 1e6
    given.action_mask[..., 2] = False
    assert head.loss(embedding, given).item() == pytest.approx(0.25 * 3, rel=1e-5)


@torch.no_grad()
@pytest.mark.parametrize('use_map', [False, True])
def test_samples_are_the_prediction(use_map):
    head = make(use_map=use_map)
    tokens = torch.randn(2, 3, 4, 16)
    embedding = head.pool(TokenGroup('readout_action', tokens, torch.ones(2, 3, 4).bool()))[:, -1]
    assert embedding.shape == (2, 16)
    samples = head.sample(embedding, Sampling(sample_shape=(4, 2)))
    assert samples.shape == (4, 2, 2, 2, 3)
    torch.testing.assert_close(samples[3, 1], head.mean(embedding))


def test_noise_is_refused():
    noise = SamplingNoise(torch.zeros(2, 6), torch.zeros(20, 2, 6))
    with pytest.raises(PolicyError, match='leave noise out'):
        make().sample(torch.zeros(2, 16), Sampling(noise=noise))
