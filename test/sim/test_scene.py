# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Scene, blocks and bin."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from octo_ros.errors import UnknownNameError
from octo_ros.geometry import Pose
from octo_ros.sim.scene import Bin, Block, Scene

BIN = Bin(Pose.from_xyz_rpy((0.4, 0.2, 0.03), (0, 0, 0.5)), np.array([0.2, 0.1, 0.05]))
share = st.floats(-2.0, 2.0)


@given(share, share, share)
def test_the_bin_holds_what_lies_between_its_walls(x, y, z):
    point = BIN.pose.position + BIN.pose.rotation @ (np.array([x, y, z]) * BIN.size / 2)
    margin = min(abs(1.0 - abs(v)) for v in (x, y, z))
    if margin > 1e-9:
        assert BIN.holds(point) == all(abs(v) < 1.0 for v in (x, y, z))


def test_floor_and_rim_are_half_the_height_from_the_centre():
    assert BIN.floor == pytest.approx(0.005)
    assert BIN.rim == pytest.approx(0.055)


def test_a_block_is_found_by_its_colour():
    block = Block('red block', 'red', 0.04, Pose.from_xyz_rpy())
    scene = Scene(0, (block,), BIN, Pose.from_xyz_rpy(), 1.0)
    assert scene.block('red') is block
    with pytest.raises(UnknownNameError, match=r"block colour 'pink'.*Known: red"):
        scene.block('pink')
