# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Plays inputs to a filter, tick by tick, and records what it sends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from octo_ros.errors import SafetyError
from octo_ros.safety.fuzz.inputs import (
    UNLOCKED,
    AddObstacle,
    Deactivate,
    RemoveObstacle,
    Reset,
)
from octo_ros.safety.fuzz.record import Recorder
from octo_ros.safety.fuzz.whereabouts import Whereabouts
from octo_ros.safety_codes import SafetyState
from octo_ros.types import JointState

if TYPE_CHECKING:
    from collections.abc import Callable

    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array
    from octo_ros.safety.filter import SafetyFilter
    from octo_ros.safety.fuzz.inputs import Action, Episode, TickInput
    from octo_ros.types import Locks, SafeCommand

_REST_SPEED = 0.05
"""A joint that moves faster [rad/s] is none to start from."""


class Player:
    """Drives one filter through episodes.

    Args:
        embodiment: The robot's contract.
        safety_filter: The filter, in any state.
        clock: Reads a clock, in ns, for the time that a tick takes.

    Attributes:
        durations: Time of each tick so far [ns].
        now_ns: Time of the last tick.
        sent: Positions that were sent last, shape (n,), rad.
        recorder: Of the present episode.
    """

    durations: list[int]
    now_ns: int
    sent: Array
    recorder: Recorder

    def __init__(
        self, embodiment: Embodiment, safety_filter: SafetyFilter, clock: Callable[[], int]
    ) -> None:
        self._embodiment = embodiment
        self._filter = safety_filter
        self._clock = clock
        self._arm = Whereabouts(embodiment)
        self.durations = []

    @property
    def state(self) -> SafetyState:
        """Where the filter stands."""
        return self._filter.state

    def begin(self, episode: Episode) -> None:
        """Start at rest, without obstacles but those of the contract.

        Raises:
            SafetyError: The filter does not start there.
        """
        self._filter.deactivate()
        contract = {obstacle.name for obstacle in self._embodiment.collision.obstacles}
        for obstacle in self._filter.obstacles:
            if obstacle.name not in contract:
                self._filter.remove_obstacle(obstacle.name)
        self.now_ns, self.tick = episode.start_ns, -1
        still = np.zeros(len(episode.positions))
        state = JointState(self.now_ns, episode.positions, still, episode.gripper)
        self._filter.reset(self.now_ns, state, UNLOCKED)
        self.recorder = Recorder(self._embodiment)
        self._rest(state)
        for obstacle in self._embodiment.collision.obstacles:
            self.recorder.put_up(obstacle)

    def play(self, given: TickInput) -> SafeCommand | None:
        """One tick; None when the filter is inactive or failed."""
        self.tick += 1
        self.now_ns += given.step_ns
        for action in given.actions:
            self._act(action)
        state = None
        if given.measured is not None:
            state = given.measured.state(self.now_ns, self.sent)
            self._arm.see(self.now_ns, state)
        self.recorder.lock(_locked(given.locks))
        inactive = self._filter.state is SafetyState.INACTIVE
        begun = self._clock()
        try:
            sent = self._filter.tick(self.now_ns, given.command, state, locks=given.locks)
        except SafetyError as error:
            if not inactive:
                self.recorder.malformed(self.tick, f'tick raised {error!r}')
            return None
        except Exception as error:  # Whatever it is, it is a finding, and told.
            self.recorder.malformed(self.tick, f'tick raised {error!r}')
            return None
        self.durations.append(self._clock() - begun)
        if inactive:
            self.recorder.malformed(self.tick, 'an inactive filter sent something')
        return self._note(given, sent)

    def _note(self, given: TickInput, sent: SafeCommand) -> SafeCommand | None:
        joints = self._embodiment.joints
        if sent.joint_names != joints or sent.stamp_ns != self.now_ns:
            told = f'it is for {sent.joint_names} at {sent.stamp_ns}, not {self.now_ns} ns'
            self.recorder.malformed(self.tick, told)
            return None
        latched = sent.state is SafetyState.LATCHED
        if latched and self._arm.explain(self.sent, sent.positions):
            self.recorder.relocate(self.tick, sent.positions)
        verdict = self._filter.verdict
        accepted = None
        if given.command is not None and verdict is not None and verdict.accepted:
            accepted = given.command if verdict.requested is given.command else None
        self.recorder.sent(self.tick, sent, accepted, self.now_ns)
        self.sent = sent.positions
        return sent

    def _act(self, action: Action) -> None:
        if isinstance(action, Deactivate):
            self._filter.deactivate()
        elif isinstance(action, Reset):
            self._reset(action)
        elif isinstance(action, AddObstacle):
            try:
                self._filter.add_obstacle(action.obstacle)
            except SafetyError:  # It may say no; what it takes is judged.
                return
            self.recorder.put_up(action.obstacle)
        elif isinstance(action, RemoveObstacle):
            try:
                self._filter.remove_obstacle(action.name)
            except SafetyError:  # It was not taken.
                return
            self.recorder.take_away(action.name)

    def _reset(self, action: Reset) -> None:
        state = action.measured.state(self.now_ns, self.sent)
        before = self._filter.state
        moving = before in (SafetyState.RUN, SafetyState.STOPPING)
        unfit = moving or _locked(action.locks) or not self._fit(state)
        try:
            self._filter.reset(self.now_ns, state, action.locks)
        except SafetyError:
            if unfit:
                self.recorder.reset_to_refuse(self.tick, refused=True)
            return
        if unfit:
            self.recorder.reset_to_refuse(self.tick, refused=False)
        if len(state.positions) == len(self._embodiment.joints):
            self._rest(state)

    def _rest(self, state: JointState) -> None:
        self._arm.begin(state)
        gripper = min(max(state.gripper, 0.0), 1.0)
        self.recorder.begin(max(self.tick, 0), self.now_ns, state.positions, gripper)
        self.sent = state.positions

    def _fit(self, state: JointState) -> bool:
        """Whether a filter may start from a state: fresh, complete, in range, at rest."""
        limits = self._embodiment.limits
        return (
            self._arm.complete(state)
            and self._arm.in_time(self.now_ns, state)
            and bool((state.positions >= limits.position_min).all())
            and bool((state.positions <= limits.position_max).all())
            and bool((np.abs(state.velocities) <= _REST_SPEED).all())
        )


def _locked(locks: Locks) -> bool:
    """Whether something outside keeps the arm from moving."""
    if locks is UNLOCKED:
        return False
    return bool(locks.latched or locks.held or locks.robot_fault) or locks.cause is not None
