# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.policy.chunking.commanded_time import MEMORY_NS, CommandedTime

SECOND = 1_000_000_000


@given(st.lists(st.booleans(), max_size=40), st.integers(-5, 45))
def test_counts_what_was_commanded(ticks, begin):
    commanded = CommandedTime()
    for k, told in enumerate(ticks):
        if told:
            commanded.add(10 * k, 10 * k + 10)
    assert commanded.since(10 * begin) == 10 * sum(ticks[max(begin, 0) :])


def test_counts_parts_of_spans():
    commanded = CommandedTime()
    commanded.add(0, 10)
    commanded.add(20, 30)
    assert [commanded.since(begin) for begin in (-5, 5, 10, 15, 25, 30, 99)] == [
        *(20, 15, 10, 10, 5, 0, 0)
    ]


def test_remembers_a_minute_and_says_so():
    commanded = CommandedTime()
    for k in range(200):  # with gaps
        commanded.add(k * SECOND, k * SECOND + SECOND // 2)
    now_ns = 199 * SECOND + SECOND // 2
    assert commanded.knows(now_ns - MEMORY_NS)
    assert commanded.since(now_ns - MEMORY_NS) == 30 * SECOND
    assert not commanded.knows(0)
    assert len(commanded._spans) < 70


def test_steady_commands_are_remembered_however_long():
    commanded = CommandedTime()
    for k in range(1000):
        commanded.add(k * SECOND, (k + 1) * SECOND)
    assert commanded.knows(0)
    assert commanded.since(0) == 1000 * SECOND


def test_cleared():
    commanded = CommandedTime()
    commanded.add(0, 10)
    commanded.add(2 * MEMORY_NS, 2 * MEMORY_NS + 10)
    commanded.clear()
    assert commanded.knows(0)
    assert commanded.since(0) == 0
