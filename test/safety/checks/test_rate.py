# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Commands do not pile up."""

import pytest

from octo_ros.safety.checks.rate import RateCheck
from octo_ros.safety_codes import SafetyCode

CHECK = RateCheck(0.01, 15.0)


@pytest.mark.parametrize('backlog', [0.0, 0.05, 0.1, 0.1000001])
def test_one_command_may_wait(command, context, backlog):
    good = command(duration=0.1)
    assert CHECK.check(good, context(backlog=backlog)).command is good


@pytest.mark.parametrize('backlog', [0.11, 0.2, 10.0])
def test_more_are_refused(command, context, backlog):
    verdict = CHECK.check(command(duration=0.1), context(backlog=backlog))
    assert not verdict.accepted
    assert verdict.code is SafetyCode.REJECTED_RATE
    assert f'{backlog:.3f} s' in verdict.text


@pytest.mark.parametrize(('budget', 'accepted'), [(3.0, True), (0.9999999, True), (0.99, False)])
def test_more_than_the_rate_allows_are_refused(command, context, budget, accepted):
    verdict = CHECK.check(command(), context(budget=budget))
    assert verdict.accepted == accepted
    if not accepted:
        assert verdict.code is SafetyCode.REJECTED_RATE
        assert '15 commands per second' in verdict.text
