# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One second without a verified step, in a row, ends in a hold; anything else begins anew."""

from __future__ import annotations

import pytest

from octo_ros.safety.blockage import PATIENCE, Blockage
from octo_ros.safety_codes import SafetyCode

BLOCKED = frozenset({SafetyCode.LIMITED_BY_VERIFIED_STOP})
FREE = frozenset({SafetyCode.LIMITED_BY_ACCELERATION})
STOP = frozenset({SafetyCode.STOP_BLOCKED})


@pytest.mark.parametrize('rate', [20.0, 100.0, 1000.0])
def test_it_holds_after_its_patience_and_then_begins_anew(rate):
    blockage, ticks = Blockage(rate), round(PATIENCE * rate)
    for _ in range(2):
        assert all(blockage.seen(BLOCKED) == frozenset() for _ in range(ticks - 1))
        assert blockage.seen(BLOCKED) == STOP


@pytest.mark.parametrize('code', list(SafetyCode))
def test_only_the_verified_stop_counts(code):
    blockage = Blockage(100.0)
    seen = {blockage.seen(frozenset({code})) for _ in range(250)}
    assert (STOP in seen) == (code is SafetyCode.LIMITED_BY_VERIFIED_STOP)


def test_one_tick_that_moved_begins_the_count_anew():
    blockage = Blockage(100.0)
    for _ in range(5):
        assert not any(blockage.seen(BLOCKED) for _ in range(99))
        assert not blockage.seen(FREE)
    assert not any(blockage.seen(BLOCKED) for _ in range(99))
    assert blockage.seen(BLOCKED) == STOP


def test_it_counts_whatever_else_limits_the_tick():
    blockage = Blockage(100.0)
    assert not any(blockage.seen(BLOCKED | FREE) for _ in range(99))
    assert blockage.seen(BLOCKED | FREE) == STOP
