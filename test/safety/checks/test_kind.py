# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""One kind of command at a time."""

import pytest

from octo_ros.safety.checks.kind import KindCheck
from octo_ros.safety_codes import SafetyCode
from octo_ros.types import Command, JointCommand


@pytest.fixture
def ask(command, joint_command, context):
    def ask(kind, busy_with):
        asked = command() if kind is Command else joint_command()
        return KindCheck().check(asked, context(busy_with=busy_with))

    return ask


@pytest.mark.parametrize('kind', [Command, JointCommand])
def test_at_rest_and_for_its_own_kind_a_command_passes(ask, kind):
    assert ask(kind, None).accepted
    assert ask(kind, kind).accepted


@pytest.mark.parametrize(('kind', 'other'), [(Command, JointCommand), (JointCommand, Command)])
def test_while_the_arm_moves_for_the_other_kind_it_is_refused(ask, kind, other):
    verdict = ask(kind, other)
    assert verdict.code is SafetyCode.REJECTED_SHAPE
    assert f'A {kind.__name__} came while the arm moves for a {other.__name__};' in verdict.text
