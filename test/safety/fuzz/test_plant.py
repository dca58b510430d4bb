# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The arm that lags, sticks and is measured badly."""

from __future__ import annotations

import numpy as np
import pytest

from octo_ros.safety.fuzz.inputs import FOLLOWING
from octo_ros.safety.fuzz.plant import (
    FLAWS,
    BadGripper,
    Delayed,
    Displaced,
    FromTheFuture,
    Frozen,
    Incomplete,
    Led,
    Lost,
    NotFinite,
    Plant,
)

NOW = 10**18
SENT = np.linspace(-1.0, 1.0, 7)


def shown(kind, count=200, offset=None):
    random = np.random.default_rng(1)
    measured = [kind(random).show(offset, SENT) for _ in range(count)]
    return [None if m is None else m.state(NOW, SENT) for m in measured]


def test_it_lags_or_does_not():
    gains = set()
    for seed in range(40):
        plant = Plant(np.random.default_rng(seed), 7)
        plant.begin(np.zeros(7))
        plant.follow(np.ones(7))
        gains.add(round(float(plant.positions[0]), 6))
    assert gains >= {1.0, 0.6, 0.3, 0.15}


def test_a_perfect_arm_is_where_it_was_sent_and_a_lagging_one_behind():
    behind = set()
    for seed in range(40):
        plant = Plant(np.random.default_rng(seed), 7)
        plant.begin(np.zeros(7))
        plant.follow(SENT)
        measured = plant.measure(SENT)
        state = measured.state(NOW, SENT)
        behind.add(measured is FOLLOWING)
        if measured is not FOLLOWING:
            assert (np.abs(state.positions) < np.abs(SENT) + 1e-2).all()
        assert plant.honest(SENT).age_ns == 0
    assert behind == {True, False}


def test_it_sticks_now_and_then_and_gets_loose():
    plant = Plant(np.random.default_rng(3), 1)
    plant.begin(np.zeros(1))
    far = []
    for tick in range(20_000):
        sent = np.array([0.001 * tick])
        plant.follow(sent)
        far.append(float(sent[0] - plant.positions[0]))
    assert max(far) > 0.02
    assert np.mean(np.array(far) < 0.02) > 0.9


def test_every_flaw_comes_and_goes():
    plant = Plant(np.random.default_rng(4), 7)
    plant.begin(SENT)
    kinds = set()
    for _ in range(100_000):
        plant.measure(SENT)
        kinds.add(type(plant._flaw))
    assert kinds > set(FLAWS)


def test_flaws_are_what_they_are_called():
    assert shown(Lost) == [None] * 200
    assert all(not np.isfinite(s.positions).all() for s in shown(NotFinite))
    assert {len(s.positions) for s in shown(Incomplete)} == set(range(7))
    ages = {NOW - s.stamp_ns for s in shown(Delayed)}
    assert min(ages) < 100e6 < max(ages)
    assert all(s.stamp_ns > NOW for s in shown(FromTheFuture))
    ways = [float(np.abs(s.positions - SENT).max()) for s in shown(Displaced)]
    assert min(ways) < 0.15 < max(ways)
    openings = [s.gripper for s in shown(BadGripper)]
    assert np.isnan(openings).any()
    assert {-3.0, 7.0} <= set(openings)


def test_frozen_stays_where_it_was_with_new_stamps():
    flaw = Frozen(np.random.default_rng(1))
    flaw.show(None, SENT)
    later = flaw.show(None, SENT + 0.3).state(NOW, SENT + 0.3)
    np.testing.assert_allclose(later.positions, SENT, atol=1e-15)
    assert later.stamp_ns == NOW


@pytest.mark.parametrize('kind', [Delayed, Incomplete, BadGripper, FromTheFuture])
def test_a_flaw_of_something_else_leaves_the_offset(kind):
    for state in shown(kind, offset=np.full(7, 0.01)):
        np.testing.assert_allclose(state.positions, (SENT + 0.01)[: len(state.positions)])


def test_an_arm_that_is_led_goes_as_a_hand_does_and_stays_whatever_is_sent():
    for seed in range(20):
        led = Led(np.random.default_rng(seed))
        places = [led.show(None, s * SENT).state(NOW, s * SENT).positions for s in range(1, 60)]
        steps = np.abs(np.diff([SENT, *places], axis=0)).max(axis=1)
        assert 0.0 < steps[0] <= 0.041
        assert (steps[30:] <= 1e-12).all()
        assert np.abs(places[-1] - SENT).max() == pytest.approx(
            steps[0] * np.count_nonzero(steps > 1e-6)
        )
