# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether the arm follows its reference."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.safety.cause import Cause
from octo_ros.safety.freshness import Freshness
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array, Pose
    from octo_ros.robots.kinematics import Kinematics


class TrackingMonitor:
    """Compares what was measured with the reference that is sent.

    The filter integrates its reference and never the measurement, which would let a lagging or
    pushed arm drag the motion along. In exchange the two must stay close.

    An arm that moves may be far from its reference for `tracking.patience` before that latches;
    until then it is a cause to stop, which passes when the arm catches up. An arm that was pushed
    away while it held latches at once: what holds it does not, and it may be somebody's hand.

    Args:
        embodiment: For its joints and `tracking`.
        kinematics: Of the arm, for the TCP of the measured joints.
        now_ns: Time of the start [ns].

    Attributes:
        loss: How far the arm was from its reference when it was measured last, as a sentence; None
            if it was near.
    """

    loss: str | None

    def __init__(self, embodiment: Embodiment, kinematics: Kinematics, now_ns: int) -> None:
        self._joints = embodiment.joints
        self._rules = embodiment.tracking
        self._kinematics = kinematics
        period_ns = round(1e9 / embodiment.timing.control_rate)
        self._patience = Freshness(round(1e9 * self._rules.patience), period_ns, now_ns)
        self._held = False
        self.loss = None

    def look(self, now_ns: int, reference: Array, tcp: Pose, measured: Array, held: bool) -> None:
        """A new joint state came.

        Args:
            now_ns: Time of the tick [ns].
            reference: Sent in the tick before, shape (n,), rad.
            tcp: Pose of the TCP there.
            measured: Finite, shape (n,), rad.
            held: Whether the reference rests because nothing was asked of the arm.
        """
        loss = self._problem(reference, tcp, measured)
        if loss is None:
            self._patience.renew(now_ns)
            self._held = False
        elif self.loss is None:
            self._held = held
        self.loss = loss

    def tick(self) -> None:
        """One control period has begun."""
        self._patience.tick()

    def cause(self, now_ns: int) -> Cause | None:
        """Why to stop at `now_ns` [ns]; None if the arm follows."""
        if self.loss is None:
            return None
        latching = self._held or self._patience.expired(now_ns)
        return Cause(SafetyCode.STOP_TRACKING, self.loss, latching)

    def let_go(self) -> None:
        """The reference was put where the arm was measured."""
        self.loss = None

    def _problem(self, reference: Array, tcp: Pose, measured: Array) -> str | None:
        errors = [abs(error) for error in (measured - reference).tolist()]
        allowed = self._rules.max_joint_error
        if not all(error <= allowed for error in errors):  # a NaN is not
            worst = int(np.argmax(errors))
            return (
                f'{self._joints[worst]} is {errors[worst]:.4f} rad away from its reference;'
                f' allowed are {allowed:g} rad.'
            )
        if not any(errors):
            return None
        x, y, z = (self._kinematics.tcp_pose(measured).position - tcp.position).tolist()
        distance = math.hypot(x, y, z)
        if distance <= self._rules.max_tcp_error:
            return None
        return (
            f'The TCP is {distance:.4f} m away from its reference;'
            f' allowed are {self._rules.max_tcp_error:g} m.'
        )
