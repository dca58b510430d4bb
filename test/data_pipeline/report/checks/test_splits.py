# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest

from octo_ros.data.report.checks.splits import check_splits


@pytest.mark.parametrize(
    ('splits', 'expected'),
    [
        ({'train': 9, 'val': 1}, []),
        ({'train': 10}, [('no_val_split', 'error')]),
        ({'train': 11}, [('no_val_split', 'warning')]),
        ({'train': 11, 'val': 0}, [('no_val_split', 'warning')]),
        ({'val': 1}, [('no_train_split', 'error')]),
        ({'train': 11, 'val': 1, 'test': 2}, [('split_ignored', 'warning')]),
    ],
)
def test_what_octo_looks_for(found, splits, expected):
    assert found(check_splits, split_episodes=splits) == expected
