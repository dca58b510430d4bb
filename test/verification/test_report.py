# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import io

from rich.console import Console

from octo_ros.verification.comparison import Comparison, Status
from octo_ros.verification.report import summary, table, unread
from octo_ros.verification.verify import Verification

GOOD = Comparison('block/encoderblock_0', Status.OK, 2.5e-5, 5e-5)
BAD = Comparison('attention_mask', Status.FAILED, 3.0, 0.0, '3 of 90 entries differ')
LOST = Comparison.failed('eps/eps_pred', 'the inputs lack eps/time')
ODD = Comparison.skipped('x' * 120, 'not an array that this engine makes')


def lines(*comparisons):
    console = Console(file=io.StringIO(), width=1000)
    console.print(table(Verification(comparisons)))
    return [line.rstrip() for line in console.file.getvalue().splitlines()]


def test_one_line_per_array_with_error_and_tolerance():
    said = lines(GOOD, BAD, LOST, ODD)
    assert len(said) == 5
    assert said[1].split() == ['block/encoderblock_0', '2.5e-05', '5.0e-05', 'ok']
    assert said[2].split()[:4] == ['attention_mask', '3.0e+00', '0', 'FAILED']
    assert said[2].endswith('3 of 90 entries differ')
    assert said[3].endswith('FAILED   the inputs lack eps/time')
    assert said[4].startswith('x' * 120)


def test_summary():
    assert summary(Verification((GOOD,))).plain == (
        'PASSED. 1 compared: 1 ok, 0 failed; 0 skipped. '
        'Closest to its limit: block/encoderblock_0 (50% of it).'
    )
    assert summary(Verification((GOOD, BAD, LOST, ODD))).plain == (
        'FAILED. 3 compared: 1 ok, 2 failed; 1 skipped.'
    )
    assert 'Nothing could be compared' in summary(Verification((ODD,))).plain


def test_what_nobody_read_is_counted_and_named():
    assert unread(Verification((GOOD,))) is None
    assert unread(Verification((GOOD,), ('eps/tiem',))).plain == 'Not read: 1 inputs: eps/tiem.'
    many = unread(Verification((GOOD,), tuple(f'x{i}' for i in range(40)))).plain
    assert many.startswith('Not read: 40 inputs: x0, x1, ')
    assert many.endswith(' and 28 more.')


def test_all_equal():
    exact = Comparison('attention_mask', Status.OK, 0.0, 0.0)
    assert 'exactly equal' in summary(Verification((exact,))).plain
