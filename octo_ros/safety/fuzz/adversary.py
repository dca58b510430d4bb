# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Puts together what happens in each tick: commands, states, locks, clock, resets, obstacles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.safety.fuzz.abuse_manners import ABUSE_MANNERS
from octo_ros.safety.fuzz.inputs import UNLOCKED, Episode, Measured, TickInput
from octo_ros.safety.fuzz.joint_manners import JOINT_MANNERS
from octo_ros.safety.fuzz.manners import MOTION_MANNERS, Manner
from octo_ros.safety.fuzz.plant import Plant
from octo_ros.safety.fuzz.starts import Starts
from octo_ros.safety.fuzz.surroundings import (
    ClockTrouble,
    LockTrouble,
    ObstacleTrouble,
    ResetTrouble,
)
from octo_ros.safety.fuzz.writer import Moment, Writer
from octo_ros.safety_codes import SafetyState

if TYPE_CHECKING:
    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array
    from octo_ros.limits import Obstacle
    from octo_ros.safety.fuzz.judge import Judge
    from octo_ros.safety.fuzz.player import Player

MANNERS: tuple[type[Manner], ...] = (*MOTION_MANNERS, *ABUSE_MANNERS, *JOINT_MANNERS)
"""All ways in which commands come."""

START_NS = 1_700_000_000_000_000_000
"""Time of the first start [ns]."""

_UNDISTURBED = 0.3
"""Share of episodes in which only the commands are bad, so that the arm gets far."""


class Adversary:
    """Changes its manner every second or so; what it does depends on its seed alone.

    Args:
        embodiment: The robot's contract.
        judge: Says where a start is legal and how far an obstacle is from the arm.
        random: Source of all chance.
    """

    def __init__(self, embodiment: Embodiment, judge: Judge, random: np.random.Generator) -> None:
        self._embodiment = embodiment
        self._judge = judge
        self._random = random
        joints = len(embodiment.joints)
        period_ns = round(1e9 / embodiment.timing.control_rate)
        limits = embodiment.limits
        self._period_ns = period_ns
        self._starts = Starts(embodiment, judge, random)
        self._writer = Writer(embodiment, random)
        self._plant = Plant(random, joints)
        self._locks = LockTrouble(random)
        self._clock = ClockTrouble(random, period_ns)
        self._resets = ResetTrouble(random, joints)
        self._obstacles = ObstacleTrouble(
            random, np.array(limits.workspace_min), np.array(limits.workspace_max), self._room
        )
        self._now_ns = START_NS

    def episode(self) -> Episode:
        """A new start, without inputs yet."""
        self._now_ns += 10**10
        self._obstacles.begin()
        self._locks.calm()
        self._undisturbed = self._random.random() < _UNDISTURBED
        self._manner_left = 0
        gripper = float(self._random.choice([0.0, 0.5, 1.0, self._random.random()]))
        episode = Episode(self._now_ns, self._starts.draw(), gripper)
        self._plant.begin(episode.positions)
        return episode

    def next(self, player: Player) -> TickInput:
        """What the filter gets in the tick after those that `player` played."""
        sent = player.sent
        self._plant.follow(sent)
        actions = self._obstacles.next(sent)
        measured: Measured | None
        if self._undisturbed:
            step_ns, locks, measured = self._period_ns, UNLOCKED, self._plant.honest(sent)
        else:
            step_ns, locks = self._clock.next(), self._locks.next()
            measured = self._plant.measure(sent)
        # Even an undisturbed filter that latched is to be set free.
        if not self._undisturbed or player.state in (SafetyState.LATCHED, SafetyState.INACTIVE):
            actions += self._resets.next(player.state, lambda: self._plant.honest(sent))
        self._choose()
        moment = Moment(player.now_ns + step_ns, self._manner_tick, sent)
        command = self._manner.next(moment)
        self._manner_tick += 1
        name = type(self._manner).__name__
        return TickInput(step_ns, command, measured, locks, actions, name)

    def _choose(self) -> None:
        self._manner_left -= 1
        if self._manner_left > 0:
            return
        kind = MANNERS[self._random.integers(len(MANNERS))]
        self._manner = kind(self._writer, self._random)
        self._manner_left = int(self._random.integers(20, kind.longest))
        self._manner_tick = 0

    def _room(self, positions: Array, obstacle: Obstacle) -> float:
        clearance = self._judge.clearance
        bodies = clearance.bodies(self._judge.arm.frames(positions[None, :]))
        return float(clearance.of_obstacle(bodies, obstacle).min())
