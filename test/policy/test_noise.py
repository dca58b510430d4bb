# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from octo_ros.model.head_config import DiffusionHeadConfig
from octo_ros.policy.noise import CoupledNoise, FreshNoise

MS = 1_000_000
HORIZON, DIM, STEPS = 4, 3, 5
HEAD = DiffusionHeadConfig(
    readout_key='action', action_horizon=HORIZON, action_dim=DIM, diffusion_steps=STEPS
)
DT = 0.2


def coupled(seed=0, head=HEAD):
    return CoupledNoise(head, DT, seed)


def slots(noise):
    """Shape (action_horizon, 1 + T, action_dim): all noise of each action."""
    return (
        torch.cat([noise.initial[None], noise.steps]).unflatten(1, (HORIZON, DIM)).transpose(0, 1)
    )


SOURCES = pytest.mark.parametrize('make', [lambda s: FreshNoise(HEAD, s), coupled])


@SOURCES
def test_shapes(make):
    noise = make(0).draw(0)
    assert noise.initial.shape == (HORIZON * DIM,)
    assert noise.steps.shape == (STEPS, HORIZON * DIM)
    assert noise.initial.dtype == noise.steps.dtype == torch.float32


@SOURCES
def test_the_seed_and_the_times_decide(make):
    first, again, other = (make(seed) for seed in (3, 3, 4))
    for start_ns in (0, 100 * MS, 400 * MS, 450 * MS, 5000 * MS):
        a, b, c = (source.draw(start_ns) for source in (first, again, other))
        assert torch.equal(a.initial, b.initial)
        assert torch.equal(a.steps, b.steps)
        assert not torch.equal(a.initial, c.initial)


@SOURCES
def test_every_chunk_is_standard_normal_and_independent_within(make):
    """Moments over draws at a jittery, dropping, 5 Hz loop, each at the end of such a run."""
    rng = np.random.default_rng(1)
    draws = []
    for seed in range(3000):
        source = make(seed)
        start = 0
        for _ in range(rng.integers(1, 5)):
            noise = source.draw(start)
            start += int(rng.integers(1, 600)) * MS
        draws.append(torch.cat([noise.initial, noise.steps.flatten()]).numpy())
    numbers = np.stack(draws)  # (3000, 72)
    n, size = numbers.shape
    sigma = 1 / np.sqrt(n)
    # Five standard errors: among 72 numbers and 2556 pairs by chance once in about 700 seeds.
    assert np.abs(numbers.mean(axis=0)).max() < 5 * sigma
    assert np.abs((numbers**2).mean(axis=0) - 1).max() < 5 * np.sqrt(2) * sigma
    assert np.abs((numbers**4).mean() - 3) < 5 * np.sqrt(96 / (n * size))
    covariance = numbers.T @ numbers / n
    assert np.abs(covariance - np.diag(np.diag(covariance))).max() < 5 * sigma


def test_fresh_noise_shares_nothing():
    source = FreshNoise(HEAD, 0)
    first, second = slots(source.draw(0)), slots(source.draw(0))
    assert not np.intersect1d(first, second).size


@settings(deadline=None)
@given(st.lists(st.integers(0, 12), min_size=1, max_size=12), st.integers(0, 2**31))
def test_an_action_keeps_its_noise_whatever_calls_are_left_out(gaps, seed):
    """Shifted by the action slots that went by, at 10 Hz and a 5 Hz model, with dropped calls."""
    source = coupled(seed)
    tick, known = 0, {}
    for gap in gaps:
        first = tick * 100 * MS // (200 * MS)
        values = slots(source.draw(10**18 + tick * 100 * MS))
        for k, value in enumerate(values):
            if first + k in known:
                assert torch.equal(value, known[first + k])
            elif known:
                assert not any(torch.equal(value, old) for old in known.values())
        # What lay beyond the chunk's end had no noise yet; what lay before its start is gone.
        known = {first + k: value for k, value in enumerate(values)}
        tick += gap


@pytest.mark.parametrize(
    ('elapsed_ms', 'shift'), [(0, 0), (100, 0), (199, 0), (200, 1), (399, 1), (400, 2), (600, 3)]
)
def test_shift_counts_elapsed_slots(elapsed_ms, shift):
    source = coupled()
    before = slots(source.draw(7 * MS))
    after = slots(source.draw((7 + elapsed_ms) * MS))
    assert torch.equal(after[: HORIZON - shift], before[shift:])
    assert not np.intersect1d(after[HORIZON - shift :], before).size


@pytest.mark.parametrize('elapsed_ms', [800, 100_000])
def test_after_a_whole_chunk_all_is_fresh(elapsed_ms):
    source = coupled()
    before, after = slots(source.draw(0)), slots(source.draw(elapsed_ms * MS))
    assert not np.intersect1d(after, before).size


def test_slots_that_are_no_whole_nanoseconds_are_counted_without_drift():
    source = CoupledNoise(HEAD, 1 / 15, 0)
    start = slots(source.draw(0))
    for k in range(1, 10 * 60 * 15 // 3):  # ten minutes of every third slot
        before = start
        start = slots(source.draw(round(k * 3 * 1e9 / 15)))
        assert torch.equal(start[0], before[3])
        assert not torch.equal(start[1], before[3])


def test_a_new_task_and_a_clock_that_goes_back_begin_anew():
    source = coupled()
    first = slots(source.draw(1000 * MS))
    source.reset()
    second = slots(source.draw(1000 * MS))
    assert not np.intersect1d(first, second).size
    source.draw(1400 * MS)
    third = slots(source.draw(1200 * MS))
    assert not np.intersect1d(second, third).size
    fourth = slots(source.draw(0))
    assert not np.intersect1d(third, fourth).size
