# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from octo_ros.data.report.finding import Finding, Severity


def test_errors_come_first():
    assert sorted(Severity, key=lambda s: s.rank) == [
        Severity.ERROR,
        Severity.WARNING,
        Severity.NOTE,
    ]


def test_places_in_words():
    def where(*places):
        return Finding(Severity.NOTE, 'code', places, 'Something.').where

    assert where() == 'whole dataset'
    assert where('a', 'b') == 'a, b'
    assert where(*'abcdef') == 'a, b, c, d and 2 more'
