# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Slots one step apart at any tick rate; padding is the oldest real observation, and says so."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.errors import ObservationError
from octo_ros.observation.missing import Missing, MissingCause
from octo_ros.observation.window import WindowBuffer
from octo_ros.types import Observation

STEP = 100


def observation(stamp_ns):
    image = np.full((2, 2, 3), stamp_ns % 256, np.uint8)
    return Observation(stamp_ns, {'image_primary': image}, np.full(7, stamp_ns))


def buffer_after(stamps, size=2):
    buffer = WindowBuffer(size, STEP)
    for stamp in stamps:
        buffer.add(observation(stamp))
    return buffer


def window_after(stamps, size=2):
    return buffer_after(stamps, size).window()


def test_the_first_observation_fills_the_window_as_padding():
    window = window_after([500], size=3)
    assert window.timestep_pad_mask.tolist() == [False, False, True]
    assert window.stamps_ns.tolist() == [500, 500, 500]
    assert window.images['image_primary'].shape == (3, 2, 2, 3)


def test_ticks_at_the_step_fill_slot_after_slot():
    window = window_after([500, 600, 700])
    assert window.stamps_ns.tolist() == [600, 700]
    assert window.timestep_pad_mask.all()
    assert window.proprio[:, 0].tolist() == [600, 700]


def test_faster_ticks_do_not_shorten_the_history():
    assert window_after(range(500, 751, 50)).stamps_ns.tolist() == [650, 750]


def test_a_hole_pads_what_lies_before_it():
    window = window_after([500, 700], size=3)
    assert window.stamps_ns.tolist() == [700, 700, 700]
    assert window.timestep_pad_mask.tolist() == [False, False, True]


@pytest.mark.parametrize('jitter', [0, 20, -20])
def test_a_ten_hertz_loop_gives_a_five_hertz_model_the_frame_of_one_step_ago(jitter):
    """Ticks at half the step: of the frames 50 and 100 before, it is the one 100 before."""
    assert window_after([500, 550 + jitter, 600, 650, 700]).stamps_ns.tolist() == [600, 700]
    stamps = window_after([500, 550, 600 + jitter, 650, 700]).stamps_ns.tolist()
    assert stamps == [600 + jitter, 700]


def test_a_frame_of_the_wrong_time_is_not_passed_for_another():
    """The frame at 600 did not come; neither 550 nor 650 takes its place."""
    window = window_after([500, 550, 650, 700])
    assert window.timestep_pad_mask.tolist() == [False, True]
    assert window.stamps_ns.tolist() == [700, 700]


class Camera:
    """Frames that ticks may have passed over, and what was asked for."""

    def __init__(self, *stamps):
        self.stamps = stamps
        self.asked = []

    def recall(self, time_ns, within_ns):
        self.asked.append(time_ns)
        near = [stamp for stamp in self.stamps if abs(stamp - time_ns) <= within_ns]
        if not near:
            return Missing('image_primary', MissingCause.TOO_FAR, 'the nearest is 40 ms away')
        return observation(near[0])


def test_a_slow_loop_finds_the_frame_between_its_ticks():
    """Ticks every 150 at a step of 100; the camera comes every 50."""
    buffer = buffer_after([500, 650])
    camera = Camera(500, 550, 600, 650)
    assert buffer.fill(camera.recall) == ()
    assert buffer.window().stamps_ns.tolist() == [550, 650]
    assert buffer.fill(camera.recall) == ()
    assert camera.asked == [550]  # what was found is kept


def test_a_slot_without_any_frame_is_reported_and_padded():
    buffer = buffer_after([500, 650, 700])
    (late,) = buffer.fill(Camera(500, 560, 640, 700).recall)
    assert late.steps_back == 1
    assert late.reason == (
        'Slot t-1 of the window is padded: image_primary: no frame lies close enough to the '
        'wanted time (the nearest is 40 ms away).'
    )
    assert buffer.window().timestep_pad_mask.tolist() == [False, True]


def test_every_empty_slot_is_looked_for():
    buffer = buffer_after([400, 700], size=4)
    late = buffer.fill(Camera(510).recall)
    assert [slot.steps_back for slot in late] == [1]
    buffer.fill(Camera(600).recall)
    assert buffer.window().stamps_ns.tolist() == [400, 510, 600, 700]


@pytest.mark.parametrize('stamps', [[500], [500, 550], [500, 500]])
def test_nothing_from_before_the_history_is_asked_for(stamps):
    buffer, camera = buffer_after([100, 200]), Camera(300, 400, 450)
    buffer.clear()
    for stamp in stamps:
        buffer.add(observation(stamp))
    assert buffer.fill(camera.recall) == ()
    assert camera.asked == []


def test_a_pause_of_the_camera_is_reported():
    (late,) = buffer_after([500, 1200]).fill(Camera(500).recall)
    assert late.steps_back == 1


def test_span_tells_how_long_frames_are_needed():
    assert WindowBuffer(3, 100).span_ns == 225
    assert WindowBuffer(1, 100).span_ns == 25


@pytest.mark.parametrize(('period', 'expected'), [(50, [650]), (100, [700]), (5, []), (200, [])])
def test_what_will_stand_before_the_next_frame_is_known(period, expected):
    buffer = buffer_after([500, 550, 650, 700])
    assert [o.stamp_ns for o in buffer.next_history(period)] == expected


@given(st.lists(st.integers(1, 160), min_size=2, max_size=20), st.integers(1, 4))
def test_the_next_history_is_the_next_windows(gaps, size):
    stamps = np.cumsum(gaps).tolist()
    prepared = buffer_after(stamps[:-1], size).next_history(stamps[-1] - stamps[-2])
    window = window_after(stamps, size)
    real = window.stamps_ns[window.timestep_pad_mask].tolist()
    assert [o.stamp_ns for o in prepared] == real[:-1]


def test_the_same_frame_twice_counts_once():
    assert window_after([500, 600, 600]).stamps_ns.tolist() == [500, 600]


def test_a_clock_that_goes_back_starts_anew():
    assert window_after([500, 600, 100]).timestep_pad_mask.tolist() == [False, True]


def test_clear_forgets_and_an_empty_window_is_refused():
    buffer = WindowBuffer(2, STEP)
    buffer.add(observation(1))
    buffer.clear()
    for ask in (
        buffer.window,
        lambda: buffer.fill(Camera().recall),
        lambda: buffer.next_history(1),
    ):
        with pytest.raises(ObservationError, match='no observation'):
            ask()


@pytest.mark.parametrize(('size', 'step'), [(0, 100), (2, 0)])
def test_senseless_sizes_are_refused(size, step):
    with pytest.raises(ValueError, match='at least 1'):
        WindowBuffer(size, step)


@given(st.lists(st.integers(1, 160), min_size=1, max_size=40), st.integers(1, 4))
def test_slots_are_one_step_apart_or_padded(gaps, size):
    stamps = np.cumsum(gaps)
    window = window_after(stamps.tolist(), size)
    mask, real = window.timestep_pad_mask, window.stamps_ns[window.timestep_pad_mask]
    assert window.stamp_ns == stamps[-1]
    assert mask.tolist() == sorted(mask.tolist())  # padding comes first
    assert (window.stamps_ns[~mask] == real[0]).all()
    assert (np.diff(real) > 0).all()
    wanted = stamps[-1] - STEP * np.arange(len(real))[::-1]
    assert (4 * np.abs(real - wanted) <= STEP).all()
    for slot, target in zip(real, wanted, strict=True):
        assert abs(slot - target) == np.abs(stamps - target).min()
    if len(real) < size:  # padded only if nothing was near enough
        target = stamps[-1] - STEP * len(real)
        assert not (4 * np.abs(stamps - target) <= STEP).any()


@given(st.lists(st.integers(1, 90), min_size=2, max_size=60), st.integers(2, 4), st.data())
def test_recall_gives_what_an_observer_of_every_frame_would_have(gaps, size, data):
    """Whatever the ticks looked at, the slots have the same times as if all frames had been."""
    stamps = np.cumsum(gaps).tolist()
    ticks = sorted({0, len(stamps) - 1, *data.draw(st.sets(st.integers(0, len(stamps) - 1)))})
    buffer, camera = WindowBuffer(size, STEP), Camera(*stamps)
    for tick in ticks:
        buffer.add(observation(stamps[tick]))
        late = buffer.fill(camera.recall)
    window = buffer.window()
    for k in range(1, size):
        wanted = stamps[-1] - k * STEP
        known = any(4 * abs(stamp - wanted) <= STEP for stamp in stamps)
        assert known != any(slot.steps_back == k for slot in late) or wanted < stamps[0]
    real = window.stamps_ns[window.timestep_pad_mask]
    assert (4 * np.abs(real - (stamps[-1] - STEP * np.arange(len(real))[::-1])) <= STEP).all()
