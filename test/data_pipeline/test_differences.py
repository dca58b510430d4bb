# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from octo_ros.data.differences import differences, in_words


def test_values_are_compared_leaf_by_leaf():
    old = {'same': 1, 'a': {'b': 2, 'gone': [1]}, 'empty': {}}
    new = {'same': 1, 'a': {'b': 3}, 'empty': {}, 'new': {'c': 4}}
    assert differences(old, new) == [
        'a.b is 2, now 3',
        'a.gone is [1], now nothing',
        'new.c is nothing, now 4',
    ]
    assert differences(old, old) == []


def test_many_are_not_all_listed():
    assert in_words(['a', 'b']) == 'a; b'
    assert in_words([str(i) for i in range(9)]) == '0; 1; 2; 3; 4; and 4 more'
