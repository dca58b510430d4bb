# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import json
from dataclasses import asdict

import numpy as np
import pytest

from octo_ros.data.timing.clock import choose_clock
from octo_ros.data.timing.topic_timing import TopicTiming

MS = 1_000_000


@pytest.fixture
def measured(stamps):
    """Times [ns] → TopicTiming with the clock that they get."""

    def measure(received_ns, header_ns=None):
        times = stamps(received_ns, header_ns)
        return TopicTiming.of('/x', 'pkg/msg/X', times, choose_clock(times))

    return measure


def test_a_good_topic(good, measured):
    timing = measured(*good())
    assert (timing.topic, timing.type, timing.messages) == ('/x', 'pkg/msg/X', 900)
    assert timing.duration_s == pytest.approx(29.94, abs=0.01)
    assert timing.rate_hz == pytest.approx(30.03, abs=0.01)
    assert timing.period_median_ms == pytest.approx(33.3, abs=0.2)
    assert timing.period_median_ms < timing.period_p95_ms < timing.period_max_ms < 36
    assert timing.latency_median_ms == pytest.approx(23, abs=0.2)
    assert timing.latency_median_ms < timing.latency_p95_ms < timing.latency_max_ms < 26.1
    assert (timing.gaps, timing.duplicates, timing.out_of_order, timing.jumps) == (0, 0, 0, ())
    assert (timing.unstamped, timing.far_off, timing.clock.source) == (0, 0, 'header')


def test_a_topic_without_header_has_no_latency(good, measured):
    timing = measured(good()[0])
    figures = (timing.latency_median_ms, timing.latency_max_ms, timing.drift_ms_per_min)
    assert figures == (None, None, None)
    assert timing.rate_hz == pytest.approx(30.03, abs=0.01)


def test_without_header_a_clock_that_went_back_is_still_seen(good, measured):
    received_ns = good()[0]
    received_ns[400:] -= 5000 * MS
    timing = measured(received_ns)
    assert [(jump.clock, round(jump.seconds)) for jump in timing.jumps] == [('receive', -5)]
    assert (timing.out_of_order, timing.drift_ms_per_min) == (1, None)


def test_gaps_duplicates_and_disorder_are_counted(good, measured):
    received_ns, header_ns = good()
    keep = (np.arange(900) // 10) % 30 != 5  # three holes of ten messages
    received_ns, header_ns = received_ns[keep], header_ns[keep]
    header_ns[[20, 30]] = header_ns[[19, 29]]
    header_ns[[100, 101]] = header_ns[[101, 100]]
    header_ns[7] = 0
    timing = measured(received_ns, header_ns)
    assert (timing.messages, timing.gaps, timing.duplicates) == (870, 3, 2)
    assert (timing.out_of_order, timing.unstamped) == (1, 1)
    assert timing.period_max_ms == pytest.approx(11 * 33.3, abs=3)


def test_drift_is_measured_between_the_steps(good, measured):
    received_ns, header_ns = good(4000)
    header_ns = header_ns - (header_ns - header_ns[0]) // 1200  # 50 ms/min
    header_ns[1500:] -= 300 * MS
    timing = measured(received_ns, header_ns)
    assert timing.drift_ms_per_min == pytest.approx(50, abs=1)
    assert [jump.clock for jump in timing.jumps] == ['header']


def test_a_recorder_clock_that_is_set_does_not_count_as_time(good, measured):
    received_ns, header_ns = good()
    for by_ms in (-5000, 3_600_000):
        stepped = np.where(np.arange(900) < 400, received_ns, received_ns + by_ms * MS)
        assert measured(stepped, header_ns).duration_s == pytest.approx(29.94, abs=0.05)


def test_stamps_that_are_not_used_do_not_count_as_periods(good, measured):
    received_ns, header_ns = good()
    header_ns[10] -= 3_600_000 * MS
    timing = measured(received_ns, header_ns)
    assert (timing.far_off, timing.gaps) == (1, 0)
    assert timing.period_max_ms < 70


@pytest.mark.parametrize('n', [1, 2, 900])
def test_it_is_json_without_nan(good, measured, n):
    received_ns, header_ns = good(n)
    for header in (None, header_ns, np.zeros_like(header_ns)):
        text = json.dumps(asdict(measured(received_ns, header)), allow_nan=False)
        assert json.loads(text)['messages'] == n
    assert measured(received_ns[:1]).rate_hz == measured(received_ns[:1]).period_max_ms == 0.0
