# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Engines in rounds; what fails on the way."""

from dataclasses import replace

import pytest

from octo_ros.benchmark.entrant import Options
from octo_ros.benchmark.network_run import NetworkRun
from octo_ros.benchmark.variant import PLAIN, Variant
from octo_ros.errors import PolicyError

OPTIONS = Options(threads=1, ticks=2, rounds=2)


def test_engines_take_turns_and_end(subject, tmp_path):
    steps = []
    network = NetworkRun(subject, [PLAIN, Variant('torch', 'bf16')], OPTIONS, steps.append)
    network.measure(tmp_path, lambda: steps.append('around'))
    assert steps == [
        '64x2: reference',
        'around',
        '64x2: plain fp32, round 1 of 2',
        '64x2: torch bf16, round 1 of 2',
        'around',
        '64x2: plain fp32, round 2 of 2',
        '64x2: torch bf16, round 2 of 2',
    ]
    plain, torch = network.entrants
    assert plain.measurement.error.largest == 0
    assert 1e-4 < torch.measurement.error.largest < 0.5
    assert plain._remote is torch._remote is None


def test_graphs_that_cannot_be_made_put_out_those_that_need_them(subject, tmp_path):
    trained = replace(subject, trained=True)
    network = NetworkRun(trained, [Variant('openvino', 'int8')], OPTIONS, lambda _: None)
    network.measure(tmp_path, lambda: pytest.fail('nothing is left to be measured'))
    assert 'give --calibration RLDS_DIR' in network.entrants[0].problem
    assert network.running == []


def test_damaged_weights_are_one_sentence(subject, tmp_path):
    broken = replace(subject, path=tmp_path)
    network = NetworkRun(broken, [Variant('torch', 'fp32')], OPTIONS, lambda _: None)
    with pytest.raises(PolicyError, match=str(tmp_path)):
        network.measure(tmp_path, lambda: None)
