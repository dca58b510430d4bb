# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What a deactivation keeps and what a reset ends."""

from __future__ import annotations

import numpy as np
import pytest

from octo_ros.errors import SafetyError
from octo_ros.safety_codes import SafetyCode, SafetyState

OFF = {'robot_fault': 'off'}


def activate(bench):
    bench.filter.activate(bench.now, bench.measured(), bench.locks)


def moving(bench):
    return bench.command()


def test_without_a_latch_activation_is_a_reset(bench):
    bench.filter.deactivate()
    activate(bench)
    assert bench.filter.state is SafetyState.HOLD
    assert bench.tick(moving).state is SafetyState.RUN


def test_a_latch_is_kept_through_any_number_of_deactivations(bench):
    bench.tick(**OFF)
    said = bench.filter.latch
    for _ in range(3):
        bench.filter.deactivate()
        assert bench.filter.state is SafetyState.INACTIVE
        activate(bench)
        assert bench.filter.state is SafetyState.LATCHED
        assert bench.filter.latch == said
    codes = (SafetyCode.STOP_ROBOT_FAULT, SafetyCode.REJECTED_STATE)
    assert bench.tick(moving).reasons == codes


def test_a_latch_that_is_not_reached_yet_is_kept_too(bench):
    bench.stream(40)
    assert bench.tick(latched=('stop',)).state is SafetyState.STOPPING
    bench.filter.deactivate()
    activate(bench)
    assert bench.filter.state is SafetyState.LATCHED
    assert 'stop' in bench.filter.latch


def test_a_kept_latch_begins_where_the_arm_was_measured(bench):
    bench.tick(**OFF)
    bench.filter.deactivate()
    bench.held = True
    bench.q = bench.q + 0.3
    activate(bench)
    sent = bench.tick()
    np.testing.assert_array_equal(sent.positions, bench.q)
    assert not sent.velocities.any()


def test_an_activation_that_fails_keeps_it(bench):
    bench.tick(**OFF)
    bench.filter.deactivate()
    bench.locks = None
    bench.q = bench.q + np.inf
    with pytest.raises(SafetyError, match='not finite'):
        activate(bench)
    bench.q = np.array(bench.embodiment.home)
    activate(bench)
    assert bench.filter.state is SafetyState.LATCHED


@pytest.mark.parametrize('active', [False, True])
def test_a_reset_ends_it_for_good(bench, active):
    bench.tick(**OFF)
    bench.filter.deactivate()
    if active:
        activate(bench)
    bench.reset()
    assert bench.filter.state is SafetyState.HOLD
    assert bench.filter.latch is None
    bench.filter.deactivate()
    activate(bench)
    assert bench.filter.state is SafetyState.HOLD


def test_a_stop_that_does_not_latch_is_over(bench):
    bench.stream(40)
    bench.tick(held=('dead_man',))
    bench.filter.deactivate()
    activate(bench)
    assert bench.filter.state is SafetyState.HOLD
