# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.data.bags.bag import BagMessage
from octo_ros.data.timing.clock import Clock
from octo_ros.data.timing.command_stamps import FAR, STRAY, stamp_commands

MS = 1_000_000
HEADER = {'/c': Clock('header', '')}


def stamped(stamps_ms, clocks=HEADER, delay_ms=20):
    """Stamps [ms] that come of commands that were given every 100 ms, and the remarks."""
    messages = [
        BagMessage('/c', (100 * i + delay_ms) * MS, ms * MS, i) for i, ms in enumerate(stamps_ms)
    ]
    commands, remarks = stamp_commands(messages, clocks)
    assert [command.value for command in commands] == list(range(len(messages)))
    return [command.stamp_ns // MS for command in commands], dict(remarks)


@pytest.mark.parametrize('clocks', [HEADER, {}])
@pytest.mark.parametrize(
    ('wrong', 'sentence'), [(5000, FAR), (-800, FAR), (900, STRAY), (-200, STRAY), (0, STRAY)]
)
def test_a_stray_stamp_gives_way_to_the_arrival(clocks, wrong, sentence):
    stamps = [0, 100, 200, 300, 400, 500]
    stamps[3] = wrong
    found, remarks = stamped(stamps, clocks)
    assert found == [0, 100, 200, 320, 400, 500]
    assert remarks == {f'/c: {sentence}': 1}


@pytest.mark.parametrize(
    'stamps', [[0, 100, 300, 200, 400, 500], [0, 0, 0], [], [7], [0, 100, 130, 170, 500, 600]]
)
def test_swapped_and_late_ones_keep_theirs(stamps):
    assert stamped(stamps) == (stamps, {})


def test_arrivals_are_never_astray():
    assert stamped([0, 900, 100], {'/c': Clock('receive', '')}) == ([20, 120, 220], {})


@given(st.lists(st.integers(-900, 900), max_size=12))
def test_what_is_not_told_of_is_as_stamped(off):
    stamps = [100 * i + o for i, o in enumerate(off)]
    found, remarks = stamped(stamps, delay_ms=0)
    changed = sum(f != s for f, s in zip(found, stamps, strict=True))
    assert changed <= sum(remarks.values())
