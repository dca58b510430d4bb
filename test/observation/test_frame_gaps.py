# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
import random

from hypothesis import given
from hypothesis import strategies as st

from octo_ros.observation.frame_gaps import LEAST, FrameGaps

PERIOD = 33_333_333


def fed(stamps):
    gaps = FrameGaps()
    for stamp in stamps:
        gaps.add(stamp)
    return gaps


@given(st.sets(st.integers(LEAST + 1, 200), max_size=60), st.integers(0, 100))
def test_frames_that_are_left_out_are_counted(lost, seed):
    jitter = random.Random(seed)
    stamps = [
        k * PERIOD + jitter.randint(-PERIOD // 6, PERIOD // 6) for k in range(202) if k not in lost
    ]
    gaps = fed(stamps)
    assert gaps.received == len(stamps)
    # Where more than half of the last frames are lost, the period cannot be told from the stamps.
    dense = all(len(lost & set(range(k, k + 12))) <= 3 for k in range(200))
    if dense:
        assert gaps.dropped == len(lost)


def test_a_swapped_or_repeated_frame_is_no_gap():
    order = [*range(10), 11, 10, 12, 12, 13]
    assert fed([k * PERIOD for k in order]).dropped == 1  # 10 had not come when 11 did


def test_a_camera_that_was_off_has_dropped_nothing():
    stamps = [k * PERIOD for k in range(20)]
    later = [stamp + 10_000_000_000 for stamp in stamps]
    assert fed([*stamps, *later]).dropped == 0


def test_a_clock_that_was_set_back_does_not_end_the_counting():
    stamps = [10**12 + k * PERIOD for k in range(20)]
    earlier = [k * PERIOD for k in range(20) if k != 15]
    assert fed([*stamps, *earlier]).dropped == 1


def test_nothing_is_counted_before_the_period_is_known():
    assert fed([0, PERIOD, 5 * PERIOD]).dropped == 0


def test_what_a_relay_leaves_out_is_not_lost():
    thinned, gaps = FrameGaps(thinned=True), FrameGaps()
    for k in range(40):
        if k % 4 != 3:
            thinned.add(k * PERIOD)
            gaps.add(k * PERIOD)
    assert (thinned.received, thinned.dropped) == (30, 0)
    assert gaps.dropped > 0
