# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from octo_ros.errors import PolicyError
from octo_ros.model.batch import TokenGroup
from octo_ros.model.discrete import DiscreteHead
from octo_ros.model.head_config import DiscreteHeadConfig
from octo_ros.model.loss import ActionTargets
from octo_ros.model.sampling import Sampling, SamplingNoise

TOKENS_PER = {'': 1, 'action_horizon': 4, 'action_dim_and_action_horizon': 12}


@pytest.fixture(autouse=True)
def _without_gradients():
    with torch.no_grad():
        yield


def make(token_per='action_dim_and_action_horizon', **options) -> DiscreteHead:
    torch.manual_seed(0)
    config = DiscreteHeadConfig(
        readout_key='readout_action',
        action_horizon=4,
        action_dim=3,
        vocab_size=5,
        token_per=token_per,
        **options,
    )
    return DiscreteHead(config, 16).eval()


@pytest.mark.parametrize(('token_per', 'n'), TOKENS_PER.items())
def test_logits_come_from_the_token_of_their_number(token_per, n):
    head = make(token_per)
    assert head.config.num_tokens == n
    tokens = torch.randn(2, 3, n, 16)
    logits = head.logits(tokens)
    assert logits.shape == (2, 3, 4, 3, 5)
    changed = tokens.clone()
    changed[:, :, -1] += 1
    differs = (head.logits(changed) != logits).any(-1).any(0).any(0)  # (4, 3)
    assert differs.sum() == 12 // n
    assert differs[-1, -1]


@pytest.mark.parametrize('token_per', TOKENS_PER)
def test_attention_makes_as_many_tokens_as_are_needed(token_per):
    head = make(token_per, use_map=True)
    group = TokenGroup('obs', torch.randn(2, 3, 7, 16), torch.ones(2, 3, 7).bool())
    assert head.logits(head.pool(group)).shape == (2, 3, 4, 3, 5)


def test_loss_is_the_cross_entropy_of_what_counts():
    head = make()
    tokens, actions = torch.randn(2, 3, 12, 16), torch.rand(2, 3, 4, 3)
    mask = torch.ones(2, 3, 4, 3, dtype=torch.bool)
    mask[..., 2] = False
    shown = torch.tensor([[False, True, True]]).expand(2, 3)
    given = ActionTargets(actions, mask, shown)
    labels = (actions * 5).long()
    counts = given.counts
    expected = functional.cross_entropy(head.logits(tokens)[counts], labels[counts])
    assert head.loss(tokens, given).item() == pytest.approx(expected.item(), rel=1e-5)
    same = head.training_loss(tokens, given, torch.Generator())
    assert same.item() == pytest.approx(expected.item(), rel=1e-5)


@pytest.mark.parametrize('temperature', [1.0, 0.5])
def test_draws_follow_the_softmax(temperature):
    head = make('')
    tokens = 3 * torch.randn(1, 1, 16)
    generator = torch.Generator().manual_seed(0)
    options = Sampling(generator=generator, sample_shape=(20_000,), temperature=temperature)
    drawn = head.bins.encode(head.sample(tokens, options)[:, 0])  # (20000, 4, 3)
    shares = functional.one_hot(drawn, 5).float().mean(0)
    expected = (head.logits(tokens)[0] / temperature).softmax(-1)
    assert (shares - expected).abs().max() < 0.02  # 5 standard deviations


def test_draws_are_repeatable_and_fresh():
    head, tokens = make(''), torch.randn(2, 1, 16)
    generator = torch.Generator().manual_seed(1)
    first, second = (
        head.sample(tokens, Sampling(generator=generator, sample_shape=(9,))) for _ in range(2)
    )
    assert first.shape == (9, 2, 4, 3)
    assert not torch.equal(first, second)
    again = Sampling(generator=torch.Generator().manual_seed(1), sample_shape=(9,))
    assert torch.equal(head.sample(tokens, again), first)


def test_argmax_takes_the_most_probable_bin():
    head, tokens = make(), torch.randn(2, 12, 16)
    best = head.sample(tokens, Sampling(argmax=True, sample_shape=(2,)))
    assert best.shape == (2, 2, 4, 3)
    assert torch.equal(head.bins.encode(best[1]), head.logits(tokens).argmax(-1))


def test_without_randomness_or_with_noise_it_refuses():
    head, tokens = make(), torch.zeros(2, 12, 16)
    with pytest.raises(PolicyError, match='generator, or takes argmax'):
        head.sample(tokens, Sampling())
    noise = SamplingNoise(torch.zeros(2, 12), torch.zeros(20, 2, 12))
    with pytest.raises(PolicyError, match='leave noise out'):
        head.sample(tokens, Sampling(noise=noise))
