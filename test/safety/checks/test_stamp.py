# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Age, future and order."""

import pytest

from octo_ros.safety.checks.stamp import StampCheck
from octo_ros.safety_codes import SafetyCode

CHECK = StampCheck(max_age=0.2, max_future=0.02)
MS = 1_000_000


@pytest.mark.parametrize('age_ms', [-20, 0, 100, 200])
def test_a_stamp_within_its_limits_passes(command, context, now, age_ms):
    good = command(stamp_ns=now - age_ms * MS)
    assert CHECK.check(good, context()).command is good


@pytest.mark.parametrize('age_ms', [-5000, -21, 201, 5000])
def test_stale_and_future_stamps_are_refused(command, context, now, age_ms):
    verdict = CHECK.check(command(stamp_ns=now - age_ms * MS), context())
    assert not verdict.accepted
    assert verdict.code is SafetyCode.REJECTED_STALE
    assert f'{age_ms / 1000:.3f} s old' in verdict.text


@pytest.mark.parametrize('earlier_ms', [0, 1, 100])
def test_a_stamp_not_after_the_last_one_is_refused(command, context, now, earlier_ms):
    late = command(stamp_ns=now - earlier_ms * MS, seq=9)
    verdict = CHECK.check(late, context(last_stamp_ns=now, last_seq=8))
    assert verdict.code is SafetyCode.REJECTED_STALE


@pytest.mark.parametrize('seq', [-1, 0, 7, 8])
def test_a_sequence_number_not_after_the_last_one_is_refused(command, context, now, seq):
    verdict = CHECK.check(command(seq=seq), context(last_stamp_ns=now - MS, last_seq=8))
    assert verdict.code is SafetyCode.REJECTED_STALE
    assert f'{seq} follows 8' in verdict.text


def test_the_first_of_a_run_may_have_any_number(command, context):
    assert CHECK.check(command(seq=0), context(last_seq=None)).accepted
