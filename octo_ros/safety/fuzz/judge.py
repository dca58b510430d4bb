# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Judges a record of what was sent: every invariant that shows in one episode."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.safety.fuzz.arm import Arm
from octo_ros.safety.fuzz.clearance import Clearance
from octo_ros.safety.fuzz.conduct_rules import conduct
from octo_ros.safety.fuzz.motion_rules import motion
from octo_ros.safety.fuzz.space_rules import Sight, space

if TYPE_CHECKING:
    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array
    from octo_ros.robots.model import RobotModel
    from octo_ros.safety.fuzz.invariants import Finding
    from octo_ros.safety.fuzz.record import Record


class Judge:
    """Knows one robot's contract and geometry, and nothing of the filter.

    Args:
        embodiment: The contract, whose limits are judged.
        model: Its geometry.

    Attributes:
        arm: Its kinematics.
        clearance: Its distances.
    """

    def __init__(self, embodiment: Embodiment, model: RobotModel) -> None:
        self._embodiment = embodiment
        self.arm = Arm(model)
        self.clearance = Clearance(self.arm, embodiment.collision, model.always_near)

    def judge(self, record: Record) -> list[Finding]:
        """All findings over one episode; their rows are those of the record."""
        limits, rate = self._embodiment.limits, self._embodiment.timing.control_rate
        sight = Sight.of(self.arm, record.positions)
        return [
            *motion(record, self._embodiment),
            *space(record, limits, sight, self.clearance, 1.0 / rate),
            *conduct(record, self._embodiment),
        ]

    def legal(self, positions: Array, room: float) -> Array:
        """Those of some configurations that have `room` to every limit.

        Args:
            positions: Shape (N, n), rad.
            room: Least room to the ends of the joints' ranges, the walls of the workspace, the
                tilt cone and all clearances [m or rad].

        Returns:
            Shape (k, n), in their order.
        """
        limits = self._embodiment.limits
        sight = Sight.of(self.arm, positions)
        lower = np.add(limits.position_min, limits.position_margin)
        upper = np.subtract(limits.position_max, limits.position_margin)
        inside = (
            (np.minimum(positions - lower, upper - positions).min(axis=1) >= room)
            & (sight.in_workspace(limits).min(axis=1) >= room)
            & (sight.in_cone(limits) >= room)
        )
        # Distances are dear: only of those that are worth it.
        positions = positions[inside]
        bodies = self.clearance.bodies(self.arm.frames(positions))
        parts = [
            self.clearance.of_table(bodies),
            self.clearance.own(bodies),
            *(self.clearance.of_obstacle(bodies, o) for o in self._embodiment.collision.obstacles),
        ]
        clear = np.concatenate(parts, axis=1).min(axis=1) >= room
        legal: Array = positions[clear]
        return legal
