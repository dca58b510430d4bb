# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Shrinking leaves what is needed."""

from __future__ import annotations

import numpy as np

from octo_ros.safety.fuzz.inputs import (
    FOLLOWING,
    UNLOCKED,
    Deactivate,
    Episode,
    Measured,
    TickInput,
)
from octo_ros.safety.fuzz.shrink import PLAYS, shrink
from octo_ros.types import Command, Locks

PERIOD_NS = 10_000_000
COMMAND = Command(0, 0, '', np.zeros(3), np.zeros(3), 0.0, 0.1)


def busy(count):
    return [
        TickInput(
            PERIOD_NS + 1, COMMAND, Measured(np.ones(7)), Locks(held=('deadman',)), (Deactivate(),)
        )
        for _ in range(count)
    ]


def test_only_what_is_needed_remains():
    plays = []

    def broken_at(episode):
        """Two commands, of ticks 17 and 60, and the state of tick 40, break it at tick 60."""
        plays.append(len(episode.inputs))
        inputs = episode.inputs
        needed = len(inputs) > 60 and inputs[17].command and inputs[60].command
        return 60 if needed and inputs[40].measured is not FOLLOWING else None

    found = shrink(Episode(0, np.zeros(7), 0.0, busy(100)), broken_at, PERIOD_NS)
    inputs = found.inputs
    assert len(inputs) == 61
    assert [i for i, given in enumerate(inputs) if given.command] == [17, 40, 60]
    assert [i for i, given in enumerate(inputs) if given.measured is not FOLLOWING] == [17, 40, 60]
    assert all(given.locks is UNLOCKED for given in inputs)
    assert all(given.actions == () for given in inputs)
    assert all(given.step_ns == PERIOD_NS for given in inputs)
    assert len(plays) <= PLAYS


def test_what_cannot_be_shown_again_is_none():
    assert shrink(Episode(0, np.zeros(7), 0.0, busy(5)), lambda _: None, PERIOD_NS) is None


def test_it_ends():
    plays = []

    def broken_at(episode):
        plays.append(1)
        return len(episode.inputs) - 1 if all(given.command for given in episode.inputs) else None

    found = shrink(Episode(0, np.zeros(7), 0.0, busy(2000)), broken_at, PERIOD_NS)
    assert len(found.inputs) == 2000
    assert len(plays) <= PLAYS
