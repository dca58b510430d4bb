# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from octo_ros.model.diffusion import ActionTargets, NoiseSchedule
from octo_ros.model.octo import Octo
from octo_ros.model.parameters import checkpoint_leaves


def test_schedule():
    schedule = NoiseSchedule.cosine(20)
    assert schedule.betas[0] == pytest.approx(0.007993, abs=1e-6)
    assert schedule.betas[-1] == np.float32(0.999)
    assert schedule.alpha_hats[-1] == pytest.approx(6.06e-6, rel=1e-2)


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


@pytest.fixture(scope='module')
def train(lang):
    with np.load(lang.path / 'train.npz') as arrays:
        return dict(arrays)


@pytest.fixture(scope='module')
def trained(lang, train):
    """The loss with the original's randomness, and the model with its gradients."""
    model = Octo(lang.model.config)
    model.load_state_dict(lang.model.state_dict())
    given = {
        name: torch.from_numpy(train[f'in/{name}'])
        for name in ('actions', 'action_pad_mask', 'timestep_pad_mask', 'time', 'noise')
    }
    targets = ActionTargets(given['actions'], given['action_pad_mask'], given['timestep_pad_mask'])
    observations = replace(lang.observations, timestep_pad_mask=given['timestep_pad_mask'])
    embedding = model(observations, lang.tasks)
    loss = model.head.loss(embedding, targets, given['time'].long(), given['noise'])
    loss.backward()
    return loss.detach(), model


def test_loss_is_the_originals(trained, train):
    assert trained[0].item() == pytest.approx(float(train['out/loss']), rel=1e-4)


def test_gradients_are_the_originals(trained, train):
    model = trained[1]
    leaves, parameters = checkpoint_leaves(model), dict(model.named_parameters())
    paths = [str(path).replace('.', '/') for path in train['out/grad_norm/paths']]
    assert set(paths) == set(leaves)
    for path, norm in zip(paths, train['out/grad_norm/values'], strict=True):
        gradient = parameters[leaves[path].parameter].grad
        ours = 0.0 if gradient is None else gradient.norm().item()
        # Biases before a norm or a softmax have no gradient but rounding errors.
        assert ours == pytest.approx(norm, rel=1e-4, abs=1e-6), path
    for name in (name for name in train if name.startswith('out/grad/')):
        leaf = leaves[name.removeprefix('out/grad/')]
        expected = leaf.to_torch(train[name])
        scale = expected.abs().max().item()
        torch.testing.assert_close(
            parameters[leaf.parameter].grad, expected, rtol=0, atol=1e-4 * scale + 1e-6
        )
