# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What is used again is what would be computed again, whatever happens in between."""

from __future__ import annotations

import zlib
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from octo_ros.errors import PolicyError
from octo_ros.model.batch import Tasks
from octo_ros.model.sampling import Sampling
from octo_ros.policy.base import CacheCounts
from octo_ros.policy.engines.frame import Frame
from octo_ros.policy.engines.network import FrameFeatures, TaskTokens
from octo_ros.policy.engines.split_block import KeyValues
from octo_ros.policy.engines.window_engine import WindowEngine

LAYERS = 3


def number(*parts) -> torch.Tensor:
    """A number that tells what it was made of, shape (1, 1, 1)."""
    text = ' '.join(str(p.tolist() if isinstance(p, torch.Tensor) else p) for p in parts)
    return torch.tensor([[[zlib.crc32(text.encode())]]])


class Traced:
    """A split network whose tokens are checksums of all that went into them."""

    num_layers = LAYERS
    max_window = 10

    def __init__(self):
        self.work = 0
        self.fails_after = None

    def _did(self):
        self.work += 1
        if self.fails_after is not None and self.work > self.fails_after:
            self.fails_after = None
            msg = 'out of memory'
            raise RuntimeError(msg)

    def task(self, tasks):
        language = number('task', tasks.vectors['id'])
        return TaskTokens(tasks, language if tasks.vectors['id'] % 2 else language[:, :0])

    def empty_context(self):
        empty = torch.zeros(1, 1, 0, 1, dtype=torch.int64)
        return [KeyValues(empty, empty, empty, empty)] * LAYERS

    def prefix(self, task):
        return task.language

    def features(self, frame, task):
        self._did()
        return FrameFeatures((0,), number('frame', frame.digest, task.tasks.vectors['id']))

    def slot(self, features, number_, task):
        seen = 'padding' if features is None else features.tokens
        return number('slot', seen, number_, task.tasks.vectors['id'])

    def layer(self, number_, x, before):
        self._did()
        return number('layer', number_, x, *before), self._own(number_, x)

    def last_key_values(self, x):
        self._did()
        return self._own(LAYERS - 1, x)

    def _own(self, number_, x):
        key = number('key', number_, x)[:, None]
        return KeyValues(key, key + 1, key + 2, key + 3)

    def newest(self, x, context):
        for i, before in enumerate(context):
            x = number('newest', i, x, *before)
        return x

    def head(self, tokens, sampling):
        low = number('head', tokens) % 2**20
        return low.reshape(1, 1, 1).float()


def task(number_):
    return Tasks(vectors={'id': torch.tensor(number_)})


def frame(number_):
    return Frame({'image_primary': np.full((2, 2, 3), number_, np.uint8)})


def engine(window=2, task_number=1, network=None):
    result = WindowEngine(network or Traced(), window)
    result.set_task(result.encode(task(task_number)))
    return result


def from_scratch(window, task_number, history, newest):
    return engine(window, task_number).act(history, newest, Sampling())


FRAMES = st.integers(0, 3)
SLOTS = st.none() | FRAMES


class Ticks(RuleBasedStateMachine):
    """Any order of tasks, preparations (whole, abandoned, failed) and windows."""

    @initialize(window=st.integers(1, 4))
    def start(self, window):
        self.window, self.task, self.acts = window, 1, 0
        self.network = Traced()
        self.engine = engine(window, network=self.network)
        self.tasks = [self.engine.encode(task(number_)) for number_ in range(3)]

    def history(self, slots):
        return tuple(None if s is None else frame(s) for s in slots[: self.window - 1])

    @rule(number_=st.integers(0, 2))
    def set_task(self, number_):
        self.task = number_
        self.engine.set_task(self.tasks[number_])

    @rule(slots=st.lists(SLOTS, max_size=3))
    def prepare(self, slots):
        assert self.engine.prepare(self.history(slots))

    @rule(slots=st.lists(SLOTS, max_size=3), patience=st.integers(0, 12))
    def abandon(self, slots, patience):
        asked = iter(range(patience))
        done = self.engine.prepare(self.history(slots), lambda: next(asked, None) is None)
        before = self.network.work
        assert self.engine.prepare(self.history(slots), lambda: True) == done
        assert self.network.work == before

    @rule(slots=st.lists(SLOTS, max_size=3), after=st.integers(0, 10))
    def fail(self, slots, after):
        self.network.fails_after = self.network.work + after
        try:
            self.engine.prepare(self.history(slots))
        except RuntimeError:
            pass
        finally:
            self.network.fails_after = None

    @rule(slots=st.lists(SLOTS, max_size=3), newest=FRAMES)
    def act(self, slots, newest):
        history = self.history(slots)
        found = self.engine.act(history, frame(newest), Sampling())
        assert found == from_scratch(self.window, self.task, history, frame(newest))
        self.acts += 1

    @rule(slots=st.lists(SLOTS, max_size=3), newest=FRAMES)
    def prepare_and_act(self, slots, newest):
        history = self.history(slots)
        self.engine.prepare(history)
        before, hits = self.network.work, self.engine.counts.hits
        self.act(slots, newest)
        assert self.engine.counts.hits == hits + 1
        assert self.network.work <= before + 1  # the newest frame's stem

    @invariant()
    def every_act_is_counted(self):
        if hasattr(self, 'engine'):
            counts = self.engine.counts
            assert counts.hits + counts.resumed + counts.misses == self.acts


Ticks.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestTicks = Ticks.TestCase


def test_counts_tell_hits_from_parts_and_from_nothing():
    network = Traced()
    served = engine(2, network=network)
    served.act((frame(0),), frame(1), Sampling())
    assert served.counts == CacheCounts(misses=1)
    served.prepare((frame(1),))
    served.act((frame(1),), frame(2), Sampling())
    assert served.counts == CacheCounts(hits=1, misses=1)
    asked = iter(range(2))
    assert not served.prepare((frame(2),), lambda: next(asked, None) is None)
    before = network.work
    served.act((frame(2),), frame(3), Sampling())
    assert network.work == before + LAYERS - 2 + 1  # the rest of the layers, and the stem
    assert served.counts == CacheCounts(hits=1, resumed=1, misses=1)


def test_padding_is_prepared_with_the_task():
    network = Traced()
    served = engine(4, network=network)
    before = network.work
    served.act((None, None, None), frame(0), Sampling())
    assert network.work == before + 1
    assert served.counts == CacheCounts(hits=1)


def test_two_interleaved_windows_run_no_stem_twice():
    """A loop at 10 Hz with a model at 5 Hz: slot 0 is two ticks old."""
    network = Traced()
    served = engine(2, network=network)
    for tick in range(2, 20):
        before = network.work
        served.act((frame(tick - 2),), frame(tick), Sampling())
        served.prepare((frame(tick - 1),))
        assert tick < 5 or network.work == before + 1 + LAYERS


def test_nothing_piles_up():
    served = engine(3)
    for tick in range(50):
        history = (frame(tick), frame(tick + 1))
        served.prepare(history)
        served.act(history, frame(tick + 2), Sampling())
    assert len(served._contexts) <= 5
    assert len(served._features) <= 6


def test_it_refuses_to_act_without_a_task_and_beyond_its_window():
    idle = WindowEngine(Traced(), 2)
    with pytest.raises(PolicyError, match='call set_task first'):
        idle.act((), frame(0), Sampling())
    with pytest.raises(PolicyError, match='3 slots; this engine takes at most 2'):
        engine(2).act((None, frame(0)), frame(1), Sampling())
    with pytest.raises(PolicyError, match='11 timesteps; this network takes 1 to 10'):
        WindowEngine(Traced(), 11)


def test_another_mask_on_the_same_images_is_another_frame():
    served = engine(2)
    served.prepare((frame(0),))
    hidden = replace(frame(0), hidden=frozenset({'image_primary'}))
    served.act((hidden,), frame(1), Sampling())
    assert served.counts == CacheCounts(misses=1)
