# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import time

import numpy as np
import pytest

from octo_ros.data.timing.distinct import distinct


@pytest.mark.parametrize('times', [[], [5], [3, 1, 3, 2, 1]])
def test_each_comes_once_in_order(times):
    assert distinct(np.array(times, np.int64)).tolist() == sorted(set(times))


def test_regular_times_are_quick():
    times = 1_700_000_000_000_000_000 + 1_000_000 * np.arange(500_000)
    start = time.process_time()
    assert len(distinct(times)) == 500_000
    assert time.process_time() - start < 1.0
