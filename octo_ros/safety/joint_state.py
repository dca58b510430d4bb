# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Whether the measured joint state can be relied on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.safety.freshness import Freshness

if TYPE_CHECKING:
    from octo_ros.embodiment import Embodiment
    from octo_ros.types import JointState

REST_SPEED = 0.05
"""A joint slower than this is at rest [rad/s]; above the noise of differentiated encoders."""


class JointStateMonitor:
    """Keeps the newest good joint state.

    One that is incomplete, not finite or old counts as not received.

    Args:
        embodiment: Says how many joints there are and how old their state may be.
        now_ns: Time of the start [ns].
        state: A state without `problem` at that time.
    """

    def __init__(self, embodiment: Embodiment, now_ns: int, state: JointState) -> None:
        self._embodiment = embodiment
        period_ns = round(1e9 / embodiment.timing.control_rate)
        max_age_ns = round(1e9 * embodiment.joint_states.max_age)
        self._freshness = Freshness(max_age_ns, period_ns, now_ns)
        self.latest = state

    def listen(self, now_ns: int, state: JointState | None) -> None:
        """Once per tick: take in the newest state; the same one again is not news."""
        self._freshness.tick()
        if state is None or state.stamp_ns == self.latest.stamp_ns:
            return
        if state_problem(self._embodiment, now_ns, state) is None:
            self.latest = state
            self._freshness.renew(now_ns)

    def stale(self, now_ns: int) -> bool:
        """Whether the newest good state is too old, by its arrival or by its stamp."""
        age = (now_ns - self.latest.stamp_ns) * 1e-9
        return age > self._embodiment.joint_states.max_age or self._freshness.expired(now_ns)


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
    if not np.isfinite([*state.positions, *state.velocities, state.gripper]).all():
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
