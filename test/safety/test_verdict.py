# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Verdicts and the order of reasons."""

from octo_ros.safety.verdict import Verdict, by_severity
from octo_ros.safety_codes import SafetyCode


def test_a_refusal_keeps_what_was_asked(command):
    asked = command()
    verdict = Verdict.refuse(asked, SafetyCode.REJECTED_STALE, 'Too old.')
    assert verdict.requested is asked
    assert not verdict.accepted


def test_the_most_restrictive_reason_comes_first():
    codes = {
        SafetyCode.OK,
        SafetyCode.STOP_TRACKING,
        SafetyCode.SCALED_FOR_STEP,
        SafetyCode.REJECTED_STALE,
        SafetyCode.PROJECTED_ON_WORKSPACE,
    }
    assert by_severity(codes) == (
        SafetyCode.STOP_TRACKING,
        SafetyCode.REJECTED_STALE,
        SafetyCode.PROJECTED_ON_WORKSPACE,
        SafetyCode.SCALED_FOR_STEP,
        SafetyCode.OK,
    )


def test_severity_follows_the_kinds_of_codes():
    ranks = {code: rank for rank, code in enumerate(by_severity(set(SafetyCode)))}
    kinds = ('STOP_', 'REJECTED_', ('LIMITED_', 'PROJECTED_', 'SCALED_'), ('IDLE', 'OK'))
    last = -1
    for kind in kinds:
        members = [ranks[code] for code in SafetyCode if code.name.startswith(kind)]
        assert min(members) == last + 1
        last = max(members)
