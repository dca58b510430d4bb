# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""What happened in a demo: every figure that its video and its report show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.data.episodes.episode import Episode
from octo_ros.safety_codes import SafetyState

if TYPE_CHECKING:
    from octo_ros.embodiment import Embodiment
    from octo_ros.geometry import Array


@dataclass(frozen=True)
class Commands:
    """The n commands of an episode, as the safety filter decided on them.

    Attributes:
        times: Shape (n,), s since the episode's start: when the filter decided.
        requested: Shape (n, 3), m, base axes: translation asked for.
        executed: Shape (n, 3), m, base axes: translation admitted; 0 where refused.
        durations: Shape (n,), s: time for which a displacement is meant.
        gripper: Shape (n,): opening asked for, 0 closed .. 1 open.
        latencies: Shape (n,), s: from the newest image that the command was computed from, to the
            decision.
        codes: n names of safety codes.
    """

    times: Array
    requested: Array
    executed: Array
    durations: Array
    gripper: Array
    latencies: Array
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Motion:
    """What the arm really did, measured n times.

    Attributes:
        times: Shape (n,), s since the episode's start.
        positions: Shape (n, joints), rad.
        tcp: Shape (n, 3), m, base frame.
        gripper: Shape (n,): opening, 0 closed .. 1 open.
    """

    times: Array
    positions: Array
    tcp: Array
    gripper: Array


@dataclass(frozen=True)
class SafetyTrace:
    """State and most restrictive code of the safety filter at n times, at least one.

    Attributes:
        times: Shape (n,), s since the episode's start; the first may lie before it.
        states: n states.
        codes: n names of safety codes.
    """

    times: Array
    states: tuple[SafetyState, ...]
    codes: tuple[str, ...]

    def at(self, time: float) -> tuple[SafetyState, str]:
        """State and code that held at a time [s since the episode's start]."""
        index = max(0, int(np.searchsorted(self.times, time, side='right')) - 1)
        return self.states[index], self.codes[index]


@dataclass(frozen=True)
class BlockMove:
    """Where a block lay.

    Attributes:
        color: red, green or blue.
        size: Length of an edge [m].
        start: Shape (3,), m, base frame: centre at the episode's start.
        end: Shape (3,), m, base frame: centre at its end.
    """

    color: str
    size: float
    start: Array
    end: Array


@dataclass(frozen=True)
class BinPlace:
    """Where the bin stands; its walls are parallel to the base axes.

    Attributes:
        center: Shape (3,), m, base frame: middle of the space inside.
        size: Shape (3,), m: lengths inside.
    """

    center: Array
    size: Array


@dataclass(frozen=True)
class EpisodeStory:
    """One instruction from start to end.

    Attributes:
        episode: Words, span and verdict as recorded.
        commands: What was asked for and admitted.
        motion: What the arm did.
        safety: What the safety filter said.
        blocks: Where the blocks lay; empty if the simulator's truth was not recorded.
        bin: Where the bin stands; None if the simulator's truth was not recorded.
    """

    episode: Episode
    commands: Commands
    motion: Motion
    safety: SafetyTrace
    blocks: tuple[BlockMove, ...] = ()
    bin: BinPlace | None = None

    @property
    def instruction(self) -> str:
        """What was asked."""
        return self.episode.instruction

    @property
    def duration(self) -> float:
        """From the mark of the start to that of the end [s]."""
        return (self.episode.end_ns - self.episode.start_ns) * 1e-9


@dataclass(frozen=True)
class Counters:
    """Counts of the whole run, as the nodes themselves kept them.

    Attributes:
        actions: Commands that the policy published.
        accepted: Commands that the safety filter took, limited ones included.
        limited: Commands that it shortened, slowed or projected.
        refused: Commands that it did not execute.
        stops: Controlled stops.
        late_ticks: Control ticks that came more than one period late.
        deadline_misses: Policy ticks without a fresh action although a task was running.
    """

    actions: int
    accepted: int
    limited: int
    refused: int
    stops: int
    late_ticks: int
    deadline_misses: int


@dataclass(frozen=True)
class Story:
    """A whole demo.

    Attributes:
        embodiment: The robot.
        policy: Who drove: `scripted` or `octo`.
        bag: Where it is recorded.
        start_ns: First message of the recording [ns].
        duration: Length of the recording [s].
        messages: Topic to number of messages, for those that the report lists.
        episodes: One per instruction, in the order of time.
        counters: Counts of the whole run.
    """

    embodiment: Embodiment
    policy: str
    bag: Path
    start_ns: int
    duration: float
    messages: Mapping[str, int]
    episodes: tuple[EpisodeStory, ...]
    counters: Counters

    @property
    def driver(self) -> str:
        """Who drove, in words that promise nothing."""
        return {
            'scripted': 'a scripted expert that knows the simulator’s state',
            'octo': 'an Octo checkpoint',
        }.get(self.policy, self.policy)
