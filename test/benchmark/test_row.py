# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Figures of a row, from samples that are known."""

from types import SimpleNamespace

import pytest

from octo_ros.benchmark import flops
from octo_ros.benchmark.action_error import ActionError
from octo_ros.benchmark.engine_probe import Footprint
from octo_ros.benchmark.entrant import Measurement
from octo_ros.benchmark.row import Row, percentile
from octo_ros.benchmark.variant import Variant

DURATIONS = {
    'critical': [10.0, 20.0, 30.0],
    'precompute': [5.0, 5.0, 30.0],
    'full': [40.0, 60.0],
    'first_frame': [9.0],
    'encode': [3.0],
}
BF16 = Variant('torch', 'bf16')
ERROR = ActionError({'x': 0.2, 'y': 0.5}, {'x': 0.1, 'y': 0.3})
MACHINE = SimpleNamespace(threads=2, peak_gflops={'fp32': 100.0, 'bf16': 200.0})


def row(subject, variant=BF16, split=True, problem=None, machine=MACHINE):
    footprint = Footprint(1.5, 700.0, None, split, ('a note',))
    measured = None if problem else Measurement(DURATIONS, footprint, ERROR)
    entrant = SimpleNamespace(variant=variant, problem=problem, measurement=measured)
    return Row.of(subject, entrant, machine)


def test_figures(subject):
    found = row(subject)
    assert (found.size, found.engine, found.precision) == ('64x2', 'torch', 'bf16')
    assert (found.full_p50_ms, found.full_p95_ms) == (50, pytest.approx(59))
    assert (found.critical_p50_ms, found.critical_p95_ms) == (20, pytest.approx(29))
    assert found.precompute_p50_ms == 5
    assert found.inferences_per_second == pytest.approx(30)  # three in 100 ms
    assert (found.load_s, found.peak_memory_mb, found.threads) == (1.5, 700, 2)
    assert (found.max_action_error, found.action_error_rms['x']) == (0.5, 0.1)
    assert found.policy_p50_ms is None
    assert (found.ticks, found.notes) == (3, ('a note',))
    assert row(subject, Variant('onnxruntime', 'int8')).notes == (
        'a note',
        'Products with weights in 8 bits, attention and stems in fp32.',
    )


def test_share_of_the_peak(subject, config):
    work = flops.critical_path(config)
    least = (work.total - work.head) / 200 + work.head / 100
    assert row(subject).share_of_peak == pytest.approx(least / 0.020)
    whole = row(subject, split=False)
    assert whole.critical_gflop == flops.full_window(config).total > work.total
    assert row(subject, Variant('openvino', 'int8')).share_of_peak is None
    emulating = SimpleNamespace(threads=2, peak_gflops={'fp32': 100.0, 'bf16': 7.0})
    assert row(subject, machine=emulating).share_of_peak == pytest.approx(work.total / 100 / 0.020)


def test_a_failed_one_has_words_and_no_figures(subject):
    found = row(subject, problem='It is not installed.')
    assert found.problem == 'It is not installed.'
    assert found.critical_p50_ms is None
    assert found.max_action_error is None


def test_percentiles():
    assert percentile([1.0, 2.0, 4.0], 50) == 2
    assert percentile([], 50) is None
