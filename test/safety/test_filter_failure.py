# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""A motion that fails or is blocked: the arm still comes to rest as it was verified to."""

from __future__ import annotations

import numpy as np
import pytest

from octo_ros.safety_codes import SafetyCode, SafetyState

SOLVER = SafetyCode.STOP_SOLVER
BLOCKED = frozenset({SafetyCode.LIMITED_BY_VERIFIED_STOP})


def moving(bench):
    return bench.command()


def fail(*_arguments, **_named):
    msg = 'singular matrix'
    raise np.linalg.LinAlgError(msg)


@pytest.mark.parametrize(
    ('part', 'name'),
    [
        (lambda f: f._motion, 'follow'),
        (lambda f: f._motion._rules, 'constraints'),
        (lambda f: f._motion._rules, 'contacts'),
        (lambda f: f._motion._rules.verification, 'problem'),
        (lambda f: f._motion._planner, 'plan'),
        (lambda f: f._motion._profile, 'plan'),
    ],
)
def test_a_motion_that_fails_ends_in_the_verified_stop(bench, bench_of, monkeypatch, part, name):
    other = bench_of()
    bench.stream(40)
    other.stream(40)
    with monkeypatch.context() as broken:
        broken.setattr(part(bench.filter), name, fail)
        sent = [bench.tick(moving), *bench.ticks(60)]
    expected = [other.tick(cause=SafetyCode.STOP_DEACTIVATED), *other.ticks(60)]
    np.testing.assert_array_equal([s.positions for s in sent], [s.positions for s in expected])
    assert sent[0].state is SafetyState.STOPPING
    assert sent[0].code is SOLVER
    assert sent[-1].state is SafetyState.HOLD
    assert sent[-1].code is SOLVER
    assert bench.filter._supervisor.cause.text.endswith('could not be computed: singular matrix')
    assert bench.tick(moving).state is SafetyState.RUN


def test_an_arm_at_rest_whose_motion_fails_stays(bench, monkeypatch):
    start = bench.tick().positions
    monkeypatch.setattr(bench.filter._motion, 'follow', fail)
    for _ in range(5):
        sent = bench.tick(moving)
        np.testing.assert_array_equal(sent.positions, start)
        assert sent.code is SOLVER
        assert sent.state is SafetyState.HOLD


@pytest.mark.parametrize('reset', [False, True])
def test_a_reset_begins_the_count_of_blocked_steps_anew(bench, monkeypatch, reset):
    monkeypatch.setattr(bench.filter._target, 'step', lambda: BLOCKED)
    codes = {s.code for s in bench.stream(60)}
    assert SafetyCode.STOP_BLOCKED not in codes
    bench.ticks(60, held=('dead_man',))
    assert bench.filter.state is SafetyState.HOLD
    if reset:
        bench.reset()
    codes = {s.code for s in bench.stream(60)}
    assert (SafetyCode.STOP_BLOCKED in codes) is not reset
