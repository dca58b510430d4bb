# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Slots one step apart at any tick rate; padding is the oldest real observation, and says so."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.errors import ObservationError
from octo_ros.observation.window import WindowBuffer
from octo_ros.types import Observation

STEP = 100


def observation(stamp_ns):
    image = np.full((2, 2, 3), stamp_ns % 256, np.uint8)
    return Observation(stamp_ns, {'image_primary': image}, np.full(7, stamp_ns))


def window_after(stamps, size=2):
    buffer = WindowBuffer(size, STEP)
    for stamp in stamps:
        buffer.add(observation(stamp))
    return buffer.window()


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


def test_the_same_frame_twice_counts_once():
    assert window_after([500, 600, 600]).stamps_ns.tolist() == [500, 600]


def test_a_clock_that_goes_back_starts_anew():
    assert window_after([500, 600, 100]).timestep_pad_mask.tolist() == [False, True]


def test_clear_forgets_and_an_empty_window_is_refused():
    buffer = WindowBuffer(2, STEP)
    buffer.add(observation(1))
    buffer.clear()
    with pytest.raises(ObservationError, match='no observation'):
        buffer.window()


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
    assert (2 * np.abs(real - wanted) <= STEP).all()
    for slot, target in zip(real, wanted, strict=True):
        assert abs(slot - target) == np.abs(stamps - target).min()
    if len(real) < size:  # padded only if nothing was near enough
        target = stamps[-1] - STEP * len(real)
        near = stamps[2 * np.abs(stamps - target) <= STEP]
        assert set(near.tolist()) <= {int(real[0])}
