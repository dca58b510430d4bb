# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The ends of the joints' ranges."""

import numpy as np
import pytest

from octo_ros.safety.checks.joint_range import JointRangeCheck
from octo_ros.safety_codes import SafetyCode


@pytest.fixture
def check(embodiment):
    return JointRangeCheck.for_limits(embodiment.limits)


def test_positions_inside_pass_unchanged(check, joint_command, context, embodiment):
    good = joint_command(positions=embodiment.home)
    assert check.check(good, context()).command is good


@pytest.mark.parametrize('end', [-1, 1])
def test_positions_outside_end_a_margin_before_the_limit(
    check, joint_command, context, embodiment, end
):
    limits = embodiment.limits
    hard = (limits.position_max if end > 0 else limits.position_min)[2]
    asked = joint_command(
        positions=np.array(embodiment.home) * [1, 1, 0, 1, 1, 1] + hard * np.eye(6)[2]
    )
    verdict = check.check(asked, context())
    assert verdict.code is SafetyCode.LIMITED_BY_JOINT_POSITION
    assert verdict.command.positions[2] == pytest.approx(hard - end * limits.position_margin)
    np.testing.assert_array_equal(verdict.command.positions[3:], asked.positions[3:])
    assert verdict.text.startswith(f'{embodiment.joints[2]} should go to {hard:g} rad')


def test_an_arm_within_the_margin_may_stay_and_come_out(check, joint_command, context, embodiment):
    limits = embodiment.limits
    there = np.array(embodiment.home)
    there[1] = limits.position_max[1] - 0.5 * limits.position_margin
    at = context(joint_goal=there)
    assert check.check(joint_command(positions=there), at).code is SafetyCode.OK
    inward = there - 0.01 * np.eye(6)[1]
    assert check.check(joint_command(positions=inward), at).code is SafetyCode.OK
    outward = there + 0.01 * np.eye(6)[1]
    np.testing.assert_array_equal(
        check.check(joint_command(positions=outward), at).command.positions, there
    )
