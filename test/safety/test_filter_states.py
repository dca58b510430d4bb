# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The gate as a state machine: any order of any events, judged from what is sent alone."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octo_ros.errors import SafetyError
from octo_ros.safety_codes import SafetyCode, SafetyState
from octo_ros.types import JointState, Locks

INACTIVE, HOLD, RUN, STOPPING, LATCHED = SafetyState
PERIOD = 10_000_000
# A stop that takes no more than a tick is over in the one in which it begins.
WAYS = {(s, s) for s in SafetyState} | {
    (HOLD, RUN),
    (RUN, STOPPING),
    (STOPPING, HOLD),
    (STOPPING, LATCHED),
    (HOLD, LATCHED),
}
SHORT = {(RUN, HOLD), (RUN, LATCHED)}

numbers = st.sampled_from([0.0, 0.01, -0.02, 0.09, 1.0, np.nan, np.inf, 1e300])
good = st.sampled_from([0.0, 0.004, -0.01, 0.02])
commands = st.fixed_dictionaries(
    {
        'kind': st.sampled_from(['command', 'joint']),
        'values': st.one_of(st.tuples(good, good, good), st.tuples(numbers, numbers, numbers)),
        'gripper': st.sampled_from([0.0, 0.0, 1.0, 1.0, 0.5, 2.0, np.nan]),
        'late': st.sampled_from([0, 0, 0, 0, 50_000_000, 300_000_000, -50_000_000]),
        'frame': st.sampled_from([None] * 6 + ['elsewhere']),
        'duration': st.sampled_from([0.1, 0.1, 0.1, 0.02, 0.25, 9.0, np.nan]),
    }
)
good_commands = st.fixed_dictionaries(
    {
        'kind': st.sampled_from(['command', 'command', 'joint']),
        'values': st.tuples(good, good, good),
        'gripper': st.sampled_from([0.0, 1.0]),
        'late': st.just(0),
        'frame': st.none(),
        'duration': st.just(0.1),
    }
)
locks = st.sampled_from(
    [Locks()] * 8
    + [
        Locks(latched=('emergency_stop',)),
        Locks(held=('dead_man',)),
        Locks(robot_fault='off'),
        Locks(cause=SafetyCode.STOP_DUPLICATE_PUBLISHER),
    ]
)
episodes = st.fixed_dictionaries(
    {
        'command': st.one_of(good_commands, good_commands, good_commands, commands, st.none()),
        'ticks': st.integers(1, 30),
        'every': st.sampled_from([10, 10, 10, 1, 3]),
        'state': st.sampled_from(['good'] * 8 + ['none', 'nan', 'off']),
        'locks': locks,
        'clock': st.sampled_from([0] * 12 + [-PERIOD, 60 * PERIOD, -500 * PERIOD]),
        'reset': st.booleans(),
    }
)


class Machine:
    """Drives a bench and checks each tick against the one before."""

    def __init__(self, bench, spoken):
        self.bench = bench
        self.spoken = spoken
        self.accepted_ns = bench.now
        self.last = bench.tick()

    def play(self, episode):
        self.bench.now += episode['clock']
        if episode['reset'] and self.bench.filter.state is LATCHED:
            self._reset(episode['locks'])
        for k in range(episode['ticks']):
            made = None
            if episode['command'] is not None and k % episode['every'] == 0:
                made = lambda b: self._command(b, episode['command'])  # noqa: E731
            self._tick(made, episode)

    def _command(self, bench, how):
        common = {'gripper': how['gripper'], 'duration': how['duration']}
        common['stamp_ns'] = bench.now - how['late']
        if how['kind'] == 'joint':
            goal = bench.q + np.resize(how['values'], len(bench.q))
            names = {} if how['frame'] is None else {'joint_names': ('j',) * len(bench.q)}
            return bench.joint_command(goal, **common, **names)
        frame = bench.embodiment.base_frame if how['frame'] is None else how['frame']
        return bench.command(how['values'], frame_id=frame, **common)

    def _reset(self, told):
        bench = self.bench
        state = JointState(bench.now, bench.q, np.zeros(len(bench.q)), 0.5)
        free = not (told.latched or told.held or told.robot_fault or told.cause)
        try:
            bench.filter.reset(bench.now, state, told)
        except SafetyError:
            assert not free
            assert bench.filter.state is LATCHED
            return
        assert free
        assert bench.filter.state is HOLD
        assert bench.filter.latch is None
        self.accepted_ns = bench.now
        self.last = bench.tick()

    def _tick(self, command, episode):
        bench, before = self.bench, self.last
        asked = []
        made = None if command is None else lambda b: asked.append(command(b)) or asked[0]
        bad = bench.q * np.nan if episode['state'] == 'nan' else bench.q + 0.2
        sent = bench.tick(
            made,
            state={'good': 'measured', 'none': None}.get(
                episode['state'],
                JointState(bench.now + PERIOD, bad, np.zeros(len(bad)), 0.5),
            ),
            latched=episode['locks'].latched,
            held=episode['locks'].held,
            robot_fault=episode['locks'].robot_fault,
            cause=episode['locks'].cause,
        )
        self.last = sent
        self._keeps_to_its_ways(before, sent)
        self._moves_only_when_it_may(before, sent)
        self._gripper_is_true(before, sent, asked)
        if asked and bench.filter.verdict.accepted:
            assert asked[0].stamp_ns > self.accepted_ns
            self.accepted_ns = asked[0].stamp_ns
            assert sent.state in (RUN, STOPPING) or not before.velocities.any()

    def _keeps_to_its_ways(self, before, sent):
        way = (before.state, sent.state)
        braking = 0.01 * np.array(self.bench.embodiment.limits.braking)
        short = (np.abs(before.velocities) <= braking).all() and not sent.velocities.any()
        assert way in WAYS or (way in SHORT and short), way
        assert (self.bench.filter.latch is not None) == (sent.state is LATCHED)
        if sent.state is not RUN:
            assert any(
                code.name.startswith('STOP_') or code.name == 'IDLE' for code in sent.reasons
            )

    def _moves_only_when_it_may(self, before, sent):
        assert np.isfinite([*sent.positions, *sent.velocities, sent.gripper]).all()
        if sent.state in (HOLD, LATCHED):
            assert not sent.velocities.any() or before.velocities.any()
        if before.state is LATCHED:
            assert not sent.velocities.any()
            assert not sent.executed_translation.any()
            moved = np.abs(sent.positions - before.positions).max()
            assert moved == 0.0 or moved > 0.1  # only let go, and only of an arm far away

    def _gripper_is_true(self, before, sent, asked):
        if sent.gripper == before.gripper:
            return
        assert sent.gripper in (0.0, 1.0)
        assert sent.state is RUN
        assert self.bench.filter.verdict.accepted
        assert round(asked[0].gripper) == sent.gripper
        self.spoken.add('gripper')


def test_any_order_of_any_events_keeps_to_the_rules(bench_of):
    spoken = set()

    @settings(max_examples=25, deadline=None, derandomize=True)
    @given(episodes=st.lists(episodes, min_size=5, max_size=12))
    def play(episodes):
        machine = Machine(bench_of(), spoken)
        for episode in episodes:
            machine.play(episode)
            spoken.add(machine.last.state)

    play()
    assert spoken >= {HOLD, RUN, LATCHED, 'gripper'}


@settings(max_examples=6, deadline=None, derandomize=True)
@given(episodes=st.lists(episodes, min_size=4, max_size=8))
def test_the_same_input_gives_the_same_output(bench_of, episodes):
    def play():
        machine = Machine(bench_of(), set())
        told = []
        for episode in episodes:
            machine.play(episode)
            told.append((machine.last.positions.tolist(), machine.last.reasons))
        return told

    assert play() == play()


@pytest.mark.parametrize('kind', ['command', 'joint'])
def test_zero_input_makes_no_motion(each, kind):
    start = each.q
    for k in range(100):
        zero = {
            'command': lambda b: b.command((0, 0, 0)),
            'joint': lambda b: b.joint_command(start),
        }
        sent = each.tick(zero[kind] if k % 10 == 0 else None)
        np.testing.assert_allclose(sent.positions, start, atol=1e-12)
    assert sent.state is RUN
