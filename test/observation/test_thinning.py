# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Frames are thinned by their stamps: never too many, evenly, alike for every camera."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.observation.thinning import FrameThinner

SECOND = 1_000_000_000
START = 1_700_000_000 * SECOND
stamps = st.lists(st.integers(0, 200_000_000), max_size=150).map(
    lambda gaps: [START + sum(gaps[: i + 1]) for i in range(len(gaps))]
)
rates = st.sampled_from([1.0, 7.5, 10.0, 15.0, 30.0])


def kept(thinner, times):
    result = []
    for stamp in times:
        if thinner.wants(stamp):
            thinner.take(stamp)
            result.append(stamp)
    return result


def camera(rate, seconds=10.0, phase=0, jitter=()):
    period = SECOND / rate
    times = [START + phase + round(i * period) for i in range(round(seconds * rate))]
    return [t + jitter[i % len(jitter)] for i, t in enumerate(times)] if jitter else times


@given(stamps, rates, st.integers(1, 5 * SECOND))
def test_no_span_of_time_holds_more_than_the_rate_allows(times, rate, span):
    chosen = kept(FrameThinner(rate), times)
    for i, first in enumerate(chosen):
        held = sum(first <= t < first + span for t in chosen[i:])
        assert held <= span * rate / SECOND + 3


@given(stamps, rates)
def test_kept_stamps_ascend_and_the_first_is_kept(times, rate):
    chosen = kept(FrameThinner(rate), times)
    assert chosen[:1] == times[:1]
    assert chosen == sorted(set(chosen))


@given(rates, st.integers(0, SECOND), st.lists(st.integers(-120, 120), min_size=1, max_size=50))
def test_jitter_loses_nothing_of_a_camera_of_just_the_wanted_rate(rate, phase, parts):
    """Up to 12 % of a period to either side."""
    jitter = [round(part * SECOND / rate / 1000) for part in parts]
    times = camera(rate, phase=phase, jitter=jitter)
    assert kept(FrameThinner(rate), times) == times


@pytest.mark.parametrize(('sent', 'rate'), [(30, 10), (30, 15), (60, 15), (29.97, 10), (25, 15)])
def test_a_faster_camera_is_thinned_to_the_rate(sent, rate):
    chosen = kept(FrameThinner(rate), camera(sent))
    assert len(chosen) == pytest.approx(10 * rate, abs=2)
    gaps = [b - a for a, b in pairwise(chosen[1:])]
    assert max(gaps) <= SECOND / rate + SECOND / sent


@given(st.integers(0, SECOND // 30), st.integers(0, SECOND // 30), st.integers(0, SECOND))
def test_two_cameras_keep_frames_of_the_same_time(one, other, start):
    first, second = (
        kept(FrameThinner(10.0), camera(30, phase=start + phase)) for phase in (one, other)
    )
    for stamp in first[2:-2]:
        assert min(abs(stamp - t) for t in second) <= SECOND // 30 + 1


def test_a_slow_camera_loses_nothing():
    times = camera(5)
    assert kept(FrameThinner(15.0), times) == times


@pytest.mark.parametrize('jump', [-3600 * SECOND, 3600 * SECOND])
def test_a_clock_that_is_set_only_costs_a_moment(jump):
    thinner = FrameThinner(10.0)
    kept(thinner, camera(30, seconds=2))
    after = [t + jump for t in camera(30, seconds=2)]
    assert len(kept(thinner, after)) >= 19


def test_the_same_or_an_older_stamp_again_is_not_kept():
    thinner = FrameThinner(10.0)
    thinner.take(START)
    assert not thinner.wants(START)
    assert not thinner.wants(START - SECOND // 2)
