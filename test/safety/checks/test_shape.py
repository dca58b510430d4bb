# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Frame and duration."""

import numpy as np
import pytest

from octo_ros.safety.checks.shape import ShapeCheck
from octo_ros.safety_codes import SafetyCode

CHECK = ShapeCheck('base_link', 0.01, 0.25)


@pytest.mark.parametrize('duration', [0.01, 0.1, 0.25])
def test_a_good_command_passes_unchanged(command, context, duration):
    good = command(duration=duration)
    assert CHECK.check(good, context()).command is good


@pytest.mark.parametrize('frame_id', ['', 'world', 'base_link '])
def test_another_frame_is_refused_and_both_are_named(command, context, frame_id):
    verdict = CHECK.check(command(frame_id=frame_id), context())
    assert not verdict.accepted
    assert verdict.code is SafetyCode.REJECTED_SHAPE
    assert repr(frame_id) in verdict.text
    assert "'base_link'" in verdict.text


@pytest.mark.parametrize('duration', [0.0, -0.1, 0.009, 0.26, np.nan, np.inf, 1e300])
def test_a_senseless_duration_is_refused(command, context, duration):
    verdict = CHECK.check(command(duration=duration), context())
    assert verdict.code is SafetyCode.REJECTED_SHAPE
    assert '[0.01, 0.25] s' in verdict.text
