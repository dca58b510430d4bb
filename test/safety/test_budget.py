# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Commands per second."""

import numpy as np
import pytest

from octo_ros.safety.budget import BURST, CommandBudget

MS = 1_000_000


def accepted(budget, times_ms):
    """How many commands at these times find room."""
    count = 0
    for time in times_ms:
        if budget.left(time * MS) >= 1.0 - 1e-6:
            budget.spend()
            count += 1
    return count


def test_it_begins_full_and_never_gets_fuller():
    budget = CommandBudget(15.0, 0)
    assert budget.left(0) == BURST
    assert budget.left(10_000 * MS) == BURST


@pytest.mark.parametrize('every', [1, 10, 33])
def test_a_fast_stream_is_thinned_to_the_rate(every):
    count = accepted(CommandBudget(15.0, 0), range(0, 10_000, every))
    assert count == pytest.approx(150, abs=BURST + 1)


@pytest.mark.parametrize('rate', [5, 10, 15])
@pytest.mark.parametrize('seed', range(5))
def test_jitter_of_a_whole_period_loses_nothing(rate, seed):
    random = np.random.default_rng(seed)
    period = 1000 / rate
    times = [int(k * period + random.uniform(0, period)) for k in range(300)]
    assert accepted(CommandBudget(15.0, 0), sorted(times)) == 300


def test_a_clock_that_is_set_back_adds_nothing():
    budget = CommandBudget(15.0, 0)
    assert accepted(budget, [0, 0, 0]) == 3
    assert budget.left(-5000 * MS) == 0.0
    assert budget.left(-4900 * MS) == pytest.approx(1.5)
