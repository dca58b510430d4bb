# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Locks, clock, resets and obstacles come as often and as wrong as they should."""

from __future__ import annotations

import numpy as np

from octo_ros.safety.fuzz.inputs import (
    FOLLOWING,
    UNLOCKED,
    AddObstacle,
    Deactivate,
    RemoveObstacle,
    Reset,
)
from octo_ros.safety.fuzz.surroundings import (
    ClockTrouble,
    LockTrouble,
    ObstacleTrouble,
    ResetTrouble,
)
from octo_ros.safety_codes import SafetyCode, SafetyState

PERIOD_NS = 10_000_000


def random():
    return np.random.default_rng(1)


def test_locks_of_every_kind_are_set_and_released():
    trouble = LockTrouble(random())
    seen = [trouble.next() for _ in range(50_000)]
    assert any(locks.held for locks in seen)
    assert any(locks.latched for locks in seen)
    assert any(locks.robot_fault for locks in seen)
    assert any(locks.cause is SafetyCode.STOP_DUPLICATE_PUBLISHER for locks in seen)
    assert 0.5 < np.mean([locks is UNLOCKED for locks in seen]) < 0.99
    trouble.calm()
    assert trouble.next() in (UNLOCKED, *seen)


def test_the_clock_jitters_is_late_and_jumps_both_ways():
    trouble = ClockTrouble(random(), PERIOD_NS)
    steps = np.array([trouble.next() for _ in range(50_000)])
    assert np.mean(steps == PERIOD_NS) > 0.95
    assert ((steps >= 2 * PERIOD_NS) & (steps <= 11 * PERIOD_NS)).any()
    assert (steps > 10**9).any()
    assert (steps < -(10**9)).any()
    assert (steps == 0).any()


def test_resets_are_spammed_and_bad_ones_are_of_every_kind():
    trouble = ResetTrouble(random(), 7)
    actions = [
        action
        for _ in range(100_000)
        for action in trouble.next(SafetyState.RUN, lambda: FOLLOWING)
    ]
    resets = [action for action in actions if isinstance(action, Reset)]
    states = [reset.measured.state(0, np.zeros(7)) for reset in resets]
    assert any(len(state.positions) < 7 for state in states)
    assert any(np.isnan(state.positions).any() for state in states)
    assert any((np.abs(state.positions) > 10.0).any() for state in states)
    assert any((state.velocities > 0.1).any() for state in states)
    assert {state.stamp_ns > 0 for state in states} == {True, False}
    assert any(reset.locks.latched for reset in resets)
    assert any(reset.locks.held for reset in resets)
    assert Deactivate() not in actions  # a moving arm is not let go of


def test_a_latched_or_inactive_filter_is_reset_after_a_while():
    trouble = ResetTrouble(random(), 7)
    for state in (SafetyState.LATCHED, SafetyState.INACTIVE):
        ticks = 0
        for _ in range(50):
            while Reset(FOLLOWING) not in trouble.next(state, lambda: FOLLOWING):
                ticks += 1
        assert 50 < ticks < 50 * 60
    held = [trouble.next(SafetyState.HOLD, lambda: FOLLOWING) for _ in range(50_000)]
    assert (Deactivate(),) in held


def test_obstacles_stand_only_where_there_is_room():
    rooms = iter(np.tile([0.0, 0.079, 0.081, 1.0], 10_000))
    asked = []

    def room(positions, obstacle):
        asked.append((obstacle.name, next(rooms)))
        return asked[-1][1]

    trouble = ObstacleTrouble(random(), np.zeros(3), np.ones(3), room)
    actions = [action for _ in range(50_000) for action in trouble.next(np.zeros(7))]
    added = [action.obstacle for action in actions if isinstance(action, AddObstacle)]
    removed = [action.name for action in actions if isinstance(action, RemoveObstacle)]
    assert len(added) > 10
    wide = {name for name, given in asked if given >= 0.08}
    assert {obstacle.name for obstacle in added} == wide
    assert set(removed) <= wide
    assert len(added) - len(removed) in (0, 1, 2)
    assert any(any(obstacle.rpy) for obstacle in added)
    assert any(not any(obstacle.rpy) for obstacle in added)
