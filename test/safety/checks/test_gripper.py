# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The opening lies in 0..1."""

import numpy as np
import pytest

from octo_ros.safety.checks.gripper import GripperCheck
from octo_ros.safety_codes import SafetyCode


@pytest.mark.parametrize('opening', [0.0, 0.3, 1.0])
def test_an_opening_within_0_and_1_is_kept(command, context, opening):
    assert GripperCheck().check(command(gripper=opening), context()).command.gripper == opening


def test_rounding_is_clipped(command, context):
    rounded = float(np.nextafter(np.float32(1.0), np.float32(2.0)))
    assert GripperCheck().check(command(gripper=rounded), context()).command.gripper == 1.0
    assert GripperCheck().check(command(gripper=-1e-9), context()).command.gripper == 0.0


@pytest.mark.parametrize('opening', [-1.0, -0.01, 1.01, 1e300, np.nan])
def test_an_opening_outside_is_refused(command, context, opening):
    verdict = GripperCheck().check(command(gripper=opening), context())
    assert not verdict.accepted
    assert verdict.code is SafetyCode.REJECTED_GRIPPER
    assert '[0, 1]' in verdict.text
