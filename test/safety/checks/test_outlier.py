# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Absurd steps."""

import numpy as np
import pytest

from octo_ros.safety.checks.outlier import OutlierCheck
from octo_ros.safety_codes import SafetyCode

CHECK = OutlierCheck(linear_speed=0.25, angular_speed=1.0, factor=4.0)


def test_a_step_up_to_the_factor_passes(command, context):
    good = command(translation=[0.0, 0.099, 0.0], rotation=[0.0, -0.39, 0.0])
    assert CHECK.check(good, context()).command is good


@pytest.mark.parametrize(
    ('name', 'step', 'allowed'),
    [
        ('translation', [0.08, 0.08, 0.0], '0.1 m'),
        ('translation', [0.0, 0.0, -1e300], '0.1 m'),
        ('rotation', [0.3, 0.3, 0.0], '0.4 rad'),
        ('rotation', [0.0, 0.0, 2.0 * np.pi], '0.4 rad'),
    ],
)
def test_longer_steps_are_refused(command, context, name, step, allowed):
    verdict = CHECK.check(command(**{name: step}), context())
    assert not verdict.accepted
    assert verdict.code is SafetyCode.REJECTED_OUTLIER
    assert name in verdict.text
    assert allowed in verdict.text


def test_the_allowed_length_grows_with_the_duration(command, context):
    step = [0.15, 0.0, 0.0]
    assert not CHECK.check(command(translation=step, duration=0.1), context()).accepted
    assert CHECK.check(command(translation=step, duration=0.2), context()).accepted
