# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The cap on the length of a step."""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from octo_ros.geometry import matrix_from_rpy, rotation_vector_from_matrix
from octo_ros.safety.checks.step import StepCheck
from octo_ros.safety_codes import SafetyCode

CHECK = StepCheck(linear_speed=0.25, angular_speed=1.0)
steps = arrays(float, 3, elements=st.floats(-0.1, 0.1))
turns = arrays(float, 3, elements=st.floats(-0.4, 0.4))
shared_fixtures = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


def axis_angle(rpy):
    return rotation_vector_from_matrix(matrix_from_rpy(rpy))


def test_a_step_at_its_cap_is_left_alone(command, context):
    good = command(translation=np.float32([0.025, 0.0, 0.0]), rotation=[0.0, 0.0, -0.1])
    verdict = CHECK.check(good, context())
    assert verdict.command is good
    assert verdict.code is SafetyCode.OK


def test_a_long_step_is_shortened_and_the_verdict_says_so(command, context):
    verdict = CHECK.check(command(translation=[0.0, 0.05, 0.0], rotation=np.zeros(3)), context())
    assert verdict.accepted
    assert verdict.code is SafetyCode.SCALED_FOR_STEP
    assert verdict.text.startswith('0.05 m and 0 rad in 0.1 s')
    np.testing.assert_allclose(verdict.command.translation, [0.0, 0.025, 0.0])


def test_translation_and_rotation_are_shortened_separately(command, context):
    verdict = CHECK.check(command(translation=[0.02, 0.0, 0.0], rotation=[0.3, 0, 0]), context())
    np.testing.assert_array_equal(verdict.command.translation, [0.02, 0.0, 0.0])
    np.testing.assert_allclose(verdict.command.rotation, [0.1, 0.0, 0.0])


@shared_fixtures
@given(steps, turns)
def test_any_step_ends_within_its_caps_and_keeps_its_direction(command, context, step, turn):
    asked = command(translation=step, rotation=turn)
    done = CHECK.check(asked, context()).command
    assert np.linalg.norm(done.translation) <= 0.025 * (1 + 1e-5)
    assert np.linalg.norm(axis_angle(done.rotation)) <= 0.1 * (1 + 1e-5)
    for before, after in (
        (asked.translation, done.translation),
        (axis_angle(asked.rotation), axis_angle(done.rotation)),
    ):
        np.testing.assert_allclose(np.cross(before, after), 0.0, atol=1e-9)
        assert before @ after >= 0.0
