# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from octo_ros.data.bags.arrival_order import ClockSteps, merge, stretch_of

SECOND = 1_000_000_000


def steps(sequence):
    found = ClockSteps()
    for place, (topic, received_ns) in enumerate(sequence):
        found.add(topic, received_ns, (place, 0))
    return found


def test_a_clock_set_back_is_a_step():
    found = steps([(1, 10 * SECOND), (2, 10 * SECOND), (1, 5 * SECOND), (2, 5 * SECOND)])
    assert found.places == ((2, 0),)
    assert [stretch_of((n, 0), found.places) for n in range(4)] == [0, 0, 1, 1]


def test_small_disorder_and_topics_in_turn_are_no_steps():
    assert steps([(1, 10 * SECOND), (1, 9 * SECOND)]).places == ()
    assert steps([(1, 10 * SECOND), (1, 99 * SECOND), (2, 10 * SECOND)]).places == ()


def test_what_goes_back_again_and_again_is_in_no_order():
    found = steps([(1, (7 * n % 20) * SECOND) for n in range(100)])
    assert (found.places, found.disordered) == ((), True)


@given(st.lists(st.lists(st.integers(0, 100)).map(sorted)))
def test_sources_are_merged(sources):
    opened = []

    def opening(number):
        def read():
            opened.append(sources[number][0])
            return iter(sources[number])

        return read

    named = [(s[0], opening(n)) for n, s in enumerate(sources) if s]
    assert list(merge(named, lambda item: item)) == sorted(x for s in sources for x in s)
    assert opened == sorted(opened)


def test_a_source_is_opened_when_it_is_due():
    opened = []

    def read(number):
        opened.append(number)
        return iter([number])

    merged = merge([(n, lambda n=n: read(n)) for n in range(5)], lambda item: item)
    assert next(merged) == 0
    assert opened == [0]
