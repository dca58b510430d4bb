# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Which joint velocities follow the joint target."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from octo_ros.geometry import Array
    from octo_ros.limits import Limits
    from octo_ros.safety.closing import Closing


class JointServo:
    """Feed-forward, plus feedback that closes what is left as fast as it can be braked.

    v = feed-forward + sign(e)·u(|e|) with u from `Closing`, joint by joint, then all shortened by
    one factor until each keeps to its speed, so that the direction in joint space stays.

    Args:
        limits: For the joints' speeds.
        closing: How fast an error is closed.
    """

    def __init__(self, limits: Limits, closing: Closing) -> None:
        self._speed = np.array(limits.velocity)
        self._closing = closing

    def velocities(self, error: Array, feed_forward: Array) -> Array:
        """Velocities that the joints should have in the coming tick.

        Args:
            error: From the joints to the target before the tick, shape (n,), rad.
            feed_forward: Velocity of the target during the tick, shape (n,), rad/s.

        Returns:
            Shape (n,), rad/s.
        """
        closing = np.sign(error) * self._closing.joints(np.abs(error))
        wanted: Array = feed_forward + closing
        excess = float((np.abs(wanted) / self._speed).max())
        return wanted / excess if excess > 1.0 else wanted
