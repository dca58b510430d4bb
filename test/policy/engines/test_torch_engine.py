# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The split network against the plain one, tick by tick."""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np
import pytest
import torch

from octo_ros.errors import PolicyError
from octo_ros.model.initialization import initialized_octo
from octo_ros.policy.engines.plain_engine import PlainEngine, window_observations
from octo_ros.policy.engines.torch_engine import TorchOptions, torch_engine
from octo_ros.policy.engines.window_engine import WindowEngine

from .conftest import World
from .exactness import Exactness
from .sequences import run, ticks

SPLIT = ('octo_tiny_lang', 'octo_tiny_goal', 'octo_tiny_aloha')


@pytest.mark.parametrize('name', SPLIT)
def test_two_hundred_ticks_equal_the_plain_network(world, name):
    tiny = world(name)
    window = tiny.octo.config.window_size
    split = torch_engine(tiny.octo)
    exactness = Exactness(tiny, split, limit=1e-4)
    for tick in ticks(tiny, window, 200):
        exactness.compare(tick, tiny.sampling())
    exactness.check()
    assert split.counts.hits > 80
    assert split.counts.resumed > 0
    assert split.counts.misses > 0
    assert exactness.plain.counts.misses == 200


@pytest.mark.parametrize(
    'name', ['octo_tiny_mse', 'octo_tiny_discrete_step', 'octo_tiny_readouts']
)
@pytest.mark.parametrize('window', [1, 2, 5])
def test_other_heads_masks_and_windows(world, name, window):
    tiny = world(name)
    split, plain = torch_engine(tiny.octo, window), PlainEngine(tiny.octo, window)
    assert isinstance(split, WindowEngine)
    for tick in ticks(tiny, window, 20):
        sampling = tiny.sampling()
        np.testing.assert_allclose(
            run(split, tick, sampling), run(plain, tick, sampling), atol=1e-4, rtol=0
        )


def test_the_longest_window(world):
    # Rounding alone moves the plain head's own result by up to 1.3e-4 (float32 against float64).
    tiny = world('octo_tiny_lang')
    split, plain = torch_engine(tiny.octo, 10), PlainEngine(tiny.octo, 10)
    for tick in ticks(tiny, 10, 25):
        sampling = tiny.sampling(embodiment_action_dim=5)
        np.testing.assert_allclose(
            run(split, tick, sampling), run(plain, tick, sampling), atol=2e-4, rtol=0
        )


def test_fresh_noise_is_the_networks_own(world):
    """Same seed, same draws: the generator is used as `sample_actions` uses it."""
    tiny = world('octo_tiny_goal')
    engine, task = torch_engine(tiny.octo), tiny.task(goals=True)
    engine.set_task(engine.encode(task))
    frames = (tiny.frame(), tiny.frame())
    sampling = replace(
        tiny.sampling(), noise=None, generator=torch.Generator().manual_seed(5), sample_shape=(3,)
    )
    found = engine.act(frames[:1], frames[1], sampling)
    with torch.inference_mode():
        expected = tiny.octo.sample_actions(
            window_observations(frames, torch.device('cpu')),
            task,
            generator=torch.Generator().manual_seed(5),
            sample_shape=(3,),
        )
    assert found.shape == (3, 4, 7)
    np.testing.assert_allclose(found, expected[:, 0], atol=1e-4, rtol=0)


def test_film_token_learner_and_several_readouts(rich_config):
    octo = initialized_octo(rich_config, torch.Generator().manual_seed(0)).eval()
    rich = World('rich', octo, np.random.default_rng(0))
    split, plain = torch_engine(octo, 3), PlainEngine(octo, 3)
    for tick in ticks(rich, 3, 10):
        if tick.task is not None:
            words = {'words': torch.from_numpy(rich.rng.normal(size=(1, 9)).astype(np.float32))}
            tick = replace(tick, task=replace(tick.task, vectors=words))  # noqa: PLW2901
        sampling = rich.sampling()
        np.testing.assert_allclose(
            run(split, tick, sampling), run(plain, tick, sampling), atol=1e-4, rtol=0
        )


def test_a_head_that_reads_observations_runs_whole(world):
    tiny = world('octo_tiny_discrete_map')
    engine, task = torch_engine(tiny.octo), tiny.task()
    assert isinstance(engine, PlainEngine)
    engine.set_task(engine.encode(task))
    frames = (tiny.frame(), tiny.frame())
    assert engine.prepare(frames[:1])
    with torch.inference_mode():
        expected = tiny.octo.sample_actions(
            window_observations(frames, torch.device('cpu')), task, argmax=True
        )
    np.testing.assert_array_equal(engine.act(frames[:1], frames[1], tiny.sampling()), expected[0])


@pytest.mark.parametrize('name', SPLIT)
def test_bfloat16_is_near(world, name):
    tiny = world(name)
    octo = copy.deepcopy(tiny.octo)
    window = octo.config.window_size
    half, plain = (
        torch_engine(octo, options=TorchOptions(precision='bf16')),
        torch_engine(tiny.octo),
    )
    errors = []
    for tick in ticks(tiny, window, 10):
        sampling = tiny.sampling()
        errors.append(np.abs(run(half, tick, sampling) - run(plain, tick, sampling)))
    assert 0 < np.median(errors) < 0.1


def test_frames_that_do_not_fit_are_refused(world):
    tiny = world('octo_tiny_lang')
    engine = torch_engine(tiny.octo)
    engine.set_task(engine.encode(tiny.task()))
    other = replace(tiny.frame(), images={'image_side': np.zeros((8, 8, 3), np.uint8)})
    with pytest.raises(PolicyError, match="given observations \\['image_side'\\] is read"):
        engine.act((None,), other, tiny.sampling())
    # It goes on with the next frame.
    assert engine.act((None,), tiny.frame(), tiny.sampling()).shape == (4, 7)


@pytest.mark.skipif(torch.cuda.is_available(), reason='this machine has CUDA')
def test_cuda_is_refused_where_there_is_none(world):
    with pytest.raises(PolicyError, match='no CUDA device'):
        torch_engine(world('octo_tiny_lang').octo, options=TorchOptions(device='cuda'))


@pytest.mark.skipif(not torch.cuda.is_available(), reason='needs CUDA')
@pytest.mark.parametrize('name', SPLIT)
def test_recorded_graphs_equal_the_plain_network(world, name):
    tiny = world(name)
    window = tiny.octo.config.window_size
    split = torch_engine(copy.deepcopy(tiny.octo), options=TorchOptions(device='cuda'))
    plain = PlainEngine(tiny.octo, window)
    for tick in ticks(tiny, window, 60):
        sampling = tiny.sampling()
        np.testing.assert_allclose(
            run(split, tick, sampling), run(plain, tick, sampling), atol=1e-4, rtol=0
        )
