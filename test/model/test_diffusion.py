# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from octo_ros.errors import PolicyError
from octo_ros.model.diffusion import DiffusionHead
from octo_ros.model.head_config import DiffusionHeadConfig
from octo_ros.model.loss import ActionTargets
from octo_ros.model.sampling import Sampling, SamplingNoise


def test_noise_is_repeatable_and_fresh(lang):
    head = lang.model.head
    generator = torch.Generator().manual_seed(5)
    first, second = (head.draw_noise((2,), generator) for _ in range(2))
    again = head.draw_noise((2,), torch.Generator().manual_seed(5))
    assert torch.equal(first.initial, again.initial)
    assert torch.equal(first.steps, again.steps)
    assert not torch.equal(first.initial, second.initial)
    assert first.initial.shape == (2, 28)
    assert first.steps.shape == (20, 2, 28)


def test_actions_stay_within_the_clip(lang):
    head = lang.model.head
    generator = torch.Generator().manual_seed(0)
    embedding = 100 * torch.randn(50, 64, generator=generator)
    with torch.no_grad():
        actions = head.denoise(embedding, head.draw_noise((50,), generator))
    assert actions.shape == (50, 4, 7)
    assert actions.abs().max() == 5.0


@pytest.fixture
def gaussian():
    """A head that knows the best answer if every action is normal around 0.5, deviation 0.01.

    Then E[noise | x] = sqrt(1-a)·(x - sqrt(a)·0.5) / (a·0.01² + 1-a) with a = alpha_hat; on top
    comes an error, as every learned network has it.
    """

    class Best(torch.nn.Module):
        error = 0.0

        def forward(self, embedding, x, time):
            a = torch.from_numpy(head.schedule.alpha_hats)[time]
            noise = (1 - a).sqrt() * (x - a.sqrt() * 0.5) / (a * 1e-4 + 1 - a)
            generator = torch.Generator().manual_seed(int(time.flatten()[0]))
            return noise + self.error * torch.randn(x.shape, generator=generator)

    head = DiffusionHead(DiffusionHeadConfig(readout_key='readout_action'), 4)
    head.network = Best()
    return head


def ddim(head, steps, n=1000, dim=None):
    noise = torch.randn(n, head.chunk_size, generator=torch.Generator().manual_seed(0))
    return head.denoise_fast(torch.zeros(n, 4), noise, steps, dim)


@pytest.mark.parametrize('steps', [1, 2, 5, 10, 19])
def test_ddim_reaches_the_actions_in_any_number_of_steps(gaussian, steps):
    actions = ddim(gaussian, steps)
    assert actions.shape == (1000, 1, 7)
    assert actions.mean().item() == pytest.approx(0.5, abs=2e-3)
    assert actions.std() < 0.012


def test_all_ddim_steps_give_the_mean_that_ddpm_gives(gaussian):
    noise = gaussian.draw_noise((1000,), torch.Generator().manual_seed(0))
    ddpm = gaussian.denoise(torch.zeros(1000, 4), noise)
    assert ddim(gaussian, 19).mean().item() == pytest.approx(ddpm.mean().item(), abs=2e-3)


@pytest.mark.parametrize('steps', [4, 5, 10])
def test_few_ddim_steps_bear_a_network_that_is_not_perfect(gaussian, steps):
    gaussian.network.error = 0.01
    assert (ddim(gaussian, steps) - 0.5).abs().max() < 0.05


def test_ddim_is_deterministic_and_clipped(lang):
    head = lang.model.head
    generator = torch.Generator().manual_seed(0)
    embedding = 100 * torch.randn(50, 64, generator=generator)
    initial = head.draw_noise((3, 50), generator).initial
    with torch.no_grad():
        first, again = (head.denoise_fast(embedding, initial, 5) for _ in range(2))
    assert first.shape == (3, 50, 4, 7)
    assert torch.equal(first, again)
    assert first.abs().max() <= 5.0


def test_ddim_gives_no_action_in_dimensions_that_the_robot_lacks(gaussian):
    seen = []
    gaussian.network.register_forward_pre_hook(lambda _, given: seen.append(given[1:]))
    actions = ddim(gaussian, 5, dim=6)
    assert not actions[..., 6].any()
    assert actions[..., :6].mean().item() == pytest.approx(0.5, abs=2e-3)
    for x, time in seen[1:]:  # in between they are noise of the right size
        expected = 1 - gaussian.schedule.alpha_hats[int(time[0, 0])]
        assert x[:, 6].var().item() == pytest.approx(expected, rel=0.2)


@pytest.mark.parametrize('steps', [0, 20])
def test_ddim_refuses_other_numbers_of_steps(gaussian, steps):
    with pytest.raises(PolicyError, match=f'asked for {steps} steps; this head allows 1 to 19'):
        ddim(gaussian, steps)


def test_noise_of_another_shape_is_refused(gaussian):
    noise = gaussian.draw_noise((2,), torch.Generator())
    few = SamplingNoise(noise.initial, noise.steps[1:])
    for wrong, batch in ((noise, 3), (few, 2)):
        with pytest.raises(PolicyError, match=r'noise\.initial must be'):
            gaussian.sample(torch.zeros(batch, 4), Sampling(noise=wrong))


def test_training_draws_are_repeatable_and_of_every_step(gaussian):
    config = replace(gaussian.config, n_diffusion_samples=50)
    head = DiffusionHead(config, 4)
    times = []
    head.network.register_forward_pre_hook(lambda _, given: times.append(given[2]))
    shown = torch.ones(2, 3, dtype=torch.bool)
    targets = ActionTargets(
        torch.zeros(2, 3, 1, 7), shown[..., None, None].expand(2, 3, 1, 7), shown
    )
    losses = [
        head.training_loss(torch.zeros(2, 3, 4), targets, torch.Generator().manual_seed(seed))
        for seed in (0, 0, 1)
    ]
    assert losses[0] == losses[1]
    assert losses[0] != losses[2]
    assert times[0].shape == (50, 2, 3, 1)
    assert times[0].unique().tolist() == list(range(20))
