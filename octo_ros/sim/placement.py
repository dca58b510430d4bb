# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where a reset puts the blocks: anywhere in their area, apart from one another."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.errors import SimulationError
from octo_ros.geometry import Pose

if TYPE_CHECKING:
    from octo_ros.sim.layout import BlockLayout

_TRIES = 2000


def place_blocks(layout: BlockLayout, rng: np.random.Generator) -> tuple[Pose, ...]:
    """Draw the poses of all block centres, resting on the table, in the order of `layout.colors`.

    Raises:
        SimulationError: The area is too small for the blocks and their spacing.
    """
    for _ in range(_TRIES):
        points = rng.uniform(layout.area_min, layout.area_max, (len(layout.colors), 2))
        if all(np.linalg.norm(a - b) >= layout.spacing for a, b in combinations(points, 2)):
            yaws = rng.uniform(-np.pi / 4, np.pi / 4, len(points))
            return tuple(
                Pose.from_xyz_rpy((x, y, layout.size / 2), (0.0, 0.0, yaw))
                for (x, y), yaw in zip(points, yaws, strict=True)
            )
    msg = (
        f'{len(layout.colors)} blocks, {layout.spacing} m apart, do not fit into the area from'
        f' {layout.area_min} to {layout.area_max} m; make it larger or the spacing smaller.'
    )
    raise SimulationError(msg)
