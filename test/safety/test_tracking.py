# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Reference against measurement."""

import numpy as np
import pytest

from octo_ros.safety.tracking import TrackingMonitor
from octo_ros.safety_codes import SafetyCode

MS = 1_000_000


@pytest.fixture
def monitor(embodiment, kinematics, now):
    return TrackingMonitor(embodiment, kinematics, now)


@pytest.fixture
def look(monitor, embodiment, kinematics, now):
    home = np.array(embodiment.home)
    tcp = kinematics.tcp_pose(home)

    def look(off, held=False, at=now):
        monitor.look(at, home, tcp, home + off, held)
        return monitor.cause(at)

    return look


def off(joint, by):
    errors = np.zeros(6)
    errors[joint] = by
    return errors


@pytest.mark.parametrize('error', [0.0, 1e-9, 0.02, -0.02])
def test_a_small_difference_is_no_problem(look, monitor, error):
    assert look(off(2, error)) is None
    assert monitor.loss is None


@pytest.mark.parametrize(
    ('error', 'said'), [(0.2, '0.2000'), (-0.1512, '0.1512'), (np.nan, 'nan')]
)
def test_one_joint_decides_and_is_named(look, embodiment, error, said):
    cause = look(off(3, error))
    assert cause.code is SafetyCode.STOP_TRACKING
    joint = embodiment.joints[3]
    assert cause.text == f'{joint} is {said} rad away from its reference; allowed are 0.15 rad.'


def test_small_errors_of_many_joints_are_a_large_one_of_the_tcp(look, embodiment, kinematics):
    errors = np.array([0.0, 0.14, 0.0, 0.0, 0.0, 0.0])
    home = np.array(embodiment.home)
    far = kinematics.tcp_pose(home + errors).position - kinematics.tcp_pose(home).position
    assert np.linalg.norm(far) > 0.05
    cause = look(errors)
    said = f'The TCP is {np.linalg.norm(far):.4f} m away from its reference; allowed are 0.05 m.'
    assert cause.text == said


def test_while_it_moves_it_latches_when_the_patience_is_over(look, monitor, now):
    assert not look(off(0, 0.2)).latching
    for k in range(1, 21):
        monitor.tick()
        cause = look(off(0, 0.2), at=now + 10 * k * MS)
        assert cause.latching == (k == 20)


def test_the_patience_counts_ticks_without_a_new_state_too(look, monitor, now):
    look(off(0, 0.2))
    for _ in range(20):
        monitor.tick()
    assert monitor.cause(now).latching


def test_catching_up_ends_it_and_begins_the_patience_anew(look, monitor, now):
    look(off(0, 0.2))
    assert look(off(0, 0.02), at=now + 150 * MS) is None
    assert not look(off(0, 0.2), at=now + 300 * MS).latching
    assert look(off(0, 0.2), at=now + 350 * MS).latching


def test_from_hold_it_latches_at_once_but_not_if_it_began_before(look):
    assert look(off(0, 0.2), held=True).latching
    assert look(off(0, 0.0)) is None
    assert not look(off(0, 0.2)).latching
    assert not look(off(0, 0.2), held=True).latching


def test_letting_go_forgets_the_loss(look, monitor, now):
    look(off(0, 0.2), held=True)
    monitor.let_go()
    assert monitor.loss is None
    assert monitor.cause(now) is None
