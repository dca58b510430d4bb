# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The gripper flips for a running arm alone, and a stop or a reset drops nothing."""

from __future__ import annotations

import pytest

from octo_ros.safety_codes import SafetyState


def openings(sent):
    return [s.gripper for s in sent]


def test_it_is_held_as_measured_until_two_commands_agree(bench):
    assert openings(bench.stream(10, gripper=0.0)) == [0.5] * 10
    assert openings(bench.stream(10, gripper=0.0)) == [0.0] * 10


@pytest.mark.parametrize('told', [{'robot_fault': 'off'}, {'held': ('dead_man',)}, {}])
def test_it_never_opens_on_a_stop_nor_after_it(bench, told):
    bench.stream(20, gripper=0.0)
    sent = bench.stream(60, gripper=1.0, how=told) if told else bench.ticks(60)
    assert sent[-1].state in (SafetyState.HOLD, SafetyState.LATCHED)
    assert set(openings(sent)) == {0.0}


def test_a_vote_before_a_stop_does_not_count_after_it(bench):
    bench.stream(20, gripper=0.0)
    bench.ticks(60)
    bench.stream(10, gripper=1.0)
    bench.until(SafetyState.HOLD)
    assert openings(bench.stream(10, gripper=1.0)) == [0.0] * 10
    assert openings(bench.stream(1, gripper=1.0)) == [1.0]


@pytest.mark.parametrize(
    'bad', [{'frame_id': 'elsewhere'}, {'duration': 9.0}, {'translation': [1.0, 0.0, 0.0]}]
)
def test_a_refused_command_does_not_vote(bench, bad):
    bench.stream(20, gripper=0.0)
    bench.tick(lambda b: b.command(gripper=1.0))
    for _ in range(2):
        assert bench.tick(lambda b: b.command(gripper=1.0, **bad)).gripper == 0.0
        assert not bench.filter.verdict.accepted


def test_a_reset_drops_nothing_and_a_new_start_measures(bench):
    bench.stream(20, gripper=0.0)
    bench.tick(robot_fault='off')
    bench.until(SafetyState.LATCHED)
    bench.now -= 3_600_000_000_000  # a clock that is set back is one cause of a reset
    bench.reset()
    assert bench.tick().gripper == 0.0
    assert openings(bench.stream(20, gripper=1.0))[-1] == 1.0
    bench.until(SafetyState.HOLD)
    bench.filter.deactivate()
    bench.reset()
    assert bench.tick().gripper == 0.5
