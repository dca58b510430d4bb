# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which time is believed, and what the report says about it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.data.bags.bag import BagMessage
from octo_ros.data.bags.stamps import TopicStamps
from octo_ros.data.timing.clock import Clock, choose_clock

MS = 1_000_000
SECOND = 1000 * MS
START = 1_700_000_000 * SECOND


def test_good_headers_are_believed(good, stamps):
    clock = choose_clock(stamps(*good()))
    assert clock == Clock('header', 'the header stamps lie 23 ms before the arrival (median)')


@pytest.mark.parametrize('n', [1, 2, 3, 10])
def test_a_few_good_messages_are_enough(good, stamps, n):
    assert choose_clock(stamps(*good(n))).source == 'header'


def nothing(received_ns, header_ns):
    del received_ns
    return np.zeros_like(header_ns)


def many_zeros(received_ns, header_ns):
    del received_ns
    return np.where(np.arange(len(header_ns)) % 10 == 0, 0, header_ns)


def another_host(received_ns, header_ns):
    del received_ns
    return header_ns - 7200 * SECOND


def ahead(received_ns, header_ns):
    del received_ns
    return header_ns + 3 * SECOND


def simulated(received_ns, header_ns):
    del received_ns
    return header_ns - START + SECOND


def set_right_midway(received_ns, header_ns):
    del received_ns
    return np.where(np.arange(len(header_ns)) < 400, header_ns - 3600 * SECOND, header_ns)


def small_step_back(received_ns, header_ns):
    del received_ns
    return np.where(np.arange(len(header_ns)) < 400, header_ns, header_ns - 300 * MS)


def small_step_forward(received_ns, header_ns):
    del received_ns
    return np.where(np.arange(len(header_ns)) < 400, header_ns, header_ns + 300 * MS)


def two_publishers(received_ns, header_ns):
    del received_ns
    return np.where(np.arange(len(header_ns)) % 2 == 0, header_ns, header_ns - 400 * MS)


def whole_seconds(received_ns, header_ns):
    del received_ns
    return header_ns // SECOND * SECOND


def never_renewed(received_ns, header_ns):
    return np.full_like(header_ns, received_ns[len(received_ns) // 2])


FAULTS = {
    nothing: 'no header is stamped (all 0)',
    many_zeros: '90 of 900 headers are not stamped (0)',
    another_host: 'the header stamps are 7200.0 s behind the arrivals (median): another clock',
    ahead: 'the header stamps are 3.0 s ahead of the arrivals (median): another clock',
    simulated: 'the headers show simulated time, the recording wall time',
    set_right_midway: '400 of 900 headers are 1.0 s or more off their arrival',
    small_step_back: 'the header stamps jump by -0.3 s against the arrivals',
    small_step_forward: 'the header stamps jump by +0.3 s against the arrivals',
    two_publishers: '450 of 900 header stamps go backward',
    whole_seconds: '900 headers have only 30 different stamps',
}


@pytest.mark.parametrize('fault', FAULTS, ids=lambda fault: fault.__name__)
def test_bad_headers_are_not_believed(good, stamps, fault):
    received_ns, header_ns = good()
    clock = choose_clock(stamps(received_ns, fault(received_ns, header_ns)))
    assert clock == Clock('receive', FAULTS[fault])


def test_one_stamp_for_all_is_no_clock(good, stamps):
    received_ns, header_ns = good(30)
    clock = choose_clock(stamps(received_ns, never_renewed(received_ns, header_ns)))
    assert clock == Clock('receive', '30 headers have only 1 different stamps')


def test_without_a_header_the_arrival_is_all_there_is(good, stamps):
    assert choose_clock(stamps(good()[0])) == Clock('receive', 'the type has no header')


def test_a_recording_in_simulated_time_keeps_its_headers(good, stamps):
    received_ns, header_ns = good()
    clock = choose_clock(stamps(received_ns - START + SECOND, header_ns - START + SECOND))
    assert clock.source == 'header'


def test_a_few_strays_are_counted_and_do_not_cost_the_others_their_stamps(good, stamps):
    received_ns, header_ns = good()
    header_ns[[3, 4]] = 0
    header_ns[100] -= 3600 * SECOND
    header_ns[[200, 201]] = header_ns[[201, 200]]
    clock = choose_clock(stamps(received_ns, header_ns))
    assert clock.source == 'header'
    assert '2 of 900 are not stamped (0): arrival instead' in clock.reason
    assert '1 of 900 are stamped 1.0 s or more off their arrival: not used' in clock.reason
    assert '2 of 900 are out of order: put in order' in clock.reason


def test_congestion_is_no_fault_of_the_header(good, stamps):
    received_ns, header_ns = good()
    received_ns[400:550] += 400 * MS
    clock = choose_clock(stamps(np.maximum.accumulate(received_ns), header_ns))
    assert clock.source == 'header'


def test_slow_drift_is_no_reason_to_drop_the_headers(good, stamps):
    received_ns, header_ns = good()
    drifting = header_ns - (header_ns - START) // 1200  # 50 ms/min
    assert choose_clock(stamps(received_ns, drifting)).source == 'header'


@pytest.mark.parametrize(
    ('clock', 'stamp_ns'),
    [
        (Clock('header', ''), 70),
        (Clock('receive', ''), 100),
        (Clock('header', '', 8), 62),
        (Clock('receive', '', 8), 92),
    ],
)
def test_a_message_is_stamped_by_its_clock(clock, stamp_ns):
    assert clock.stamp_ns(BagMessage('/x', 100, 70, None)) == stamp_ns


def test_messages_may_be_used_from_their_arrival_or_a_later_stamp(stamps):
    times = stamps([10, 20, 30], [5, 28, 5 + 10 * SECOND])
    assert Clock('header', '').known_ns(times).tolist() == [10, 28, 30]
    assert Clock('receive', '').known_ns(times).tolist() == [10, 20, 30]
    assert Clock('header', '').known_ns(stamps([10, 20])).tolist() == [10, 20]


@given(
    st.lists(st.tuples(st.integers(0, 10**10), st.integers(-(10**10), 10**10)), min_size=1),
    st.booleans(),
)
def test_any_stamps_give_a_reason_and_headers_only_if_most_are_near(times, zeros):
    received_ns = np.sort(np.array([START + t for t, _ in times]))
    header_ns = received_ns - np.array([off for _, off in times])
    if zeros:
        header_ns[::2] = 0
    clock = choose_clock(TopicStamps(received_ns, header_ns))
    assert clock.reason
    if clock.source == 'header':
        near = np.abs(received_ns - header_ns) < SECOND
        assert np.sum(~near) <= 2 * max(1, 0.05 * len(near))
