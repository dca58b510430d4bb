# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Rates of real products, and which ones are worth asking again."""

import time
from functools import partial

import pytest

from octo_ros.benchmark import peak
from octo_ros.benchmark.peak import PeakProbe


@pytest.fixture
def probe(monkeypatch):
    monkeypatch.setattr(peak, '_edge', lambda *_: 128)
    monkeypatch.setattr(peak, '_SECONDS', 0.02)
    return PeakProbe(1, 'cpu')


def test_every_precision_has_a_rate(probe):
    found = probe.measure()
    assert found.keys() == {'fp32', 'bf16', 'int8'}
    assert all(0.01 < rate < 1e5 for rate in found.values())


def test_the_best_library_counts_and_slow_ones_are_left_out(probe):
    asked = []

    def product(name, seconds):
        asked.append(name)
        time.sleep(seconds)

    probe._products = (
        ('fp32', partial(product, 'slow', 0.025)),
        ('fp32', partial(product, 'fast', 0.002)),
    )
    rate = probe.measure()['fp32']
    assert rate <= 2 * 128**3 / 0.002 / 1e9
    assert rate > 2 * 128**3 / 0.025 / 1e9
    assert asked.count('slow') == 1
    probe.measure()
    assert asked.count('slow') == 1
