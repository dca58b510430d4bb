# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The same bytes again are a repetition; one changed byte is a new picture."""

from __future__ import annotations

from array import array
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.observation.repeats import PictureCounts, PictureRepeats
from octo_ros.types import Sample

SIZE = 9000  # more than is looked at first


def sample(arrival, data):
    return Sample(arrival, arrival, SimpleNamespace(data=data))


def repeats_of(pictures, capacity=100):
    """One frame every 10 ns, each with all bytes of one value."""
    repeats = PictureRepeats(capacity)
    samples = [sample(10 * i, np.full(SIZE, value, np.uint8)) for i, value in enumerate(pictures)]
    for each in samples:
        repeats.add(each)
    return repeats, samples


@given(st.lists(st.integers(0, 2), min_size=1, max_size=30))
def test_every_frame_knows_when_its_picture_came_first(pictures):
    repeats, samples = repeats_of(pictures)
    start = 0
    for i, value in enumerate(pictures):
        if i and value != pictures[i - 1]:
            start = i
        assert repeats.repeated_ns(samples[i]) == 10 * (i - start)


@given(st.lists(st.integers(0, 2), min_size=2, max_size=20), st.data())
def test_later_frames_change_nothing(pictures, data):
    known = data.draw(st.integers(1, len(pictures)))
    early, samples = repeats_of(pictures[:known])
    late, _ = repeats_of(pictures)
    assert late.repeated_ns(samples[-1]) == early.repeated_ns(samples[-1])


@given(st.integers(0, SIZE - 1))
def test_one_changed_byte_anywhere_is_a_new_picture(where):
    repeats, _ = repeats_of([7, 7])
    changed = np.full(SIZE, 7, np.uint8)
    changed[where] = 8
    newest = sample(30, changed)
    repeats.add(newest)
    assert repeats.repeated_ns(newest) == 0


@pytest.mark.parametrize('kind', [bytes, np.array, lambda values: array('B', values)])
def test_data_of_any_message_class_is_compared(kind):
    repeats = PictureRepeats(4)
    first, second = (sample(t, kind(np.arange(200, dtype=np.uint8))) for t in (5, 9))
    repeats.add(first)
    repeats.add(second)
    assert repeats.repeated_ns(second) == 4


def test_another_size_is_another_picture():
    repeats = PictureRepeats(4)
    repeats.add(sample(0, bytes(10)))
    shorter = sample(5, bytes(9))
    repeats.add(shorter)
    assert repeats.repeated_ns(shorter) == 0


def test_a_picture_from_before_a_pause_is_not_new_after_it():
    """As a driver hands out when it wakes up: its old buffer with a fresh stamp."""
    repeats, _ = repeats_of([1, 2])
    woken = sample(3000, np.full(SIZE, 2, np.uint8))
    repeats.add(woken)
    assert repeats.repeated_ns(woken) == 2990


def test_clear_forgets():
    repeats, _ = repeats_of([1, 1, 1])
    repeats.clear()
    again = sample(50, np.full(SIZE, 1, np.uint8))
    repeats.add(again)
    assert repeats.repeated_ns(again) == 0


def test_a_long_repetition_outlives_the_capacity():
    repeats, samples = repeats_of([*range(10), *[3] * 50], capacity=4)
    assert repeats.repeated_ns(samples[-1]) == 490


def test_repetitions_are_counted_even_across_clear():
    repeats, _ = repeats_of([1, 1, 1, 2, 2, 3])
    repeats.clear()
    repeats.add(sample(100, np.full(SIZE, 3, np.uint8)))
    assert repeats.counts == PictureCounts(frames=7, repeated=3, longest_repeat_s=20e-9)


class Late:
    """A message whose first bytes are at hand and whose others are counted when read."""

    def __init__(self, data, known):
        self._data = data
        self.first_bytes, self.size = data[:known].tobytes(), data.size
        self.read = 0

    @property
    def data(self):
        self.read += 1
        return self._data


@given(st.lists(st.integers(0, 1), min_size=1, max_size=12), st.sampled_from([16, SIZE]))
def test_pictures_in_a_bag_are_read_only_where_their_beginnings_agree(values, known):
    late = [Late(np.full(SIZE, value, np.uint8), known) for value in values]
    repeats = PictureRepeats(100)
    for i, message in enumerate(late):
        repeats.add(Sample(10 * i, 10 * i, message))
    assert repeats.counts == repeats_of(values)[0].counts
    for i, message in enumerate(late):
        neighbours = [values[j] for j in (i - 1, i + 1) if 0 <= j < len(values)]
        assert message.read == neighbours.count(values[i])
