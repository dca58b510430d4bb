# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Refusals that pile up."""

import pytest

from octo_ros.safety.strikes import JUDGED, OUTLIERS, Strikes
from octo_ros.safety.verdict import Verdict, refusal
from octo_ros.safety_codes import SafetyCode

SHAPE, NAN = SafetyCode.REJECTED_SHAPE, SafetyCode.REJECTED_NOT_FINITE
OUTLIER, STALE, OK = SafetyCode.REJECTED_OUTLIER, SafetyCode.REJECTED_STALE, SafetyCode.OK


@pytest.fixture
def judge(command):
    strikes, asked = Strikes(), command()

    def judge(*codes):
        """The code of the cause that each judgement led to."""
        causes = [
            strikes.judged(Verdict(asked, asked) if c is OK else refusal(asked, c, c.name))
            for c in codes
        ]
        assert all(c.text.endswith(code.name) for c, code in zip(causes, codes, strict=True) if c)
        return [cause and cause.code for cause in causes]

    return judge


@pytest.mark.parametrize(
    ('code', 'stop'), [(SHAPE, SafetyCode.STOP_REFUSALS), (NAN, SafetyCode.STOP_NOT_FINITE)]
)
def test_three_in_a_row_are_a_cause_and_the_count_begins_anew(judge, code, stop):
    assert judge(*[code] * 7) == [None, None, stop, None, None, stop, None]


@pytest.mark.parametrize('between', [OK, STALE, NAN])
def test_anything_between_breaks_the_row(judge, between):
    assert judge(SHAPE, SHAPE, between, SHAPE, SHAPE) == [None] * 5


def test_other_refusals_never_add_up(judge):
    assert judge(*[STALE] * 50) == [None] * 50


def test_three_outliers_among_ten_are_a_cause(judge):
    assert judge(OUTLIER, *[OK] * 4, OUTLIER, *[OK] * 3, OUTLIER)[-1] is SafetyCode.STOP_OUTLIERS


def test_three_outliers_among_eleven_are_none(judge):
    row = (OUTLIER, *[OK] * 4, OUTLIER, *[STALE] * 4)
    assert judge(*row, OUTLIER) == [None] * 11
    assert (JUDGED, OUTLIERS) == (10, 3)


def test_after_that_the_count_begins_anew(judge):
    assert judge(*[OUTLIER] * 6) == [None, None, SafetyCode.STOP_OUTLIERS] * 2
    assert judge(OK) == [None]
