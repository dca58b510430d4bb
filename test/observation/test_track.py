# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from octo_ros.observation.track import Track, arrival_ns, bracket, nearest
from octo_ros.types import Sample

TIMES = st.integers(0, 1000)
SAMPLES = st.lists(st.builds(Sample, TIMES, TIMES, st.integers()), max_size=30)


def track_of(samples, keep_ns=10_000, capacity=100, max_ahead_ns=1000):
    track = Track(keep_ns, capacity, max_ahead_ns)
    for sample in samples:
        track.add(sample)
    return track


@given(SAMPLES, TIMES)
def test_nothing_is_known_before_it_arrived(samples, now):
    known = track_of(samples).arrived(now)
    assert all(arrival_ns(sample) <= now for sample in known)
    assert {s.stamp_ns for s in known} == {s.stamp_ns for s in samples if arrival_ns(s) <= now}


@given(SAMPLES, TIMES)
def test_known_samples_ascend_and_each_stamp_comes_once(samples, now):
    stamps = [sample.stamp_ns for sample in track_of(samples).arrived(now)]
    assert stamps == sorted(set(stamps))


def plainly(samples, now, within, max_ahead):
    """`Track.arrived` without its short cut."""
    known = [
        s
        for s in samples
        if s.received_ns >= now - within
        and arrival_ns(s) <= now
        and s.stamp_ns - s.received_ns <= max_ahead
    ]
    first = {}
    for sample in sorted(known, key=arrival_ns):
        first.setdefault(sample.stamp_ns, sample)
    return [first[stamp] for stamp in sorted(first)]


@given(SAMPLES, st.booleans(), TIMES, TIMES, TIMES)
def test_messages_in_order_are_found_as_those_in_disorder(samples, tidy, now, within, ahead):
    if tidy:
        samples = sorted(samples, key=lambda sample: (sample.stamp_ns, sample.received_ns))
    found = track_of(samples, max_ahead_ns=ahead).arrived(now, within)
    expected = plainly(samples, now, within, ahead)
    assert [id(sample) for sample in found] == [id(sample) for sample in expected]


def test_of_equal_stamps_the_first_to_arrive_is_kept():
    late, early = Sample(10, 30, 'late'), Sample(10, 20, 'early')
    assert [s.value for s in track_of([late, early]).arrived(25)] == ['early']
    assert [s.value for s in track_of([late, early]).arrived(40)] == ['early']


def test_old_samples_are_forgotten_and_the_number_is_bounded():
    track = track_of([Sample(t, t, t) for t in range(100)], keep_ns=20, capacity=10)
    assert [s.value for s in track.arrived(99)] == list(range(90, 100))
    assert track.arrived(115)[0].value == 95
    assert track.arrived(99)[0].value == 95  # what is forgotten stays forgotten


def test_clear_forgets_everything():
    track = track_of([Sample(1, 1, None)])
    track.clear()
    assert track.arrived(10) == []


def test_nearest_prefers_the_older_of_two():
    samples = [Sample(t, t, t) for t in (0, 10, 20)]
    assert nearest(samples, 14).value == 10
    assert nearest(samples, 15).value == 10
    assert nearest(samples, 99).value == 20


def test_bracket_finds_the_neighbours():
    samples = [Sample(t, t, t) for t in (10, 20, 40)]
    assert bracket(samples, 5) is None
    between = bracket(samples, 25)
    assert (between.before.value, between.after.value, between.fraction) == (20, 40, 0.25)
    exact, newer = bracket(samples, 20), bracket(samples, 50)
    assert exact.before is exact.after is samples[1]
    assert newer.before is newer.after is samples[2]


def test_a_stamp_far_ahead_is_never_believed():
    """At its time it would tell of a moment that long ago as if it were now."""
    track = track_of([Sample(0, 0, 'now'), Sample(50, 1, 'a little ahead')], max_ahead_ns=60)
    track.add(Sample(70, 2, 'far ahead'))
    assert [s.value for s in track.arrived(49)] == ['now']
    assert [s.value for s in track.arrived(100)] == ['now', 'a little ahead']


def test_how_far_ahead_is_told_of_the_newest_message_only():
    track = track_of([Sample(500, 10, None), Sample(25, 20, None)])
    assert track.ahead_ns(15) == 490
    assert track.ahead_ns(20) == 5
    assert track.ahead_ns(5) == 0
    assert track_of([Sample(3, 20, None)]).ahead_ns(30) == 0


def known_by_the_rules(samples, now, keep, ahead):
    """What `arrived` must find, step by step as its docstring says."""
    while samples and samples[0].received_ns < now - keep:
        samples.pop(0)
    first = {}
    for sample in sorted(samples, key=arrival_ns):
        is_known = arrival_ns(sample) <= now and sample.received_ns >= now - keep
        if is_known and sample.stamp_ns - sample.received_ns <= ahead:
            first.setdefault(sample.stamp_ns, sample)
    return [first[stamp] for stamp in sorted(first)]


STEP = st.tuples(st.integers(1, 9), st.integers(-12, 6), st.booleans())


@given(st.lists(STEP, max_size=60), st.sampled_from([0, 3]), st.integers(3, 30))
def test_order_is_only_a_short_cut(steps, jitter, capacity):
    """Messages that mostly come in order, asked for in between: after disorder as before it."""
    track, samples, now = Track(40, capacity, 4), [], 0
    for i, (pause, shift, asks) in enumerate(steps):
        now += pause
        sample = Sample(now - 5 + (shift if jitter or i % 20 == 7 else 0), now, i)
        track.add(sample)
        samples = [*samples, sample][-capacity:]
        if asks:
            assert track.arrived(now + 1) == known_by_the_rules(samples, now + 1, 40, 4)
