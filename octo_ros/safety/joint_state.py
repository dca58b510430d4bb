# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether the measured joint state can be relied on."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from octo_ros.safety.cause import Cause
from octo_ros.safety.freshness import Freshness
from octo_ros.safety_codes import SafetyCode

if TYPE_CHECKING:
    from octo_ros.embodiment import Embodiment
    from octo_ros.types import JointState

REST_SPEED = 0.05
"""A joint slower than this is at rest [rad/s]; above the noise of differentiated encoders."""


class JointStateMonitor:
    """Keeps the newest good joint state.

    One that is incomplete, not finite or old counts as not received. Without a good one for
    `joint_states.max_age` the arm must stop, for `timing.state_patience` more it needs a reset.

    Args:
        embodiment: Says how many joints there are and how old their state may be.
        now_ns: Time of the start [ns].
        state: A state without `problem` at that time.

    Attributes:
        latest: The newest good state.
    """

    def __init__(self, embodiment: Embodiment, now_ns: int, state: JointState) -> None:
        self._embodiment = embodiment
        period_ns = round(1e9 / embodiment.timing.control_rate)
        max_age_ns = round(1e9 * embodiment.joint_states.max_age)
        patience_ns = round(1e9 * embodiment.timing.state_patience)
        self._max_age_ns, self._patience_ns = max_age_ns, patience_ns
        self._freshness = Freshness(max_age_ns, period_ns, now_ns)
        self._hope = Freshness(max_age_ns + patience_ns, period_ns, now_ns)
        self._problem = ''
        self.latest = state

    def listen(self, now_ns: int, state: JointState | None) -> bool:
        """Once per tick: take in the newest state; the same one again is not news.

        Returns:
            Whether it is a new and a good one.
        """
        self._freshness.tick()
        self._hope.tick()
        if state is None or state.stamp_ns <= self.latest.stamp_ns:
            return False
        problem = state_problem(self._embodiment, now_ns, state)
        self._problem = problem or ''
        if problem is not None:
            return False
        self.latest = state
        self._freshness.renew(now_ns)
        self._hope.renew(now_ns)
        return True

    def stale(self, now_ns: int) -> bool:
        """Whether the newest good state is too old, by its arrival or by its stamp."""
        old = now_ns - self.latest.stamp_ns > self._max_age_ns
        return old or self._freshness.expired(now_ns)

    def cause(self, now_ns: int) -> Cause | None:
        """Why to stop at `now_ns` [ns]; None while the newest good state is fresh."""
        if not self.stale(now_ns):
            return None
        age_ns = now_ns - self.latest.stamp_ns
        lost = age_ns > self._max_age_ns + self._patience_ns or self._hope.expired(now_ns)
        text = f'The last good joint state is {age_ns * 1e-9:.3f} s old. {self._problem}'.rstrip()
        return Cause(SafetyCode.STOP_STATE_TIMEOUT, text, lost)


def state_problem(embodiment: Embodiment, now_ns: int, state: JointState) -> str | None:
    """What makes a joint state useless, as a sentence; None if nothing does.

    Args:
        embodiment: The robot it should be of.
        now_ns: Time of the tick, on the clock of the state's stamps [ns].
        state: As it was measured.
    """
    n = len(embodiment.joints)
    if state.positions.shape != (n,) or state.velocities.shape != (n,):
        return (
            f'The joint state has {state.positions.shape} positions and {state.velocities.shape}'
            f' velocities; {n} of each are needed.'
        )
    values = state.positions.tolist() + state.velocities.tolist()
    if not (all(map(math.isfinite, values)) and math.isfinite(state.gripper)):
        return 'The joint state holds values that are not finite.'
    age = (now_ns - state.stamp_ns) * 1e-9
    oldest, newest = embodiment.joint_states.max_age, -embodiment.timing.command_max_future
    if not newest <= age <= oldest:
        return f'The joint state is {age:.3f} s old; allowed are {newest:g} to {oldest:g} s.'
    return None


def start_problem(embodiment: Embodiment, now_ns: int, state: JointState) -> str | None:
    """What speaks against starting at a joint state, as a sentence; None if nothing does.

    Besides `state_problem`: the arm must be inside its hard limits and at rest.
    """
    problem = state_problem(embodiment, now_ns, state)
    if problem is not None:
        return problem
    limits = embodiment.limits
    for joint, q, low, high in zip(
        embodiment.joints, state.positions, limits.position_min, limits.position_max, strict=True
    ):
        if not low <= q <= high:
            return f'{joint} is at {q:.4f} rad, outside its range of [{low:g}, {high:g}] rad.'
    for joint, v in zip(embodiment.joints, state.velocities, strict=True):
        if abs(v) > REST_SPEED:
            return f'{joint} moves at {v:.3f} rad/s; at rest it is below {REST_SPEED} rad/s.'
    return None
