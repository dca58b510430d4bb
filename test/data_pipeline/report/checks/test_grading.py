# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from octo_ros.data.report.checks.grading import Limit, graded
from octo_ros.data.report.finding import Severity

LIMITS = (Limit(2.0, Severity.WARNING, 'above 2'), Limit(10.0, Severity.ERROR, 'above 10'))


def grade(*values):
    found = graded('code', values, LIMITS, lambda value: f'worst {value:g}', 'do')
    return [(f.severity.value, f.places, f.sentence, f.threshold) for f in found]


def test_a_limit_may_be_reached_but_not_passed():
    assert grade(('a', 2.0)) == []
    assert grade(('a', 2.1)) == [('warning', ('a',), 'worst 2.1', 'above 2')]
    assert grade(('a', 10.0)) == [('warning', ('a',), 'worst 10', 'above 2')]
    assert grade(('a', 10.1)) == [('error', ('a',), 'worst 10.1', 'above 10')]


def test_each_place_counts_once_with_its_worst_value():
    found = grade(('a', 3.0), ('b', 40.0), ('a', 1.0), ('c', 20.0), ('d', 5.0))
    assert found == [
        ('error', ('b', 'c'), 'worst 40', 'above 10'),
        ('warning', ('d', 'a'), 'worst 5', 'above 2'),
    ]


def test_what_is_no_number_is_not_graded():
    assert grade(('a', float('nan'))) == []
