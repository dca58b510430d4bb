# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octo_ros.errors import PolicyError
from octo_ros.geometry import matrix_from_rotation_vector
from octo_ros.policy.chunking.chunk_path import ChunkPath
from octo_ros.policy.chunking.rotation_mean import rotation_mean
from octo_ros.policy.chunking.temporal_ensemble import TemporalEnsemble

from .timing import MS, PERIOD, TICK_MS, Motion, Reference, chunk, run, spec_of, timings
from .worlds import follow_one_path


def octos_ensemble(chunks, step, exp_weight):
    """Step `step` of the wrapper as its definition reads, for one chunk per step."""
    horizon = chunks[0].shape[0]
    kept = chunks[max(0, step - horizon + 1) : step + 1]
    predictions = np.stack([c[len(kept) - 1 - j] for j, c in enumerate(kept)])
    weights = np.exp(-exp_weight * np.arange(len(kept)))
    return (weights[:, None] / weights.sum() * predictions).sum(axis=0)


@pytest.mark.parametrize('exp_weight', [0.0, 0.4, -0.4])
def test_translations_are_octos(exp_weight):
    rng = np.random.default_rng(0)
    chunks = [np.hstack([rng.normal(0, 0.02, (4, 3)), np.zeros((4, 4))]) for _ in range(7)]
    scheduler = TemporalEnsemble(spec_of(4), exp_weight)
    for k, actions in enumerate(chunks):
        scheduler.add(chunk(actions, start_ms=k * TICK_MS, observed_ms=k * TICK_MS - 50))
        wanted = scheduler.displacement(k * PERIOD, PERIOD)
        expected = octos_ensemble(chunks, k, exp_weight)
        np.testing.assert_allclose(wanted.translation, expected[:3], atol=1e-15)


def constant(value, start_ms, gripper, dt_ms=TICK_MS, horizon=4):
    actions = np.zeros((horizon, 7))
    actions[:, 0], actions[:, 6] = value, gripper
    return chunk(actions, dt_ms, start_ms, start_ms - 50)


def test_weights_count_actions_not_chunks():
    """A 5 Hz model inferred at 10 Hz: half an action between two chunks, half a weight."""
    scheduler = TemporalEnsemble(spec_of(4, 200), 0.6)
    scheduler.add(constant(0.0, 0, 1.0, 200))
    scheduler.displacement(0, PERIOD)
    scheduler.add(constant(1.0, TICK_MS, 1.0, 200))
    newer = math.exp(-0.3) / (1 + math.exp(-0.3))
    assert scheduler.displacement(PERIOD, PERIOD).translation[0] == pytest.approx(newer / 2)


@pytest.mark.parametrize(
    ('grippers', 'weight', 'expected'),
    [
        ((1.0, 0.9, 0.0), 0.0, 0.9),  # two of three, the newest of them
        ((0.1, 0.0, 1.0), 0.0, 0.0),
        ((1.0, 0.0), 0.0, 0.0),  # a tie
        ((0.0, 1.0), 0.0, 1.0),
        ((1.0, 0.0, 0.0), 1.0, 1.0),  # the oldest has more weight than both others
        ((1.0, 1.0, 0.0), -1.0, 0.0),
        ((0.5, 0.49), 1.0, 0.5),
    ],
)
def test_gripper_is_voted_on(grippers, weight, expected):
    scheduler = TemporalEnsemble(spec_of(4), weight)
    for k, gripper in enumerate(grippers):
        scheduler.add(constant(0.0, k * TICK_MS, gripper))
        wanted = scheduler.displacement(k * PERIOD, PERIOD)
    assert wanted.gripper == expected


def test_the_newest_chunk_is_named():
    scheduler = TemporalEnsemble(spec_of(4))
    first, second = constant(0.0, 0, 1.0), constant(1.0, TICK_MS, 1.0)
    scheduler.add(first)
    scheduler.displacement(0, PERIOD)
    scheduler.add(second)
    wanted = scheduler.displacement(PERIOD, PERIOD)
    assert (wanted.chunk, wanted.chunk_index) == (second, 0)


def test_a_late_chunk_is_aligned_by_its_stamps_not_by_its_number():
    rows = np.zeros((4, 7))
    rows[:, 0] = [1, 2, 3, 4]
    scheduler = TemporalEnsemble(spec_of(4))
    scheduler.add(chunk(rows, start_ms=0, observed_ms=-50))
    for k in range(2):
        scheduler.displacement(k * PERIOD, PERIOD)
    scheduler.add(chunk(10 * rows, start_ms=TICK_MS, observed_ms=50))
    assert scheduler.displacement(2 * PERIOD, PERIOD).translation[0] == (3 + 20) / 2


@settings(max_examples=60, deadline=None)
@given(timings(), st.sampled_from([0.0, 0.3]))
def test_every_tick_is_the_integral_of_the_mean(timing, weight):
    scheduler = TemporalEnsemble(timing.spec, weight)
    wanted = run(scheduler, timing)
    paths = [ChunkPath(made) for made in timing.chunks]
    for got, pieces in zip(wanted, Reference(timing, None).ticks(), strict=True):
        if not pieces:
            assert got is None
            continue
        expected = Motion()
        for key, ms, places in pieces:
            oldest = max(own for _, _, own in places)
            weights = np.array(
                [math.exp(-weight * (oldest - own) / timing.dt_ms) for _, _, own in places]
            )
            weights /= weights.sum()
            vectors = np.array([paths[index].rotation_vectors[row] for index, row in key])
            moved = sum(
                w * timing.chunks[index].actions[row, :3]
                for w, (index, row) in zip(weights, key, strict=True)
            )
            share = ms / timing.dt_ms
            turned = matrix_from_rotation_vector(share * rotation_mean(vectors, weights))
            expected.add(share * moved, turned)
        asked = Motion()
        asked.add_displacement(got)
        assert asked.distance(expected) < 1e-9
        assert got.covered_ns == MS * sum(ms for _, ms, _ in pieces)
        voters = {timing.chunks[index].actions[row, 6] for index, row in pieces[-1][0]}
        assert got.gripper in voters
    assert scheduler.uncovered_ns + sum(w.covered_ns for w in wanted if w) == len(wanted) * PERIOD


@settings(max_examples=40, deadline=None)
@given(st.data(), st.sampled_from([0.0, 0.5, -0.5]))
def test_a_consistent_policys_path_is_followed_over_any_timing(data, weight):
    follow_one_path(data, lambda spec: TemporalEnsemble(spec, weight))


@pytest.mark.parametrize('weight', [math.nan, math.inf])
def test_weight_must_be_finite(weight):
    with pytest.raises(PolicyError, match='must be a finite number'):
        TemporalEnsemble(spec_of(4), weight)
