# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Engines made from files and timed; what is timed is what the name says."""

import numpy as np
import pytest

from octo_ros.benchmark.engine_probe import EngineProbe, Source
from octo_ros.benchmark.variant import PLAIN, Variant
from octo_ros.errors import CheckpointError

KINDS = {'precompute', 'critical', 'full', 'first_frame', 'encode', 'policy', 'resize'}


def probe(subject, variant):
    return EngineProbe(variant, Source(subject.path), 1, 'cpu')


def test_the_critical_path_is_prepared_and_the_full_window_is_not(subject):
    made = probe(subject, Variant('torch', 'fp32'))
    made._policy = None
    before = made._engine.counts
    durations = made.time(5)
    counts = made._engine.counts
    assert [len(durations[kind]) for kind in ('critical', 'full', 'first_frame')] == [5, 3, 3]
    # Padding in front of a frame is known with the task, so a first window is a hit, and so was
    # the one that showed the first frame.
    assert counts.hits - before.hits == 5 + 3 + 1
    assert counts.misses - before.misses == 3
    assert counts.resumed == before.resumed


@pytest.mark.parametrize('variant', [PLAIN, Variant('torch', 'bf16')], ids=str)
def test_all_kinds_are_timed(subject, variant):
    made = probe(subject, variant)
    durations = made.time(2)
    assert durations.keys() == KINDS
    assert all(0 < time < 60e3 for times in durations.values() for time in times)
    footprint = made.footprint()
    assert footprint.split == (variant.engine == 'torch')
    assert footprint.load_s > 0
    assert footprint.peak_memory_mb > 50
    assert footprint.notes == ()


def test_actions_are_those_of_the_plain_network(subject):
    ticks = subject.compared(3)
    plain = probe(subject, PLAIN).actions(ticks)
    assert plain.shape == (3, 4, 7)
    np.testing.assert_array_equal(plain, probe(subject, PLAIN).actions(ticks))
    exact = probe(subject, Variant('torch', 'fp32')).actions(ticks)
    half = probe(subject, Variant('torch', 'bf16')).actions(ticks)
    assert 0 < np.abs(exact - plain).max() < 1e-4 < np.abs(half - plain).max() < 0.5


def test_slow_arithmetic_gets_fewer_calls(subject, monkeypatch):
    monkeypatch.setattr('octo_ros.benchmark.engine_probe._KIND_S', 0.0)
    durations = probe(subject, PLAIN).time(9)
    calls = {kind: len(times) for kind, times in durations.items()}
    assert calls == {**dict.fromkeys(KINDS, 2), 'policy': 1, 'resize': 1}


def test_a_checkpoint_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(CheckpointError):
        EngineProbe(PLAIN, Source(tmp_path), 1, 'cpu')
