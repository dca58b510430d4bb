# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Silence of the commands."""

import pytest

from octo_ros.safety.silence import CommandSilence
from octo_ros.safety_codes import SafetyCode

MS = 1_000_000


@pytest.fixture
def silence(embodiment, now):
    return CommandSilence(embodiment.timing, now)


def test_the_time_is_out_by_the_clock(silence, now):
    silence.heard(now + 100 * MS)
    assert silence.timed_out(now + 349 * MS) is None
    cause = silence.timed_out(now + 350 * MS)
    assert cause.code is SafetyCode.STOP_COMMAND_TIMEOUT
    assert not cause.latching
    assert '0.25 s' in cause.text


def test_the_time_is_out_by_the_ticks_when_the_clock_stands(silence, now):
    for _ in range(24):
        silence.tick()
    assert silence.timed_out(now) is None
    silence.tick()
    assert silence.timed_out(now) is not None
    silence.heard(now)
    assert silence.timed_out(now) is None


def test_a_stream_that_ended_at_rest_is_never_lost(silence, now):
    assert silence.lost(now + 100_000 * MS) is None


def test_one_that_broke_off_is_lost_a_second_after_the_last_command(silence, now):
    silence.heard(now + 100 * MS)
    silence.broke_off()
    assert silence.lost(now + 1099 * MS) is None
    cause = silence.lost(now + 1100 * MS)
    assert cause.code is SafetyCode.STOP_LOST
    assert cause.latching
    assert cause.text == 'No command was accepted for 1 s in the middle of a motion.'


def test_it_is_lost_by_the_ticks_too(silence, now):
    silence.broke_off()
    for _ in range(100):
        assert silence.lost(now) is None
        silence.tick()
    assert silence.lost(now) is not None


def test_a_command_in_time_makes_it_whole(silence, now):
    silence.broke_off()
    silence.heard(now + 999 * MS)
    assert silence.lost(now + 5000 * MS) is None
