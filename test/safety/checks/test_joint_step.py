# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The cap on a joint step."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from octo_ros.safety.checks.joint_step import JointStepCheck
from octo_ros.safety_codes import SafetyCode

VELOCITY = np.array([1.0, 1.0, 1.0, 2.0, 2.0, 2.0])
CHECK = JointStepCheck(VELOCITY)
GOAL = np.array([0.5, 0.0, -1.0, 0.0, 0.0, 0.0])
shared_fixtures = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_a_step_at_its_cap_is_left_alone(joint_command, context):
    good = joint_command(positions=np.float32(GOAL) + np.float32([0.1, 0, 0, -0.2, 0, 0]))
    verdict = CHECK.check(good, context(joint_goal=GOAL))
    assert verdict.command is good
    assert verdict.code is SafetyCode.OK


def test_a_long_step_is_shortened_and_the_verdict_says_so(joint_command, context):
    asked = joint_command(positions=GOAL + np.array([0.3, 0.1, 0, 0.2, 0, 0]))
    verdict = CHECK.check(asked, context(joint_goal=GOAL))
    assert verdict.code is SafetyCode.SCALED_FOR_STEP
    assert '3 times their speeds' in verdict.text
    np.testing.assert_allclose(
        verdict.command.positions, GOAL + np.array([0.3, 0.1, 0, 0.2, 0, 0]) / 3.0
    )


@shared_fixtures
@given(arrays(float, 6, elements=st.floats(-0.8, 0.8)), st.floats(0.01, 0.25))
def test_any_step_ends_within_its_caps_and_keeps_its_direction(
    joint_command, context, step, duration
):
    asked = joint_command(positions=GOAL + step, duration=duration)
    done = CHECK.check(asked, context(joint_goal=GOAL)).command.positions - GOAL
    step = asked.positions - GOAL
    assert (np.abs(done) <= VELOCITY * duration * (1 + 1e-5) + 1e-12).all()
    assert np.linalg.norm(done) <= np.linalg.norm(step) + 1e-12
    np.testing.assert_allclose(done * np.linalg.norm(step), step * np.linalg.norm(done), atol=1e-9)
