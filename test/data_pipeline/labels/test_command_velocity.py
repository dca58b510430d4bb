# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from octo_ros.data.conversion.request import Topics
from octo_ros.data.labels.labels import labels_for
from octo_ros.embodiment import load_embodiment

from .commands import TWIST, states, still, twist

MS = 1_000_000
ROBOT = load_embodiment('widowx')


def labels(*commands):
    made = labels_for('command_velocity', ROBOT, Topics(commands='/command'))
    for command in commands:
        made.add(command)
    return made


def test_a_velocity_holds_until_the_next(make):
    made = make(
        'command_velocity',
        TWIST,
        [
            twist(150 * MS, [0, 1, 0], [0, 0, 2]),
            twist(0, [1, 0, 0], [0.5, 0, 0]),
            twist(180 * MS, [0, 0, 0]),
        ],
        commands='/command',
    )
    actions = made.actions([100 * MS, 200 * MS, 300 * MS], still(3))
    np.testing.assert_allclose(actions[0, :3], [0.05, 0.03, 0], atol=1e-6)
    np.testing.assert_allclose(actions[0, 3:6], [0.025, 0, 0.06], atol=1e-3)
    assert not actions[1:, :6].any()


def test_a_velocity_holds_for_half_a_second_at_most():
    made = labels(twist(0, [1, 0, 0]))
    stamps = [i * 200 * MS for i in range(5)]
    np.testing.assert_allclose(made.actions(stamps, still(5))[:, 0], [0.2, 0.2, 0.1, 0, 0])


@settings(max_examples=40)
@given(st.lists(st.integers(0, 400), min_size=2, max_size=8, unique=True))
def test_a_constant_velocity_gives_the_same_path_however_it_is_cut(stamps):
    stamps = sorted(stamps)
    made = labels(*(twist(t * MS, [1, 0, 0], [0, 0, 3]) for t in range(0, 400, 70)))
    actions = made.actions([t * MS for t in stamps], still(len(stamps)))
    duration = (stamps[-1] - stamps[0]) / 1e3
    np.testing.assert_allclose(
        actions[:, :6].sum(axis=0), [duration, 0, 0, 0, 0, 3 * duration], atol=1e-6
    )


@pytest.mark.parametrize(('speed', 'is_odd'), [(0.1, False), (0.01, True)])
def test_velocities_that_look_like_displacements_are_told(speed, is_odd):
    """The arm goes 1 cm per 100 ms."""
    made = labels(*(twist(100 * i * MS, [speed, 0, 0]) for i in range(10)))
    stamps = [100 * i * MS for i in range(10)]
    made.actions(stamps, states([[0.01 * i, 0, 0, 0, 0, 0, 1] for i in range(10)]))
    assert any('command_delta' in remark for remark in made.warnings) == is_odd


def test_velocities_that_are_not_finite_are_counted():
    made = labels(twist(0, [np.inf, 0, 0]))
    assert made.remarks['/command: commands that are not finite were left out'] == 1
