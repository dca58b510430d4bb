# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from octo_ros.data.conversion.splits import assign_splits


@pytest.mark.parametrize('fraction', [0.05, 0.1, 0.25, 0.5])
@pytest.mark.parametrize('count', [2, 3, 10, 40])
def test_every_dataset_has_both_splits(fraction, count):
    splits = [split for _, split in assign_splits(range(count), fraction)]
    val = splits.count(('val',))
    assert splits[:2] == [('train',), ('val',)]
    assert val + splits.count(('train',)) == count
    assert abs(val - max(1, fraction * count)) <= 1


def test_no_episode_and_one_episode_have_their_own_rule():
    assert list(assign_splits([], 0.1)) == []
    assert list(assign_splits(['only'], 0.1)) == [('only', ('train', 'val'))]


@pytest.mark.parametrize('before', [1, 2, 7, 10])
def test_what_is_added_goes_where_it_would_have_gone_at_once(before):
    at_once = list(assign_splits(range(20), 0.1))
    assert list(assign_splits(range(before, 20), 0.1, before)) == at_once[before:]


def test_a_single_one_that_is_added_is_not_doubled():
    assert list(assign_splits(['next'], 0.1, 5)) == [('next', ('train',))]
