# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Commands, joint states and a clock that fail: when the arm goes on and when it needs a reset."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from octo_ros.safety_codes import SafetyCode, SafetyState

MS = 1_000_000
ZERO = (0.0, 0.0, 0.0)


def foreign(bench):
    return bench.command(frame_id='elsewhere')


def broken(bench):
    return bench.command(gripper=np.nan)


def absurd(bench):
    return bench.command(translation=[1.0, 0.0, 0.0])


def test_the_time_out_counts_from_the_last_accepted_command(bench):
    bench.tick(lambda b: b.command(duration=0.25))
    sent = [bench.tick(foreign if k % 9 == 8 else None) for k in range(25)]
    assert [s.state is SafetyState.RUN for s in sent] == [True] * 24 + [False]
    assert '0.25 s' in bench.filter._supervisor.cause.text


def test_a_stream_that_breaks_off_goes_on_by_itself_for_a_second(bench):
    bench.stream(30)
    silent = bench.ticks(89)
    assert silent[-1].state is SafetyState.HOLD
    assert silent[-1].code is SafetyCode.STOP_COMMAND_TIMEOUT
    assert bench.tick(lambda b: b.command()).state is SafetyState.RUN


def test_after_a_second_a_stream_that_broke_off_is_lost(bench):
    bench.stream(30)
    sent = bench.until(SafetyState.LATCHED, most=120)
    assert len(sent) == 91  # 1 s after the command that came 9 ticks before the first of these
    assert sent[-1].code is SafetyCode.STOP_LOST
    assert '1 s in the middle of a motion' in bench.filter.latch
    assert bench.tick(lambda b: b.command()).state is SafetyState.LATCHED
    bench.reset()
    assert bench.tick(lambda b: b.command()).state is SafetyState.RUN


def test_a_stream_that_breaks_off_is_lost_though_the_arm_already_rests(bench):
    bench.stream(30, translation=(0.0, 0.0002, 0.0))
    assert np.abs(bench.ticks(14)[-1].velocities).max() < 0.01  # the time is not out yet
    assert bench.ticks(100)[-1].state is SafetyState.LATCHED


@pytest.mark.parametrize('last', [ZERO, (1e-7, 0.0, 0.0)])
def test_a_stream_that_ends_at_rest_may_go_on_at_any_time(bench, last):
    bench.stream(30)
    bench.tick(lambda b: b.command(last))
    sent = bench.ticks(300)
    assert SafetyState.LATCHED not in {s.state for s in sent}
    assert sent[-1].state is SafetyState.HOLD
    assert sent[-1].code is SafetyCode.STOP_COMMAND_TIMEOUT
    assert bench.tick(lambda b: b.command()).state is SafetyState.RUN


def test_a_stream_of_joint_positions_ends_at_rest_too(bench):
    goal = bench.q + 0.01
    for k in range(40):
        bench.tick((lambda b: b.joint_command(goal)) if k % 10 == 0 else None)
    assert bench.ticks(300)[-1].state is SafetyState.HOLD
    bench.tick(lambda b: b.joint_command(goal + 0.01))
    assert bench.ticks(300)[-1].state is SafetyState.LATCHED


def test_a_refused_command_does_not_keep_the_hope_alive(bench):
    bench.stream(30)
    sent = [bench.tick(foreign if k % 10 == 0 else None) for k in range(100)]
    assert sent[-1].state is SafetyState.LATCHED


@pytest.mark.parametrize('loss', ['missing', 'not finite', 'incomplete', 'old'])
def test_without_joint_states_it_stops_and_then_latches(bench, loss):
    def spoilt():
        good = bench.measured()
        return {
            'missing': None,
            'not finite': replace(good, positions=good.positions * np.nan),
            'incomplete': replace(good, positions=good.positions[1:]),
            'old': replace(good, stamp_ns=good.stamp_ns - 500 * MS),
        }[loss]

    bench.stream(20)
    sent = [
        bench.tick((lambda b: b.command()) if k % 10 == 0 else None, state=spoilt())
        for k in range(60)
    ]
    codes = [s.code for s in sent if s.code is SafetyCode.STOP_STATE_TIMEOUT]
    assert len(codes) == 51  # 0.1 s after the last good one
    assert [s.state for s in sent].index(SafetyState.LATCHED) == 29
    assert not sent[-1].velocities.any()
    assert bench.filter.verdict.code is SafetyCode.STOP_STATE_TIMEOUT
    assert 'The last good joint state is' in bench.filter.latch
    assert {'missing': '', 'not finite': 'not finite', 'incomplete': '6 of each', 'old': 'old'}[
        loss
    ] in bench.filter.latch
    bench.reset()
    assert bench.tick(lambda b: b.command()).state is SafetyState.RUN


def test_joint_states_that_come_back_in_time_let_it_go_on(bench):
    bench.stream(20)
    blind = bench.stream(25, how={'state': None})
    assert blind[-1].state in (SafetyState.STOPPING, SafetyState.HOLD)
    bench.until(SafetyState.HOLD)
    assert bench.tick(lambda b: b.command()).state is SafetyState.RUN


@pytest.mark.parametrize('jump_ms', [-5000, -25, 600, 5000])
def test_a_clock_that_jumps_is_a_stop_and_a_latch(bench, jump_ms):
    fast = bench.stream(40)[-1]
    bench.now += jump_ms * MS
    sent = [fast, *bench.ticks(60)]
    assert sent[1].state is SafetyState.STOPPING
    steps = np.diff([s.velocities for s in sent], axis=0)
    braking = np.array(bench.embodiment.limits.braking) * 0.01
    assert (np.abs(steps) <= braking + 1e-9).all()  # tick by tick, whatever the clock says
    assert sent[-1].state is SafetyState.LATCHED
    assert all(SafetyCode.STOP_CLOCK_JUMP in s.reasons for s in sent[2:])
    # Stamps that do not increase are no news: after a large jump back the arm is not seen.
    blind = any(SafetyCode.STOP_STATE_TIMEOUT in s.reasons for s in sent)
    assert blind == (jump_ms < -100)
    assert f'jumped by {(jump_ms + 10) / 1000:+.3f} s' in bench.filter.latch
    bench.reset()
    assert bench.tick(lambda b: b.command()).state is SafetyState.RUN


@pytest.mark.parametrize('jump_ms', [-20, -10, 400])
def test_a_late_tick_or_a_clock_that_is_slewed_is_no_jump(bench, jump_ms):
    bench.tick(lambda b: b.command(ZERO))
    bench.now += jump_ms * MS
    assert bench.ticks(30)[-1].state is SafetyState.HOLD


@pytest.mark.parametrize(
    ('bad', 'code', 'end'),
    [
        (foreign, SafetyCode.STOP_REFUSALS, SafetyState.HOLD),
        (broken, SafetyCode.STOP_NOT_FINITE, SafetyState.LATCHED),
        (absurd, SafetyCode.STOP_OUTLIERS, SafetyState.LATCHED),
    ],
)
def test_three_bad_commands_stop_the_arm(bench, bad, code, end):
    bench.stream(40)
    sent = [bench.tick(bad) for _ in range(3)]
    assert [s.state for s in sent] == [SafetyState.RUN] * 2 + [SafetyState.STOPPING]
    assert sent[2].code is code
    rest = bench.until(end)[-1]
    assert rest.code is code
    if end is SafetyState.LATCHED:
        assert 'The last:' in bench.filter.latch
        assert bench.tick(lambda b: b.command()).state is SafetyState.LATCHED
        bench.reset()
    assert bench.tick(lambda b: b.command()).state is SafetyState.RUN


@pytest.mark.parametrize('bad', [foreign, broken])
def test_bad_commands_among_good_ones_are_only_refused(bench, bad):
    for k in range(100):
        command = bad if k % 10 in (1, 2) else (lambda b: b.command()) if k % 10 == 0 else None
        assert bench.tick(command).state is SafetyState.RUN


def test_three_outliers_among_ten_latch_four_apart_do_not(bench):
    def at(places):
        for k in range(13):
            bench.tick(absurd if k in places else lambda b: b.command(ZERO))
            last = bench.ticks(9)[-1]
        return last.state

    assert at({0, 5, 10}) is SafetyState.RUN
    assert at({6, 9, 12}) is SafetyState.LATCHED


@pytest.mark.parametrize('every', [1, 3])
def test_a_fast_stream_moves_the_arm_no_faster_than_real_time(bench, every):
    sent = bench.stream(300, every=every)
    made = sum(s.executed_translation for s in sent)
    assert made[1] == pytest.approx(0.01 / 0.1 * 3.0, rel=0.05)
    assert any(SafetyCode.REJECTED_RATE in s.reasons for s in sent)


def test_a_fast_stream_of_short_commands_is_thinned(bench):
    sent = bench.stream(300, every=1, translation=(0.0, 0.001, 0.0), duration=0.01)
    refused = sum(SafetyCode.REJECTED_RATE in s.reasons for s in sent)
    assert 300 - refused == pytest.approx(15 * 3.0, abs=4)


@pytest.mark.parametrize('seed', range(3))
def test_a_ten_hertz_stream_that_jitters_loses_nothing(bench, seed):
    random = np.random.default_rng(seed)
    due = {10 * k + int(random.integers(0, 10)) for k in range(50)}
    for k in range(500):
        sent = bench.tick((lambda b: b.command((0.0, 0.001, 0.0))) if k in due else None)
        assert SafetyCode.REJECTED_RATE not in sent.reasons
