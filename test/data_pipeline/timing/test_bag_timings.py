# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where the recorder's clock was set, and what of the recording can still be used."""

from __future__ import annotations

import numpy as np
import pytest

from octo_ros.data.bags.bag import Bag
from octo_ros.data.timing.bag_timings import (
    bag_timings,
    clock_breaks,
    readable_span,
    recorded_twice,
    usable_spans,
)
from octo_ros.data.timing.clock import choose_clock
from octo_ros.data.timing.topic_timing import TopicTiming

MS = 1_000_000
SECOND = 1000 * MS
START = 1_700_000_000 * SECOND
END = START + 30 * SECOND


@pytest.fixture
def recorded(good, stamps):
    """Timings of a camera of another host, joints of the recorder's and words without header.

    The recorder's clock is set by so much at 12 s.
    """

    def record(by_ms):
        def set_at_12_s(times_ns):
            return np.where(times_ns < START + 12 * SECOND, times_ns, times_ns + by_ms * MS)

        camera, camera_header = good(900, 33.3)
        joints, joints_header = good(3000, 10, seed=1)
        topics = {
            '/camera': stamps(set_at_12_s(camera), camera_header),
            '/joints': stamps(set_at_12_s(joints), set_at_12_s(joints_header)),
            '/words': stamps(set_at_12_s(good(30, 1000, seed=2)[0])),
        }
        return {
            name: TopicTiming.of(name, '', times, choose_clock(times))
            for name, times in topics.items()
        }

    return record


@pytest.mark.parametrize('by_ms', [0, 300, -500])
def test_small_steps_break_nothing(recorded, by_ms):
    timings = recorded(by_ms)
    assert clock_breaks(timings) == recorded_twice(timings) == ()
    assert usable_spans(START, END, timings) == ((START, END),)


@pytest.mark.parametrize('by_ms', [2000, 3_600_000])
def test_a_step_forward_is_one_break_in_the_pause(recorded, by_ms):
    timings = recorded(by_ms)
    (broken,) = clock_breaks(timings)
    before, after = START + 12 * SECOND, START + 12 * SECOND + by_ms * MS
    assert after <= broken <= after + 40 * MS
    assert recorded_twice(timings) == ()
    end = END + by_ms * MS
    assert usable_spans(START, end, timings) == ((START, broken - 1), (broken, end))
    assert usable_spans(START, before, timings) == ((START, before),)


@pytest.mark.parametrize('by_ms', [-2000, -10_000])
def test_a_step_back_leaves_out_what_was_recorded_twice(recorded, by_ms):
    timings = recorded(by_ms)
    ((first, last),) = recorded_twice(timings)
    assert abs(first - (START + 12 * SECOND + by_ms * MS)) <= 40 * MS
    assert abs(last - (START + 12 * SECOND)) <= 40 * MS
    assert clock_breaks(timings) == (first, last + 1)
    end = END + by_ms * MS
    assert usable_spans(START, end, timings) == ((START, first - 1), (last + 1, end))
    assert usable_spans(first, last, timings) == ()


def test_nothing_is_read_from_beyond_a_break(recorded):
    later = END + 3_600_000 * MS
    for by_ms, end in ((0, END), (3_600_000, later), (-5000, END - 5 * SECOND)):
        timings = recorded(by_ms)
        spans = usable_spans(START, end, timings)
        limits = [readable_span(a + SECOND, b - SECOND, timings) for a, b in spans]
        assert limits[0][0] is limits[-1][1] is None
        assert [last for _, last in limits[:-1]] == [last for _, last in spans[:-1]]
        assert [first for first, _ in limits[1:]] == [first for first, _ in spans[1:]]


def test_a_step_back_to_before_the_start_leaves_out_all_that_it_covers(recorded):
    timings = recorded(-60_000)
    ((first, last),) = recorded_twice(timings)
    assert first < START < last
    assert usable_spans(START, last, timings) == ()


def test_a_bag_is_measured_topic_by_topic(bag, tmp_path):
    bag.robot(0, 1000)
    bag.string(500, '/words', 'hello')
    with Bag(bag.write(tmp_path / 'bag')) as opened:
        wanted = [*opened.topics, '/none', '/words']
        timings = bag_timings(opened, wanted)
        assert list(timings) == list(opened.topics)
        joints, words = timings['/joint_states'], timings['/words']
    assert (joints.type, joints.rate_hz) == ('sensor_msgs/msg/JointState', 50.0)
    assert (joints.clock.source, joints.latency_max_ms) == ('header', 1.0)
    assert (words.clock.source, words.messages, words.latency_max_ms) == ('receive', 1, None)
