# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Absurd joint positions."""

import numpy as np
import pytest

from octo_ros.safety.checks.joint_outlier import JointOutlierCheck
from octo_ros.safety_codes import SafetyCode

GOAL = np.array([0.5, 0.0, -1.0, 0.0, 0.0, 0.0])


@pytest.fixture
def ask(embodiment, joint_command, context):
    check = JointOutlierCheck(embodiment.joints, (1.0, 1.0, 1.0, 1.0, 1.0, 2.0), 4.0)

    def ask(joint, step, duration=0.1):
        positions = GOAL + step * np.eye(6)[joint]
        asked = joint_command(positions=positions, duration=duration)
        return check.check(asked, context(joint_goal=GOAL))

    return ask


@pytest.mark.parametrize(('joint', 'step'), [(0, 0.39), (2, -0.39), (5, 0.79), (3, 0.0)])
def test_a_step_up_to_the_factor_passes(ask, joint, step):
    assert ask(joint, step).code is SafetyCode.OK


@pytest.mark.parametrize(
    ('joint', 'step', 'allowed'), [(0, 0.41, '0.4'), (5, -0.81, '0.8'), (2, 1e300, '0.4')]
)
def test_farther_positions_are_refused_and_the_joint_named(ask, embodiment, joint, step, allowed):
    verdict = ask(joint, step)
    assert verdict.code is SafetyCode.REJECTED_OUTLIER
    assert verdict.text.startswith(embodiment.joints[joint])
    assert f'more than {allowed} rad' in verdict.text


def test_the_allowed_distance_grows_with_the_duration(ask):
    assert not ask(1, 0.6, duration=0.1).accepted
    assert ask(1, 0.6, duration=0.2).accepted
