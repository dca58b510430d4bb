# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What must hold for any input: judged from what was sent alone, with `octo_ros.safety.fuzz`."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from octo_ros.embodiment import load_embodiment
from octo_ros.limits import Plane, TiltCone
from octo_ros.robots.model import load_robot_model
from octo_ros.safety.filter import SafetyFilter
from octo_ros.safety.fuzz.arm import rotation_rpy
from octo_ros.safety.fuzz.campaign import Campaign
from octo_ros.safety.fuzz.inputs import Episode, TickInput
from octo_ros.safety.fuzz.invariants import Invariant
from octo_ros.safety.fuzz.judge import Judge
from octo_ros.safety.fuzz.manners import Push, Reverse, Walk
from octo_ros.safety.fuzz.player import Player
from octo_ros.safety.fuzz.space_rules import angle
from octo_ros.safety.fuzz.starts import Starts
from octo_ros.safety.fuzz.writer import Moment, Writer
from octo_ros.safety_codes import SafetyState
from octo_ros.types import Command

ROBOTS = ('widowx', 'franka', 'fr3', 'ur5', 'ur5e')
PERIOD_NS = 10_000_000
START_NS = 1_700_000_000_000_000_000
TICKS = 10_000

# What the filter's own robots do not have, or what only happens now and then.
RARE = {Invariant.TILT, Invariant.OUTSIDE}


@cache
def workshop(name):
    embodiment = load_embodiment(name)
    judge = Judge(embodiment, load_robot_model(embodiment))
    return embodiment, judge, SafetyFilter.for_embodiment(embodiment)


@pytest.mark.parametrize('name', ROBOTS)
def test_nothing_unsafe_leaves_whatever_comes_in(name):
    embodiment, _, _ = workshop(name)
    outcome = Campaign(embodiment, 1, time.perf_counter_ns).run(TICKS, lambda _: None)
    broken = {k: v for k, v in outcome.violations.items() if k is not Invariant.OUTSIDE}
    assert not broken, next(iter(broken.values()))
    # An arm that is set free where it may not be creeps on by a fraction of a millimetre.
    assert outcome.tallies.of[Invariant.OUTSIDE].worst >= -1e-3
    unseen = {invariant for invariant, tally in outcome.tallies.of.items() if not tally.checked}
    assert unseen <= RARE
    assert set(outcome.states) == set(SafetyState) - {SafetyState.INACTIVE}
    assert outcome.starts_refused == 0


def test_planes_and_a_tilt_cone_hold_too():
    embodiment, _, _ = workshop('franka')
    limits = replace(
        embodiment.limits,
        planes=(Plane(normal=(-0.6, 0.0, 0.8), offset=-0.25),),
        tilt_cone=TiltCone(axis=(0.0, 0.0, -1.0), half_angle=0.6),
    )
    changed = replace(embodiment, limits=limits)
    outcome = Campaign(changed, 2, time.perf_counter_ns).run(2000, lambda _: None)
    assert not outcome.violations, next(iter(outcome.violations.values()))
    assert outcome.tallies.of[Invariant.TILT].checked > 1500


def played(name, commands, positions=None):
    """Record of an arm that follows, given a command or None for each tick."""
    embodiment, judge, safety_filter = workshop(name)
    start = np.array(embodiment.home if positions is None else positions)
    player = Player(embodiment, safety_filter, lambda: 0)
    player.begin(Episode(START_NS, start, 1.0))
    for tick, make in enumerate(commands):
        moment = Moment(START_NS + (tick + 1) * PERIOD_NS, tick, player.sent)
        player.play(TickInput(PERIOD_NS, make(moment) if callable(make) else make))
    record = player.recorder.record()
    broken = {f.invariant: f.slack.min() for f in judge.judge(record) if len(f.violated)}
    assert not broken
    return record


def tcp_of(name, record):
    arm = workshop(name)[1].arm
    return arm.tcp(arm.frames(record.positions))


def command(name, tick, translation, rotation):
    embodiment, _, _ = workshop(name)
    stamp = START_NS + (tick + 1) * PERIOD_NS
    return Command(stamp, tick, embodiment.base_frame, translation, rotation, 1.0, 0.1)


# Seconds from the last accepted command to rest: 0.25 s of silence, one tick, and the stop.
REST_WITHIN = {'franka': 0.45, 'fr3': 0.45, 'ur5': 0.65, 'ur5e': 0.65, 'widowx': 0.65}


@pytest.mark.parametrize('name', ROBOTS)
def test_after_the_last_command_it_is_at_rest_in_time_from_any_speed(name):
    embodiment, judge, _ = workshop(name)
    random = np.random.default_rng(7)
    starts = Starts(embodiment, judge, random)
    moved = 0.0
    for kind in (Push, Push, Reverse, Walk):
        manner = kind(Writer(embodiment, random), random)
        last = int(random.integers(30, 120))
        ticks = last + round(REST_WITHIN[name] / 0.01) + 30
        commands = [manner.next if tick <= last else None for tick in range(ticks)]
        record = played(name, commands, starts.draw())
        late = record.silence >= round(REST_WITHIN[name] / 0.01)
        assert late[-30:].all()
        assert not record.velocities[late & ~record.start].any()
        moved = max(moved, float(np.abs(record.velocities).max()))
    assert moved > 0.1


def gentle(k):
    """A smooth motion of 0.03 m/s and 0.1 rad/s at most, as (translation, rotation) per 0.1 s."""
    phase = 2 * np.pi * 0.02 * k
    return (
        0.003 * np.array([np.sin(phase), np.sin(2 * phase), -np.sin(phase)]),
        0.010 * np.array([0.0, 0.0, np.sin(phase)]),
    )


@pytest.mark.parametrize('name', ROBOTS)
def test_a_gentle_stream_passes_unchanged(name):
    ticks = range(800)
    record = played(
        name, [command(name, t, *gentle(t // 10)) if t % 10 == 0 else None for t in ticks]
    )
    tcp, rotation = tcp_of(name, record)
    place, turn = tcp[0], rotation[0]
    for tick in ticks:
        moved, turned = (part / 10 for part in gentle(tick // 10))
        place, turn = place + moved, rotation_rpy(turned) @ turn
        assert np.linalg.norm(place - tcp[tick + 1]) <= 1e-3
        assert angle((turn @ rotation[tick + 1].T)[None])[0] <= 3.5e-3


@pytest.mark.parametrize('name', ROBOTS)
def test_equal_commands_give_a_constant_velocity_however_they_jitter(name):
    random = np.random.default_rng(3)
    due = {10 * k + int(random.integers(0, 4)) for k in range(1, 10)} | {0}
    step = (np.array([0.0, 0.006, 0.004]), np.array([0.0, 0.0, 0.02]))
    record = played(name, [command(name, t, *step) if t in due else None for t in range(100)])
    speeds = np.diff(tcp_of(name, record)[0], axis=0) / 0.01
    np.testing.assert_allclose(speeds[45:90], np.tile([0.0, 0.06, 0.04], (45, 1)), atol=1e-3)


@pytest.mark.parametrize('name', ROBOTS)
def test_commands_for_no_displacement_move_nothing(name):
    zero = np.zeros(3)
    record = played(
        name, [command(name, t, zero, zero) if t % 10 == 0 else None for t in range(60)]
    )
    np.testing.assert_allclose(record.positions[-1], record.positions[0], atol=1e-12)


@pytest.mark.parametrize('name', ROBOTS)
def test_a_start_outside_the_box_never_goes_farther_out(name):
    embodiment, judge, _ = workshop(name)
    random = np.random.default_rng(5)
    limits = embodiment.limits
    lower, upper = np.array(limits.workspace_min), np.array(limits.workspace_max)
    # A wall that is moved in: all else around the arm stays as it is.
    home = np.array([embodiment.home])
    tcp = judge.arm.tcp(judge.arm.frames(home))[0][0]
    for axis, sign in ((0, 1.0), (1, -1.0)):
        low, high = lower.copy(), upper.copy()
        (low if sign > 0 else high)[axis] = tcp[axis] + sign * 0.02
        changed = replace(
            embodiment, limits=replace(limits, workspace_min=tuple(low), workspace_max=tuple(high))
        )
        player = Player(changed, SafetyFilter.for_embodiment(changed), lambda: 0)
        player.begin(Episode(START_NS, home[0], 1.0))
        manner = Push(Writer(changed, random), random)
        for tick in range(300):
            if tick % 50 == 0:
                manner.linear = manner._unit()
            moment = Moment(START_NS + (tick + 1) * PERIOD_NS, tick, player.sent)
            player.play(TickInput(PERIOD_NS, manner.next(moment)))
        record = player.recorder.record()
        found = Judge(changed, load_robot_model(changed)).judge(record)
        assert not {f.invariant: f.slack.min() for f in found if len(f.violated)}
        assert sum(len(f.rows) for f in found if f.invariant is Invariant.OUTSIDE) == 300
