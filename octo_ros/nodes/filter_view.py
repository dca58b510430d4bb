# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What the node asks of the filter beyond ticks. TO BE REMOVED when `SafetyFilter` answers itself.

Then `SafetyFilter` takes the place of `FilterView` in reports, markers and obstacle services.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from octo_ros.errors import SafetyError
from octo_ros.safety.report import Body, MotionReport

if TYPE_CHECKING:
    from octo_ros.limits import Obstacle
    from octo_ros.safety.filter import SafetyFilter
    from octo_ros.safety_codes import SafetyState


class FilterView(Protocol):
    """The part of the filter that reports, markers and obstacle services use."""

    @property
    def state(self) -> SafetyState:
        """As the filter."""

    @property
    def latch(self) -> str | None:
        """As the filter."""

    @property
    def obstacles(self) -> tuple[Obstacle, ...]:
        """Boxes that the arm keeps away from."""

    def report(self) -> MotionReport:
        """How near the reference is to its limits."""

    def capsules(self) -> tuple[Body, ...]:
        """The arm where the reference has it."""

    def add_obstacle(self, obstacle: Obstacle) -> None:
        """Keep away from a box; SafetyError."""

    def remove_obstacle(self, name: str) -> None:
        """Forget a box; SafetyError."""


def view(safety: SafetyFilter) -> FilterView:
    """The filter itself, if it can answer; else one that knows nothing."""
    return safety if hasattr(safety, 'report') else _Unknowing(safety)  # type: ignore[return-value]


class _Unknowing:
    def __init__(self, safety: SafetyFilter) -> None:
        self._filter = safety

    @property
    def state(self) -> SafetyState:
        return self._filter.state

    @property
    def latch(self) -> str | None:
        return self._filter.latch

    @property
    def obstacles(self) -> tuple[Obstacle, ...]:
        return ()

    def report(self) -> MotionReport:
        unknown = float('nan')
        return MotionReport(unknown, unknown, 1.0, 1.0, None, np.zeros((1, 3)), unknown)

    def capsules(self) -> tuple[Body, ...]:
        return ()

    def add_obstacle(self, obstacle: Obstacle) -> None:
        msg = f'This filter cannot keep away from {obstacle.name}.'
        raise SafetyError(msg)

    def remove_obstacle(self, name: str) -> None:
        msg = f'There is no obstacle {name!r}.'
        raise SafetyError(msg)
