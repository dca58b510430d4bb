# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What speaks against moving in one tick, whatever is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.safety.cause import Cause
from octo_ros.safety.clock import ClockCheck
from octo_ros.safety.joint_state import JointStateMonitor
from octo_ros.safety.locks import causes_of
from octo_ros.safety.silence import CommandSilence
from octo_ros.safety.standstill import Standstill
from octo_ros.safety.tracking import TrackingMonitor
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array
    from octo_ros.robots.kinematics import Kinematics
    from octo_ros.safety.motion import Motion
    from octo_ros.types import JointState, Locks

AWAY = 0.02
"""Farther than this [rad] a resting arm is not where it was sent: drives settle to a few
thousandths, gravity and friction included."""


class Watch:
    """Looks at clock, locks, joint states, tracking and silence, in this order.

    Args:
        embodiment: The robot's contract.
        kinematics: Of the same robot.
        now_ns: Time of the start [ns].
        state: Joint state that is fit to start from.

    Attributes:
        tracking: Whether the arm follows.
        silence: How long no command was accepted.
        steady_ns: Time of the coming tick on a clock that never jumps [ns]; None if unknown.
    """

    tracking: TrackingMonitor
    silence: CommandSilence
    steady_ns: int | None

    def __init__(
        self, embodiment: Embodiment, kinematics: Kinematics, now_ns: int, state: JointState
    ) -> None:
        self._required = required_locks(embodiment)
        limits = embodiment.limits
        self._range = np.array([limits.position_min, limits.position_max])
        self.steady_ns = None
        self._clock = ClockCheck.for_timing(embodiment.timing)
        self._joint_states = JointStateMonitor(embodiment, now_ns, state)
        self._standstill = Standstill(state.stamp_ns, state.positions)
        self.tracking = TrackingMonitor(embodiment, kinematics, now_ns)
        self.silence = CommandSilence(embodiment.timing, now_ns)

    @property
    def measured(self) -> Array:
        """Newest good joint positions, shape (n,), rad."""
        return self._joint_states.latest.positions

    @property
    def late(self) -> bool:
        """Whether this tick came late, so that the arm has waited at its last reference."""
        return self._clock.late

    def elsewhere(self, reference: Array) -> Array | None:
        """Where the arm is known to rest, if that is away from its `reference`; shape (n,), rad.

        It stopped by itself, or somebody moved it. An arm that only lags is still moving. Told is
        the nearest place inside the hard limits, so that an arm beyond them is let go just once.
        """
        if not self._standstill.rests:
            return None
        place: Array = np.clip(self.measured, *self._range)
        return place if np.abs(place - reference).max() > AWAY else None

    def sees(self, now_ns: int) -> bool:
        """Whether `measured` is fresh at `now_ns` [ns]."""
        return not self._joint_states.stale(now_ns)

    def cause(
        self,
        now_ns: int,
        state: JointState | None,
        locks: Locks | None,
        motion: Motion,
        held: bool,
    ) -> Cause | None:
        """The most important cause to stop; call it once per tick.

        One that latches goes before one that does not, and the one looked for first before others.

        Args:
            now_ns: Time of the tick [ns].
            state: The newest joint state; None if there is no new one.
            locks: What the caller knows to be in the way.
            motion: What was sent in the tick before.
            held: Whether nothing is asked of the arm.

        Raises:
            SafetyError: `locks.cause` is no STOP_* code.
        """
        causes = causes_of(locks, self._required)
        jump = self._clock.problem(now_ns, self.steady_ns)
        if jump is not None:
            causes.insert(0, Cause.of(SafetyCode.STOP_CLOCK_JUMP, jump))
        self.silence.tick()
        self.tracking.tick()
        if self._joint_states.listen(now_ns, state):
            self._standstill.look(self._joint_states.latest.stamp_ns, self.measured)
            self.tracking.look(now_ns, motion.positions, motion.tcp, self.measured, held)
        stale = self._joint_states.cause(now_ns)
        # How far an arm is away that was last seen long ago is not known.
        lost = self.tracking.cause(now_ns) if stale is None else None
        causes += [c for c in (stale, lost, self.silence.lost(now_ns)) if c is not None]
        return next((cause for cause in causes if cause.latching), causes[0] if causes else None)


def required_locks(embodiment: Embodiment) -> tuple[str, ...]:
    """Names of the locks that must be known to be released."""
    return tuple(name for name, source in embodiment.locks.items() if source.required)
