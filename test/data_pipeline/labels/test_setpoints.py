# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import numpy as np

from octo_ros.data.labels.setpoints import Setpoints


def test_only_changes_are_kept():
    said = Setpoints.of([(1, 0.5), (2, 0.5), (3, np.nan), (4, np.inf), (5, 0.5), (6, 1.0)])
    assert said.arrivals_ns.tolist() == [1, 6]
    assert said.numbers.tolist() == [0.5, 1.0]


def test_the_last_one_holds():
    said = Setpoints.of([(10, 0.5), (20, 1.0)])
    assert np.isnan(said.before(9))
    assert [said.before(time) for time in (10, 19, 20, 10**18)] == [0.5, 0.5, 1.0, 1.0]
    assert np.isnan(Setpoints().before(5))
