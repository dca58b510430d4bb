# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether the arm follows its reference."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from octo_ros.geometry import Array


@dataclass(frozen=True)
class TrackingCheck:
    """Compares what was measured with the reference that is sent.

    The filter integrates its reference and never the measurement, which would let a lagging or
    pushed arm drag the motion along. In exchange the two must stay close.

    Attributes:
        joints: Names of the n joints.
        max_error: Largest difference of a joint [rad].
    """

    joints: tuple[str, ...]
    max_error: float

    def problem(self, reference: Array, measured: Array) -> str | None:
        """Which joint is too far from its reference, as a sentence; None if none is.

        Args:
            reference: Sent in the tick before, shape (n,), rad.
            measured: Shape (n,), rad.
        """
        errors = np.abs(measured - reference)
        worst = int(errors.argmax())  # of a NaN, if there is one
        if errors[worst] <= self.max_error:
            return None
        return (
            f'{self.joints[worst]} is {errors[worst]:.4f} rad away from its reference;'
            f' allowed are {self.max_error:g} rad.'
        )
