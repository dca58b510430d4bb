# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Several robots in one forward pass: the same actions as each gets alone."""

from __future__ import annotations

import numpy as np
import pytest

from octo_ros.errors import PolicyError
from octo_ros.model.sampling import Sampling
from octo_ros.policy.engines.base import Turn
from octo_ros.policy.engines.exported import Exported
from octo_ros.policy.engines.exported_engine import RuntimeOptions, exported_engine
from octo_ros.policy.engines.frame import Frame
from octo_ros.policy.engines.plain_engine import PlainEngine
from octo_ros.policy.engines.together import act_together, warm_up
from octo_ros.policy.engines.torch_engine import torch_engine

NAMES = ('octo_tiny_lang', 'octo_tiny_goal', 'octo_tiny_aloha')


class Passes:
    """Counts the passes of a network's newest slots, and their sizes."""

    def __init__(self, engine, monkeypatch):
        self.sizes = []
        newest = engine._network.newest

        def counted(x, context):
            self.sizes.append(len(x))
            return newest(x, context)

        monkeypatch.setattr(engine._network, 'newest', counted)


@pytest.fixture(
    params=[
        'torch',
        *(
            pytest.param((runtime, precision), id=f'{runtime}-{precision}', marks=marks)
            for runtime in ('onnxruntime', 'openvino')
            for precision, marks in (('fp32', ()), ('int8', pytest.mark.slow))
        ),
    ]
)
def fleet(request, exported):
    """A function: world and number → engines on one network, each with a task of its own."""

    def make(tiny, number, window=None):
        if request.param == 'torch':
            return started(tiny, torch_engine(tiny.octo, window), number)
        runtime, precision = request.param
        read = Exported.read(exported(tiny.name, precision))
        options = RuntimeOptions(runtime, threads=1, bfloat16=False)
        return started(tiny, exported_engine(read, options, window), number)

    return make


def started(tiny, first, number):
    engines = [first, *(first.for_another_robot() for _ in range(number - 1))]
    for engine in engines:
        engine.set_task(engine.encode(tiny.task()))
    return engines


def turn(tiny, engine, padded=False, **options):
    slots = engine.window_size - 1
    history = (None,) * slots if padded else tuple(tiny.frame() for _ in range(slots))
    return Turn(engine, history, tiny.frame(), tiny.sampling(**options))


def alone(turn):
    return turn.engine.act(turn.history, turn.newest, turn.sampling)


@pytest.mark.parametrize('name', NAMES)
def test_a_batch_gives_what_each_robot_gets_alone(world, name, monkeypatch, fleet):
    tiny = world(name, seed=5)
    engines = fleet(tiny, 3)
    passes = Passes(engines[0], monkeypatch)
    for number in range(4):
        if number == 2:  # from now on by graphs for these very sizes
            warm_up([turn(tiny, engine) for engine in engines])
            passes.sizes.clear()
        turns = [turn(tiny, engine) for engine in engines]
        together = act_together(turns)
        assert passes.sizes == [3]
        for given, chunk in zip(turns, together, strict=True):
            np.testing.assert_allclose(chunk, alone(given), atol=3e-4)
        passes.sizes.clear()


def test_padded_windows_are_a_batch_of_their_own(world, monkeypatch, fleet):
    tiny = world('octo_tiny_lang', seed=6)
    engines = fleet(tiny, 3, window=2)
    passes = Passes(engines[0], monkeypatch)
    turns = [turn(tiny, engine, padded=i == 1) for i, engine in enumerate(engines)]
    together = act_together(turns)
    assert sorted(passes.sizes) == [1, 2]
    for given, chunk in zip(turns, together, strict=True):
        np.testing.assert_allclose(chunk, alone(given), atol=3e-4)


def test_robots_that_ask_for_different_samples_share_all_but_the_head(world, monkeypatch, fleet):
    tiny = world('octo_tiny_lang', seed=7)
    engines = fleet(tiny, 2)
    passes = Passes(engines[0], monkeypatch)
    first, second = turn(tiny, engines[0]), turn(tiny, engines[1], embodiment_action_dim=6)
    chunks = act_together([first, second])
    assert passes.sizes == [2]
    np.testing.assert_allclose(chunks[0], alone(first), atol=3e-4)
    np.testing.assert_allclose(chunks[1], alone(second), atol=3e-4)


def test_one_robot_that_cannot_be_served_does_not_keep_the_others(world, fleet):
    tiny = world('octo_tiny_lang', seed=8)
    engines = fleet(tiny, 3)
    turns = [turn(tiny, engine) for engine in engines]
    blind = Frame({'image_unknown': np.zeros((8, 8, 3), np.uint8)})
    turns[1] = Turn(engines[1], turns[1].history, blind, turns[1].sampling)
    first, refused, last = act_together(turns)
    assert isinstance(refused, PolicyError)
    assert 'image_unknown' in str(refused)
    np.testing.assert_allclose(first, alone(turns[0]), atol=3e-4)
    np.testing.assert_allclose(last, alone(turns[2]), atol=3e-4)


def test_a_sampling_that_the_head_refuses_is_the_reason_of_its_robot(world, fleet):
    tiny = world('octo_tiny_lang', seed=9)
    engines = fleet(tiny, 2)
    good, bad = (turn(tiny, engine) for engine in engines)
    bad = Turn(
        bad.engine, bad.history, bad.newest, Sampling(noise=bad.sampling.noise, argmax=True)
    )
    chunk, refused = act_together([good, bad])
    assert isinstance(chunk, np.ndarray)
    assert isinstance(refused, PolicyError)


def test_whole_window_engines_stand_beside_the_others(world, fleet):
    tiny = world('octo_tiny_lang', seed=10)
    (split,) = fleet(tiny, 1)
    whole = PlainEngine(tiny.octo, split.window_size)
    whole.set_task(whole.encode(tiny.task()))
    turns = [turn(tiny, whole), turn(tiny, split)]
    for given, chunk in zip(turns, act_together(turns), strict=True):
        np.testing.assert_allclose(chunk, alone(given), atol=3e-4)


def test_warming_up_tries_every_number_and_leaves_nothing_behind(world, monkeypatch, fleet):
    tiny = world('octo_tiny_lang', seed=11)
    engines = fleet(tiny, 3)
    passes = Passes(engines[0], monkeypatch)
    warm_up([turn(tiny, engine) for engine in engines])
    assert set(passes.sizes) == {1, 2, 3}
    assert all(engine.counts == type(engine.counts)() for engine in engines)
