# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One source of states and its limits; how they work together is in test_sync."""

from __future__ import annotations

import pytest

from octo_ros.observation.missing import MissingCause
from octo_ros.observation.state_track import StateTrack
from octo_ros.types import Sample

MS = 1_000_000


def track(*stamps, latency=0):
    made = StateTrack('force', 50 * MS, 1000 * MS, latency * MS)
    for stamp in stamps:
        made.add(Sample(stamp * MS, (stamp + 1) * MS, float(stamp)))
    return made


@pytest.mark.parametrize('latency', [0, 7])
def test_latency_shifts_what_a_stamp_tells_of(latency):
    found = track(100, 110, 120, latency=latency).near(104 * MS, 130 * MS)
    before, after = (100, 110) if latency == 0 else (110, 120)
    assert (found.before.value, found.after.value) == (before, after)
    assert found.fraction == pytest.approx((104 + latency - before) / 10)


@pytest.mark.parametrize('latency', [0, 7])
def test_skew_is_the_distance_of_the_measurement(latency):
    made = track(100, 110, latency=latency)
    wanted = 125 * MS
    assert made.skew_ns(made.near(wanted, 130 * MS), wanted) == (110 - latency - 125) * MS
    between = made.near((105 - latency) * MS, 130 * MS)
    assert made.skew_ns(between, (105 - latency) * MS) == 0


def test_clear_forgets():
    made = track(100)
    made.clear()
    assert made.near(100 * MS, 101 * MS).cause is MissingCause.NOTHING_ARRIVED
