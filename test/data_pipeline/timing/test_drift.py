# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The slope of the latency, whatever else disturbs it; none where it cannot be told."""

from __future__ import annotations

import numpy as np
import pytest

from octo_ros.data.timing.drift import drift_ms_per_min

MS = 1_000_000


def with_drift(times, ms_per_min):
    received_ns, header_ns = times
    slow = (received_ns - received_ns[0]) * (ms_per_min / 60e3)
    return received_ns, received_ns - header_ns + slow.astype(np.int64)


@pytest.mark.parametrize('slope', [-200.0, -12.0, 2.0, 50.0])
def test_a_drift_is_measured(good, slope):
    assert drift_ms_per_min(*with_drift(good(4000), slope)) == pytest.approx(slope, abs=0.5)


def test_no_drift_is_near_zero(good):
    assert drift_ms_per_min(*with_drift(good(4000), 0.0)) == pytest.approx(0, abs=0.5)


def test_short_recordings_cannot_tell(good):
    assert drift_ms_per_min(*with_drift(good(60), 0.0)) is None
    assert drift_ms_per_min(*with_drift(good(15), 500.0)) is None


def test_late_messages_and_congestion_do_not_move_it(good):
    received_ns, latency_ns = with_drift(good(4000), 20.0)
    latency_ns[::7] += 300 * MS
    latency_ns[3000:3300] += 500 * MS
    assert drift_ms_per_min(received_ns, latency_ns) == pytest.approx(20, abs=2)


def test_a_step_is_not_taken_for_drift(good):
    received_ns, latency_ns = with_drift(good(4000), 5.0)
    latency_ns[2000:] += 400 * MS
    assert drift_ms_per_min(received_ns, latency_ns, [2000]) == pytest.approx(5, abs=0.5)
