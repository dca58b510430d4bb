# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The network as one graph: exported, and compiled without a break."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import nn

from octo_ros.model.batch import LanguageTokens, Observations, Tasks
from octo_ros.model.head_config import (
    ContinuousHeadConfig,
    DiffusionHeadConfig,
    DiscreteHeadConfig,
)
from octo_ros.model.initialization import initialized_octo
from octo_ros.model.sampling import SamplingNoise

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _without_gradients():
    with torch.no_grad():
        yield


class Sampler(nn.Module):
    """Plain tensors to actions, with the noise as an input."""

    def __init__(self, model):
        super().__init__()
        self.model = model
        self.keys = [camera.image_keys[0] for camera in model.config.cameras]

    def forward(self, *tensors):
        shown, language_shown, ids, ids_mask, initial, steps, *images = tensors
        count = len(self.keys)
        observations = Observations(dict(zip(self.keys, images[:count], strict=True)), shown)
        goals = dict(zip(self.keys, images[count:], strict=True)) if images[count:] else {}
        tasks = Tasks(LanguageTokens(ids, ids_mask), language_shown, goals)
        noise = SamplingNoise(initial, steps)
        return self.model.sample_actions(observations, tasks, noise=noise)


def inputs(config, batch, goals):
    generator = torch.Generator().manual_seed(0)
    sizes = [camera.image_size for camera in config.cameras]

    def pixels(*lead):
        return [
            torch.randint(0, 256, (*lead, *size, 3), dtype=torch.uint8, generator=generator)
            for size in sizes
        ]

    chunk = config.head.action_horizon * config.head.action_dim
    ids = torch.randint(1, 90, (batch, config.language.num_tokens), generator=generator)
    return (
        torch.tensor([[False, True]]).expand(batch, 2).clone(),
        torch.ones(batch, dtype=torch.bool),
        ids,
        torch.ones_like(ids),
        torch.randn(batch, chunk, generator=generator),
        torch.randn(config.head.diffusion_steps, batch, chunk, generator=generator),
        *pixels(batch, 2),
        *(pixels(batch) if goals else ()),
    )


def check(model, tensors):
    sampler = Sampler(model).eval()
    expected = sampler(*tensors)
    assert expected.isfinite().all()
    exported = torch.export.export(sampler, tensors).module()
    torch.testing.assert_close(exported(*tensors), expected, rtol=0, atol=1e-5)
    torch.compiler.reset()
    compiled = torch.compile(sampler, backend='aot_eager', fullgraph=True)
    torch.testing.assert_close(compiled(*tensors), expected, rtol=0, atol=1e-5)
    # A graph that forgot its inputs would also give the same numbers again.
    unlike = [*tensors]
    unlike[4] = -tensors[4]
    assert not torch.equal(exported(*unlike), expected)
    torch.testing.assert_close(compiled(*unlike), sampler(*unlike), rtol=0, atol=1e-5)


@pytest.mark.parametrize('name', ['lang', 'goal'])
def test_sampling_is_one_graph(name, request):
    model = request.getfixturevalue(name).model
    check(model, inputs(model.config, batch=2, goals=True))


def test_sampling_is_one_graph_at_the_size_of_the_release(small_config):
    model = initialized_octo(small_config, torch.Generator().manual_seed(0)).eval()
    check(model, inputs(small_config, batch=1, goals=False))


class Forward(nn.Module):
    """A network that reads numbers, vectors and words too."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, *tensors):
        image, proprio, gripper, shown, ids, words = tensors
        low_dim = {'proprio': proprio, 'gripper': gripper}
        observations = Observations({'image_top': image}, shown, low_dim=low_dim)
        tasks = Tasks(LanguageTokens(ids, ids), vectors={'words': words})
        return self.model(observations, tasks)


HEADS = [
    DiffusionHeadConfig(readout_key='readout_action', action_dim=3, use_map=True),
    ContinuousHeadConfig(readout_key='obs', action_dim=3, use_map=True),
    DiscreteHeadConfig(readout_key='readout_action', action_dim=3, vocab_size=8),
]


@pytest.mark.parametrize('head', HEADS, ids=lambda head: type(head).__name__)
def test_every_kind_of_part_is_one_graph(rich_config, head):
    config = replace(rich_config, head=head)
    model = Forward(initialized_octo(config, torch.Generator().manual_seed(0)).eval())
    generator = torch.Generator().manual_seed(1)
    tensors = (
        torch.randint(0, 256, (2, 2, 64, 64, 3), dtype=torch.uint8, generator=generator),
        torch.rand(2, 2, 14, generator=generator),
        torch.rand(2, 2, 2, generator=generator),
        torch.tensor([[False, True], [True, True]]),
        LanguageTokens.empty(2, 16).input_ids,
        torch.rand(2, 9, generator=generator),
    )
    exported = torch.export.export(model, tensors).module()
    torch.testing.assert_close(exported(*tensors), model(*tensors), rtol=0, atol=1e-6)
    torch.compiler.reset()
    compiled = torch.compile(model, backend='eager', fullgraph=True)
    torch.testing.assert_close(compiled(*tensors), model(*tensors), rtol=0, atol=1e-6)
