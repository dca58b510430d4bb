# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Times to rest, of motions that were made up."""

import numpy as np
import pytest

from octo_ros.nodes.motion_record import MotionRecord

PERIODS = (0.01, 0.02)


def record(stamps, positions, states=(), sent=()):
    made = MotionRecord()
    made.references = [(t, np.array([q, 0.0])) for t, q in zip(stamps, positions, strict=True)]
    made.states = list(states)
    made.sent = dict(enumerate(sent))
    made.accepted = list(made.sent)
    return made


def moving_until(rest, total=1.0, start=0.0):
    """References every 10 ms that move until `rest` [s] and stand from then on."""
    stamps = start + np.arange(round(total / 0.01)) * 0.01
    return stamps, np.minimum(np.arange(len(stamps)), round((rest - start) / 0.01)) * 1e-3


def resting_states(rest, total=1.0):
    return [(t, 0.5 if t <= rest + 1e-9 else 0.001) for t in np.arange(0.0, total, 0.02)]


def test_ticks_and_seconds_until_the_reference_stands():
    seen = record(*moving_until(0.60), resting_states(0.64))
    stop = seen.stop(0.3, 0.295, PERIODS)
    assert (stop.ticks, stop.lost) == (31, 0.0)
    assert stop.reference == pytest.approx(0.305)
    assert stop.arm == pytest.approx(0.345)
    assert stop.late == pytest.approx(0.0, abs=1e-9)
    assert seen.rested(0.3) == pytest.approx(0.60)
    assert seen.standing
    assert seen.arm_rested(0.3)
    assert not seen.arm_rested(0.95)


def test_late_ticks_are_counted_once_and_their_lateness_told():
    stamps, positions = moving_until(0.60)
    stamps = stamps + np.where(np.arange(len(stamps)) > 40, 0.5, 0.0)
    stop = record(stamps, positions, resting_states(1.1, 2.0)).stop(0.3, 0.295, PERIODS)
    assert stop.ticks == 31
    assert stop.reference == pytest.approx(0.805)
    assert stop.late == pytest.approx(0.495)


def test_joint_states_that_were_left_out_are_lost_time():
    states = [(t, v) for t, v in resting_states(0.64) if not 0.41 < t < 0.59]
    stop = record(*moving_until(0.60), states).stop(0.3, 0.295, PERIODS)
    assert stop.lost == pytest.approx(0.18)


def test_the_first_rest_counts_where_the_arm_goes_on_later():
    stamps, positions = moving_until(0.40)
    positions = positions + np.maximum(np.arange(len(stamps)) - 60, 0) * 1e-3
    seen = record(stamps, positions, resting_states(0.42))
    assert seen.rested(0.3) == pytest.approx(0.40)
    assert seen.stop(0.3, 0.3, PERIODS).ticks == 10
    assert not seen.standing


def test_a_reference_that_is_sent_no_more_stays():
    stamps, positions = moving_until(2.0, total=0.4)
    seen = record(stamps, positions, resting_states(0.45))
    assert seen.stop(0.385, 0.385, PERIODS).ticks == 1
    assert seen.rested(0.395) == pytest.approx(0.39)
    seen.states = resting_states(0.45, 0.5)
    assert seen.rested(0.385) is None


def test_what_stood_before_needs_no_tick():
    stop = record(*moving_until(0.10), resting_states(0.10)).stop(0.3, 0.3, PERIODS)
    assert (stop.ticks, stop.reference, stop.arm) == (0, 0.0, 0.0)


def test_what_never_stands_or_was_never_seen_has_no_stop():
    assert record(*moving_until(2.0)).stop(0.3, 0.3, PERIODS) is None
    assert MotionRecord().stop(0.3, 0.3, PERIODS) is None
    assert record(*moving_until(0.6)).stop(0.3, 0.3, PERIODS).arm is None
    assert not MotionRecord().standing


def test_the_last_accepted_command_before_a_time():
    seen = record(*moving_until(0.6), sent=(0.1, 0.2, 0.3, 0.9))
    seen.accepted.remove(2)
    assert seen.last_accepted(0.5) == 0.2
    assert seen.last_accepted(0.05) is None
    seen.forget()
    assert seen.last_accepted(0.5) is None
    assert seen.speed == 0.0
