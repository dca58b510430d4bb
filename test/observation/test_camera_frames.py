# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One camera's limits; how they work together is in test_sync."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from octo_ros.embodiment import Camera
from octo_ros.observation.camera_frames import CameraFrames
from octo_ros.observation.missing import MissingCause
from octo_ros.types import Sample

MS = 1_000_000
CAMERA = Camera(
    topic='/cam', height=64, width=64, max_age=0.2, max_skew=0.05, latency=0.01, max_repeat=0.1
)


def frames(*stamps, same=False):
    """Arriving 5 ms after their stamps [ms]."""
    made = CameraFrames('image_wrist', CAMERA)
    for stamp in stamps:
        content = SimpleNamespace(data=bytes([1 if same else stamp % 256]))
        made.add(Sample(stamp * MS, (stamp + 5) * MS, content))
    return made


def test_near_compares_times_of_exposure():
    assert frames(100, 130, 160).beside(122 * MS, 170 * MS).stamp_ns == 130 * MS
    assert frames(100).taken_ns(Sample(100 * MS, 105 * MS, None)) == 90 * MS


def test_newest_is_the_last_that_arrived():
    assert frames(100, 130, 160).newest(164 * MS).stamp_ns == 130 * MS


@pytest.mark.parametrize(
    ('made', 'now', 'cause', 'figures'),
    [
        (frames(), 100, MissingCause.NOTHING_ARRIVED, 'no frame in the last 200 ms'),
        (frames(100), 301, MissingCause.TOO_OLD, '201 ms old, at most 200 ms'),
        (frames(100, 150, 201, same=True), 210, MissingCause.FROZEN, 'the same picture for 101'),
    ],
)
def test_limits_are_named_with_topic_and_figures(made, now, cause, figures):
    missing = made.newest(now * MS)
    assert missing.cause is cause
    assert f'/cam: {figures}' in missing.reason


def test_too_far_from_the_wanted_time():
    missing = frames(100).beside(150 * MS, 160 * MS)
    assert missing.cause is MissingCause.TOO_FAR
    assert '-60 ms away, at most 50 ms' in missing.reason


def test_frames_of_the_history_are_older_than_the_newest_may_be():
    made = CameraFrames('image_primary', CAMERA, history_ns=300 * MS)
    for stamp in (100, 200, 300):
        made.add(Sample(stamp * MS, (stamp + 5) * MS, SimpleNamespace(data=bytes([stamp % 256]))))
    assert made.nearest(100 * MS, 20 * MS, 550 * MS).stamp_ns == 100 * MS
    assert made.newest(550 * MS).cause is MissingCause.NOTHING_ARRIVED
    missing = made.nearest(150 * MS, 20 * MS, 550 * MS)
    assert 'the nearest is 40 ms away, at most 20 ms' in missing.reason
    assert made.nearest(100 * MS, 20 * MS, 700 * MS).cause is MissingCause.TOO_FAR
    assert made.nearest(100 * MS, 20 * MS, 900 * MS).cause is MissingCause.NOTHING_ARRIVED


def test_clear_forgets_frames_and_repetitions():
    made = frames(100, 150, 200, same=True)
    made.clear()
    assert made.newest(210 * MS).cause is MissingCause.NOTHING_ARRIVED
    made.add(Sample(210 * MS, 210 * MS, SimpleNamespace(data=bytes([1]))))
    assert made.newest(215 * MS).stamp_ns == 210 * MS
