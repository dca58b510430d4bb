# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which clock was set, when, and by how much; nothing is seen where none was."""

from __future__ import annotations

import numpy as np
import pytest

from octo_ros.data.timing.clock_jump import find_jumps

MS = 1_000_000


def at_400(values_ns, by_ms):
    return np.where(np.arange(len(values_ns)) < 400, values_ns, values_ns + by_ms * MS)


@pytest.mark.parametrize('by_ms', [-3_600_000, -300, 300, 3_600_000])
def test_a_header_clock_that_is_set_is_found(good, by_ms):
    received_ns, header_ns = good()
    (jump,) = find_jumps(received_ns, at_400(header_ns, by_ms))
    assert (jump.clock, jump.time_ns) == ('header', received_ns[400])
    assert jump.seconds == pytest.approx(by_ms / 1e3, abs=0.005)


@pytest.mark.parametrize('by_ms', [-3_600_000, -2000, -300, 300, 2000, 3_600_000])
def test_a_recorder_clock_that_is_set_is_found(good, by_ms):
    received_ns, header_ns = good()
    stepped_ns = at_400(received_ns, by_ms)
    (jump,) = find_jumps(stepped_ns, header_ns)
    assert (jump.clock, jump.time_ns) == ('receive', stepped_ns[400])
    assert jump.seconds == pytest.approx(by_ms / 1e3, abs=0.01)


def test_a_step_back_of_one_clock_for_all_is_found_by_the_arrivals(good):
    received_ns, header_ns = good()
    for header in (None, at_400(header_ns, -5000)):
        (jump,) = find_jumps(at_400(received_ns, -5000), header)
        assert (jump.clock, round(jump.seconds, 1)) == ('receive', -5.0)


def test_every_step_is_found(good):
    received_ns, header_ns = good()
    header_ns[200:] -= 500 * MS
    header_ns[600:] += 800 * MS
    assert [round(jump.seconds, 1) for jump in find_jumps(received_ns, header_ns)] == [-0.5, 0.8]


def late_messages(received_ns, header_ns):
    received_ns[::50] += 500 * MS
    return np.maximum.accumulate(received_ns), header_ns


def wild_latency(received_ns, header_ns):
    late = np.random.default_rng(1).integers(0, 150 * MS, len(received_ns))
    return np.maximum.accumulate(received_ns + late), header_ns


def a_pause(received_ns, header_ns):
    return at_400(received_ns, 5000), at_400(header_ns, 5000)


def publishers_in_turn(received_ns, header_ns):
    header_ns[::2] -= 400 * MS
    return received_ns, header_ns


def whole_seconds(received_ns, header_ns):
    return received_ns, header_ns // (1000 * MS) * (1000 * MS)


def two_stray_stamps(received_ns, header_ns):
    header_ns[[300, 301]] -= 2000 * MS
    return received_ns, header_ns


@pytest.mark.parametrize(
    'fault',
    [late_messages, wild_latency, a_pause, publishers_in_turn, whole_seconds, two_stray_stamps],
)
def test_what_is_no_step_is_not_taken_for_one(good, fault):
    assert find_jumps(*fault(*good())) == ()


@pytest.mark.parametrize('n', [0, 1, 2, 5])
def test_few_messages_tell_nothing(good, n):
    assert find_jumps(*good(n)) == ()
