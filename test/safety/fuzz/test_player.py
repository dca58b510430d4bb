# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Playing inputs to the real filter: what is recorded is what happened."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from octo_ros.limits import Obstacle
from octo_ros.safety.filter import SafetyFilter
from octo_ros.safety.fuzz.inputs import (
    AddObstacle,
    Deactivate,
    Episode,
    Measured,
    RemoveObstacle,
    Reset,
    TickInput,
)
from octo_ros.safety.fuzz.invariants import Invariant
from octo_ros.safety.fuzz.player import Player
from octo_ros.safety.fuzz.record import NEVER
from octo_ros.safety_codes import SafetyState
from octo_ros.types import Command, Locks

NOW = 10**18
PERIOD_NS = 10_000_000
FAULT = Locks(robot_fault='off')


def violations(judge, record):
    return {f.invariant for f in judge.judge(record) if len(f.violated)}


@pytest.fixture(scope='module')
def safety_filter():
    return SafetyFilter.for_robot('franka')


@pytest.fixture
def player(franka, safety_filter):
    times = iter(range(0, 10**9, 7))
    player = Player(franka, safety_filter, lambda: next(times))
    player.begin(Episode(NOW, np.array(franka.home), 1.0))
    return player


@pytest.fixture
def command(franka):
    def make(tick, **changes):
        good = Command(
            stamp_ns=NOW + (tick + 1) * PERIOD_NS,
            seq=tick,
            frame_id=franka.base_frame,
            translation=np.array([0.0, 0.01, 0.0]),
            rotation=np.zeros(3),
            gripper=1.0,
            duration=0.1,
        )
        return replace(good, **changes)

    return make


def test_a_start_is_a_row_and_so_is_each_tick(player, command, franka):
    for tick in range(30):
        player.play(TickInput(PERIOD_NS, command(tick) if tick % 10 == 0 else None))
    record = player.recorder.record()
    assert len(record) == 31
    assert record.start.tolist() == [True] + [False] * 30
    np.testing.assert_array_equal(record.positions[0], franka.home)
    assert record.tick.tolist() == [0, *range(30)]
    assert np.flatnonzero(record.accepted).tolist() == [1, 11, 21]
    assert record.silence[[0, 1, 10, 11]].tolist() == [NEVER, 0, 9, 0]
    assert record.fit.all()
    assert not record.still[1:].any()
    assert (record.positions[-1] != record.positions[0]).any()
    np.testing.assert_array_equal(player.sent, record.positions[-1])
    assert player.durations == [7] * 30


def test_commands_for_nothing_keep_it_still(player, command):
    for tick in range(20):
        zero = command(tick, translation=np.zeros(3))
        player.play(TickInput(PERIOD_NS, zero if tick % 10 == 0 else None))
    assert player.recorder.record().still.all()


def test_locks_are_counted_from_the_tick_in_which_they_are_set(player):
    for tick in range(5):
        locks = Locks(held=('deadman',)) if 1 <= tick <= 3 else Locks()
        player.play(TickInput(PERIOD_NS, locks=locks))
    assert player.recorder.record().locked.tolist() == [-1, -1, 0, 1, 2, -1]


@pytest.mark.parametrize(
    'unfit',
    [
        Reset(Measured(age_ns=10**9)),
        Reset(Measured(age_ns=-(10**9))),
        Reset(Measured(np.full(7, np.nan))),
        Reset(Measured(missing=1)),
        Reset(Measured(np.full(7, 20.0))),
        Reset(Measured(speed=1.0)),
        Reset(Measured(gripper=np.nan)),
    ],
)
def test_an_unfit_reset_is_refused_and_told(player, unfit):
    player.play(TickInput(PERIOD_NS, actions=(unfit,)))
    record = player.recorder.record()
    assert record.resets == ((0, True),)
    assert record.start.sum() == 1


def test_a_reset_of_a_moving_arm_is_refused_and_one_at_rest_is_a_start(player, command):
    player.play(TickInput(PERIOD_NS, command(0)))
    player.play(TickInput(PERIOD_NS, actions=(Reset(),)))
    assert player.recorder.record().resets == ((1, True),)
    for _ in range(60):
        player.play(TickInput(PERIOD_NS))
    assert player.state is SafetyState.HOLD
    player.play(TickInput(PERIOD_NS, actions=(Reset(),)))
    record = player.recorder.record()
    assert len(record.resets) == 1
    assert np.flatnonzero(record.start).tolist() == [0, 63]


def test_an_inactive_filter_sends_nothing(player):
    sent = [
        player.play(TickInput(PERIOD_NS, actions=actions))
        for actions in ((), (Deactivate(),), (), (Reset(),))
    ]
    assert [s is None for s in sent] == [False, True, True, False]
    assert player.recorder.record().malformed == {}


def led(player, ticks, by=0.3):
    """A latched arm is led away in 30 ticks, and rests; offsets are from what was sent."""
    player.play(TickInput(PERIOD_NS, locks=FAULT))
    begin = player.sent
    for k in range(1, ticks + 1):
        there = begin + by * min(k / 30, 1.0)
        player.play(TickInput(PERIOD_NS, measured=Measured(there - player.sent)))
    assert player.state is SafetyState.LATCHED
    return begin


@pytest.mark.parametrize(('ticks', 'starts', 'by'), [(47, 1, 0.0), (55, 2, 0.3)])
def test_a_latched_reference_that_goes_where_the_arm_rests_is_a_start(
    player, judge, ticks, starts, by
):
    begin = led(player, ticks)
    record = player.recorder.record()
    assert record.start.sum() == starts
    assert np.abs(player.sent - begin).max() == pytest.approx(by)
    assert not record.velocities[-1].any()
    assert violations(judge, record) == set()


class Obedient:
    """A filter that, latched, sends what was measured last."""

    def __init__(self, inner):
        self._inner = inner

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def tick(self, now_ns, command, state, locks):
        sent = self._inner.tick(now_ns, command, state, locks)
        latched = sent.state is SafetyState.LATCHED and state is not None
        return replace(sent, positions=state.positions) if latched else sent


@pytest.mark.parametrize('by', [0.03, 0.1, 1.0])
def test_a_latched_reference_that_follows_one_wrong_state_is_a_violation(
    franka, judge, safety_filter, by
):
    player = Player(franka, Obedient(safety_filter), lambda: 0)
    player.begin(Episode(NOW, np.array(franka.home), 1.0))
    player.play(TickInput(PERIOD_NS, locks=FAULT))
    for _ in range(40):
        player.play(TickInput(PERIOD_NS))
    assert violations(judge, player.recorder.record()) == set()
    player.play(TickInput(PERIOD_NS, measured=Measured(by * np.eye(7)[6])))
    record = player.recorder.record()
    assert record.start.sum() == 1
    assert Invariant.LATCHED in violations(judge, record)


def test_a_latched_reference_that_goes_along_too_early_is_a_violation(
    franka, judge, safety_filter
):
    player = Player(franka, Obedient(safety_filter), lambda: 0)
    player.begin(Episode(NOW, np.array(franka.home), 1.0))
    led(player, 10, by=0.1)
    assert Invariant.LATCHED in violations(judge, player.recorder.record())


def test_a_lock_keeps_a_latched_filter_latched(player):
    pressed = Locks(latched=('emergency_stop',))
    player.play(TickInput(PERIOD_NS, locks=pressed))
    assert player.state is SafetyState.LATCHED
    player.play(TickInput(PERIOD_NS, actions=(Reset(locks=pressed),)))
    assert player.state is SafetyState.LATCHED
    assert player.recorder.record().resets == ((1, True),)
    player.play(TickInput(PERIOD_NS, actions=(Reset(),)))
    assert player.state is SafetyState.HOLD


@pytest.mark.parametrize('before', [(), (Deactivate(),)])
def test_nothing_may_begin_under_a_lock(player, before):
    pressed = Locks(held=('dead_man',))
    player.play(TickInput(PERIOD_NS, actions=(*before, Reset(locks=pressed))))
    assert player.recorder.record().resets == ((0, True),)


def test_obstacles_are_noted_from_when_to_when_they_stand(player):
    box = Obstacle(name='far', size=(0.1, 0.1, 0.1), xyz=(-0.9, 0.0, 0.5))
    for actions in ((), (AddObstacle(box),), (), (RemoveObstacle('far'),), ()):
        player.play(TickInput(PERIOD_NS, actions=actions))
    ((obstacle, first, last),) = player.recorder.record().obstacles
    assert obstacle is box
    assert (first, last) == (1, 4)
    player.play(TickInput(PERIOD_NS, actions=(RemoveObstacle('nobody'), AddObstacle(box))))
    assert player.recorder.record().obstacles[1][1:] == (5, 7)


def test_a_new_start_takes_the_obstacles_away(player, franka, safety_filter):
    box = Obstacle(name='far', size=(0.1, 0.1, 0.1), xyz=(-0.9, 0.0, 0.5))
    player.play(TickInput(PERIOD_NS, actions=(AddObstacle(box),)))
    assert safety_filter.obstacles
    player.begin(Episode(NOW, np.array(franka.home), 1.0))
    assert not safety_filter.obstacles
    assert player.recorder.record().obstacles == ()


class Broken:
    """A filter that fails in one way."""

    def __init__(self, inner, fail):
        self._inner, self._fail = inner, fail

    def __getattr__(self, name):
        return getattr(self._inner, name)

    def tick(self, *arguments, **named):
        return self._fail(self._inner.tick(*arguments, **named))


def crash(sent):
    raise ZeroDivisionError(sent.stamp_ns)


@pytest.mark.parametrize(
    ('fail', 'told'),
    [
        (crash, 'tick raised ZeroDivisionError'),
        (lambda sent: replace(sent, stamp_ns=1), 'at 1, not'),
        (lambda sent: replace(sent, joint_names=sent.joint_names[::-1]), 'fer_joint7'),
    ],
)
def test_a_tick_that_fails_is_told(franka, safety_filter, fail, told):
    player = Player(franka, Broken(safety_filter, fail), lambda: 0)
    player.begin(Episode(NOW, np.array(franka.home), 1.0))
    assert player.play(TickInput(PERIOD_NS)) is None
    (text,) = player.recorder.record().malformed.values()
    assert told in text


@pytest.mark.parametrize(
    'changes',
    [
        {'frame_id': 'camera'},
        {'translation': np.array([np.nan, 0.0, 0.0])},
        {'gripper': 1.1},
        {'duration': 0.001},
        {'duration': 3.0},
        {'stamp_ns': NOW - 10**9},
        {'stamp_ns': NOW + 10**9},
        {'stamp_ns': NOW},
    ],
)
def test_an_unfit_command_that_were_accepted_would_show(player, command, changes):
    sent = player.play(TickInput(PERIOD_NS))
    player.recorder.sent(1, sent, command(0, **changes), NOW + PERIOD_NS)
    assert player.recorder.record().fit.tolist() == [True, True, False]
