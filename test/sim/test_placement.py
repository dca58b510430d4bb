# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where a reset puts the blocks."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.embodiment import load_embodiment, robot_names
from octo_ros.errors import SimulationError
from octo_ros.sim.layout import load_layout
from octo_ros.sim.placement import place_blocks

LAYOUTS = {name: load_layout(load_embodiment(name)).blocks for name in robot_names()}


@given(st.sampled_from(robot_names()), st.integers(0, 2**32 - 1))
def test_blocks_lie_in_their_area_and_apart(name, seed):
    layout = LAYOUTS[name]
    poses = place_blocks(layout, np.random.default_rng(seed))
    points = np.array([pose.position for pose in poses])
    assert len(points) == len(layout.colors)
    assert (points[:, :2] >= layout.area_min).all()
    assert (points[:, :2] <= layout.area_max).all()
    np.testing.assert_allclose(points[:, 2], layout.size / 2)
    assert all(np.linalg.norm(a - b) >= layout.spacing for a, b in combinations(points, 2))


def test_an_area_that_is_too_small_is_refused():
    crowded = replace(LAYOUTS['widowx'], spacing=1.0)
    with pytest.raises(SimulationError, match='make it larger or the spacing smaller'):
        place_blocks(crowded, np.random.default_rng(0))
