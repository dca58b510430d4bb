# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Seven finite numbers."""

import numpy as np
import pytest

from octo_ros.safety.checks.finite import FiniteCheck
from octo_ros.safety_codes import SafetyCode


def test_finite_numbers_pass_unchanged(command, context):
    good = command()
    assert FiniteCheck().check(good, context()).command is good


@pytest.mark.parametrize('bad', [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize('place', range(7))
def test_one_bad_number_refuses_the_whole_command(command, context, bad, place):
    values = np.zeros(7)
    values[place] = bad
    verdict = FiniteCheck().check(
        command(translation=values[:3], rotation=values[3:6], gripper=values[6]), context()
    )
    assert not verdict.accepted
    assert verdict.code is SafetyCode.REJECTED_NOT_FINITE
    assert str(bad) in verdict.text


@pytest.mark.parametrize('place', range(7))
def test_joint_positions_and_their_gripper_are_looked_at_too(joint_command, context, place):
    good = joint_command()
    assert FiniteCheck().check(good, context()).command is good
    values = np.zeros(7)
    values[place] = np.nan
    bad = joint_command(positions=values[:6], gripper=values[6])
    assert FiniteCheck().check(bad, context()).code is SafetyCode.REJECTED_NOT_FINITE
