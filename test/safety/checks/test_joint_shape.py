# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Names and duration of a joint command."""

import numpy as np
import pytest

from octo_ros.safety.checks.joint_shape import JointShapeCheck
from octo_ros.safety_codes import SafetyCode


@pytest.fixture
def check(embodiment):
    return JointShapeCheck(embodiment.joints, 0.01, 0.25)


def test_a_good_command_passes_unchanged(check, joint_command, context):
    good = joint_command()
    assert check.check(good, context()).command is good


@pytest.mark.parametrize('seed', range(3))
def test_positions_are_sorted_by_name(check, joint_command, context, embodiment, seed):
    order = np.random.default_rng(seed).permutation(6)
    names = tuple(embodiment.joints[i] for i in order)
    asked = joint_command(joint_names=names, positions=np.arange(6.0)[order])
    verdict = check.check(asked, context())
    assert verdict.code is SafetyCode.OK
    assert verdict.requested is asked
    assert verdict.command.joint_names == embodiment.joints
    np.testing.assert_array_equal(verdict.command.positions, np.arange(6.0))


@pytest.mark.parametrize('wrong', ['missing', 'twice', 'foreign', 'more', 'none'])
def test_other_names_are_refused_and_both_lists_told(
    check, joint_command, context, embodiment, wrong
):
    joints = embodiment.joints
    names = {
        'missing': joints[:5],
        'twice': (*joints[:5], joints[0]),
        'foreign': (*joints[:5], 'elbow'),
        'more': (*joints, 'finger'),
        'none': (),
    }[wrong]
    asked = joint_command(joint_names=names, positions=np.zeros(len(names)))
    verdict = check.check(asked, context())
    assert verdict.code is SafetyCode.REJECTED_SHAPE
    assert str(list(names)) in verdict.text
    assert str(list(joints)) in verdict.text


@pytest.mark.parametrize('duration', [0.0, -0.1, 0.009, 0.26, np.nan, np.inf])
def test_a_senseless_duration_is_refused(check, joint_command, context, duration):
    verdict = check.check(joint_command(duration=duration), context())
    assert verdict.code is SafetyCode.REJECTED_SHAPE
    assert '[0.01, 0.25] s' in verdict.text
