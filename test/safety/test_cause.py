# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which causes latch."""

import pytest

from octo_ros.safety.cause import LATCHING, STOPS, Cause
from octo_ros.safety_codes import SafetyCode


def test_every_latching_cause_is_a_stop():
    assert LATCHING < STOPS
    assert SafetyCode.IDLE not in STOPS
    assert {code for code in SafetyCode if 'STOP_' in code.name} == STOPS


@pytest.mark.parametrize('code', sorted(STOPS, key=lambda code: code.name))
def test_the_table_decides_and_the_sentence_has_a_default(code):
    assert Cause.of(code).latching == (code in LATCHING)
    assert Cause.of(code).text == code.value
    assert Cause.of(code, 'Because.').text == 'Because.'


def test_what_people_can_undo_without_looking_does_not_latch():
    for code in (
        SafetyCode.STOP_COMMAND_TIMEOUT,
        SafetyCode.STOP_LOCKED,
        SafetyCode.STOP_REFUSALS,
        SafetyCode.STOP_DEACTIVATED,
        SafetyCode.STOP_SOLVER,
    ):
        assert code not in LATCHING


def test_a_cause_that_lasts_may_latch_though_the_table_does_not_say_so():
    assert Cause(SafetyCode.STOP_TRACKING, 'Still far off.', latching=True).latching
