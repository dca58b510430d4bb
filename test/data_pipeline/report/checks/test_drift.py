# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import replace

import pytest

from octo_ros.data.report.checks.drift import check_drift


@pytest.mark.parametrize(
    ('drift', 'severity'),
    [(1.0, None), (1.1, 'warning'), (-1.1, 'warning'), (10.0, 'warning'), (-10.1, 'error')],
)
def test_slope_of_a_latency_without_noise(make, found, drift, severity):
    topic = replace(make.topic, drift_ms_per_min=drift, latency_p95_ms=22.0)
    expected = [('clock_drift', severity)] if severity else []
    assert found(check_drift, topics=[topic]) == expected


def test_noise_over_a_few_seconds_is_no_drift(make, found):
    short = replace(make.topic, drift_ms_per_min=60.0, duration_s=2.0, messages=60)
    assert found(check_drift, topics=[short]) == []
    long = replace(short, duration_s=600.0, messages=18000)
    assert found(check_drift, topics=[long]) == [('clock_drift', 'error')]


def test_a_type_without_header_has_no_drift(make, found):
    topic = replace(make.topic, drift_ms_per_min=None, latency_median_ms=None, latency_p95_ms=None)
    assert found(check_drift, topics=[topic]) == []
