# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Where the joint states of an episode show an arm that rests; judged without the filter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array
    from octo_ros.types import JointState

_REST_NS = 200_000_000  # an arm rests that stayed for so long
_STAY = 0.01  # rad: within so much of one of its places
_SPEED, _JITTER = 6.3, 0.05  # rad/s, rad: a joint state farther on than an arm can get is wrong
_APART = 0.02  # rad: a reference is only put elsewhere if it is farther from the arm than this
_LONGEST = 500  # joint states that are remembered: more than any filter needs


class Whereabouts:
    """Remembers all joint states since a start that are worth it, to judge a latched reference.

    A latched filter may put its reference, once, to where the arm is if it rests elsewhere. That
    may not be done on the word of a joint state that is wrong for a moment.

    Args:
        embodiment: The robot's contract.
    """

    def __init__(self, embodiment: Embodiment) -> None:
        self._joints = len(embodiment.joints)
        limits, timing = embodiment.limits, embodiment.timing
        self._low, self._high = np.array(limits.position_min), np.array(limits.position_max)
        self._ages = (-timing.command_max_future, embodiment.joint_states.max_age)

    def begin(self, state: JointState) -> None:
        """The filter was reset with a state: what was before counts no more."""
        self._stamps, self._places = [state.stamp_ns], [state.positions]
        self._possible = True

    def see(self, now_ns: int, state: JointState) -> None:
        """A joint state came at `now_ns`; one that is useless or no news is left out."""
        if not (self.complete(state) and self.in_time(now_ns, state)):
            return
        taken_ns = state.stamp_ns - self._stamps[-1]
        if taken_ns <= 0:
            return
        way = np.abs(state.positions - self._places[-1]).max()
        self._possible = self._possible and bool(way <= _SPEED * taken_ns * 1e-9 + _JITTER)
        self._stamps = [*self._stamps[-_LONGEST:], state.stamp_ns]
        self._places = [*self._places[-_LONGEST:], state.positions]

    def complete(self, state: JointState) -> bool:
        """Whether all joints are there, with finite positions."""
        values = (state.positions, state.velocities)
        return all(len(v) == self._joints and np.isfinite(v).all() for v in values) and bool(
            np.isfinite(state.gripper)
        )

    def in_time(self, now_ns: int, state: JointState) -> bool:
        """Whether a state is neither too old at `now_ns` nor from too far in the future."""
        earliest, latest = self._ages
        return earliest <= (now_ns - state.stamp_ns) * 1e-9 <= latest

    def explain(self, before: Array, after: Array) -> bool:
        """Whether a latched reference may go from `before` to `after`, shape (n,), rad."""
        here = np.clip(self._places[-1], self._low, self._high)
        return (
            bool((after == here).all())
            and bool(np.abs(here - before).max() > _APART)
            and self._possible
            and self._rests()
        )

    def _rests(self) -> bool:
        """Whether there is a moment, long enough ago, since when the arm stayed where it was."""
        places, stamps = np.array(self._places), np.array(self._stamps)
        long_ago = np.flatnonzero(stamps <= stamps[-1] - _REST_NS)
        return any(np.abs(places[k:] - places[k]).max() <= _STAY for k in long_ago[::-1])
