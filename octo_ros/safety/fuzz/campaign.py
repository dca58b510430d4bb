# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Runs a filter against the adversary, episode by episode, and judges each."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from octo_ros.errors import SafetyError
from octo_ros.robots.model import load_robot_model
from octo_ros.safety.filter import SafetyFilter
from octo_ros.safety.fuzz.adversary import START_NS, Adversary
from octo_ros.safety.fuzz.benign import as_asked, benign_stream
from octo_ros.safety.fuzz.inputs import Episode
from octo_ros.safety.fuzz.invariants import Finding, Invariant, Tallies
from octo_ros.safety.fuzz.judge import Judge
from octo_ros.safety.fuzz.player import Player

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from octo_ros.embodiment import Embodiment
    from octo_ros.safety.fuzz.inputs import TickInput
    from octo_ros.safety.fuzz.record import Record
    from octo_ros.safety_codes import SafetyCode, SafetyState

LENGTHS = (200, 1300)
"""Shortest and longest episode, in ticks."""

BENIGN_EVERY = 10
"""One episode in so many is a benign stream; the first one is."""

TWICE = 1000
"""Ticks that are run twice for I11."""


@dataclass(frozen=True)
class Violation:
    """The first time that an invariant was broken in a campaign.

    Attributes:
        invariant: Which.
        tick: Of the campaign.
        manner: How the commands came.
        slack: How far beyond, in the invariant's unit.
        text: What was sent, for people.
        episode: From the start to the tick, to be played again.
    """

    invariant: Invariant
    tick: int
    manner: str
    slack: float
    text: str
    episode: Episode


@dataclass
class Outcome:
    """What a campaign found.

    Attributes:
        ticks: That were played.
        tallies: Per invariant.
        states: Ticks per state of the filter.
        codes: Ticks in which each code was among the reasons.
        accepted: Commands that were accepted.
        commands: Commands that came.
        starts_refused: Legal starts that the filter did not take.
        durations: Time of each tick [ns].
        violations: The first of each invariant.
    """

    ticks: int = 0
    tallies: Tallies = field(default_factory=Tallies)
    states: Counter[SafetyState] = field(default_factory=Counter)
    codes: Counter[SafetyCode] = field(default_factory=Counter)
    commands: int = 0
    accepted: int = 0
    starts_refused: int = 0
    durations: list[int] = field(default_factory=list)
    violations: dict[Invariant, Violation] = field(default_factory=dict)

    def merge(self, other: Outcome) -> None:
        """Add what another campaign, later in the count of ticks, found."""
        for invariant, violation in other.violations.items():
            self.violations.setdefault(invariant, violation)
        self.ticks += other.ticks
        self.tallies.merge(other.tallies)
        self.states += other.states
        self.codes += other.codes
        self.commands += other.commands
        self.accepted += other.accepted
        self.starts_refused += other.starts_refused
        self.durations += other.durations


class Campaign:
    """One robot, one seed.

    Args:
        embodiment: The robot's contract.
        seed: Of all chance.
        clock: Reads a clock in ns, for the duration of the ticks.
    """

    def __init__(
        self,
        embodiment: Embodiment,
        seed: np.random.SeedSequence | int,
        clock: Callable[[], int],
    ) -> None:
        self._embodiment = embodiment
        self._seed = seed
        self._clock = clock
        self.judge = Judge(embodiment, load_robot_model(embodiment))

    def run(self, ticks: int, played: Callable[[int], None], first: int = 0) -> Outcome:
        """Play at least so many ticks; the last episode is cut short.

        Args:
            ticks: How many.
            played: Called after each episode with the number of its ticks.
            first: Number of the first tick, in what is told of violations.

        Raises:
            SafetyError: The filter does not start at home.
        """
        outcome = Outcome()
        again: list[Record] = []
        for episode, record, said in self._episodes(ticks, outcome):
            findings = self.judge.judge(record)
            if said is not None:
                findings.append(as_asked(episode, record, said, self.judge.arm))
            self._count(outcome, episode, record, findings, first)
            if sum(len(r) for r in again) < TWICE:
                again.append(record)
            outcome.ticks += len(episode.inputs)
            played(len(episode.inputs))
        outcome.tallies.add([self._twice(again)])
        return outcome

    def reproduce(self, episode: Episode) -> list[tuple[Invariant, int]]:
        """Play an episode on a fresh filter; all broken invariants, each with its first tick."""
        player = self._player()
        player.begin(episode)
        for given in episode.inputs:
            player.play(given)
        record = player.recorder.record()
        broken = []
        for finding in self.judge.judge(record):
            if len(finding.violated):
                row = int(finding.rows[finding.violated].min())
                broken.append((finding.invariant, int(record.tick[row])))
        return broken

    def _player(self) -> Player:
        return Player(self._embodiment, SafetyFilter.for_embodiment(self._embodiment), self._clock)

    def _episodes(
        self, ticks: int, outcome: Outcome
    ) -> Iterator[tuple[Episode, Record, set[SafetyCode] | None]]:
        """Episodes with what was sent, and with what was said if they were benign."""
        random = np.random.default_rng(self._seed)
        adversary = Adversary(self._embodiment, self.judge, random)
        player = self._player()
        outcome.durations = player.durations
        count = 0
        while ticks > 0:
            said: set[SafetyCode] | None = None
            if count % BENIGN_EVERY == 0:
                episode = benign_stream(self._embodiment, START_NS, random)
                player.begin(episode)
                said = set()
                for given in episode.inputs:
                    said |= self._play(player, given, outcome)
            else:
                episode = self._begin(adversary, player, outcome)
                for _ in range(min(ticks, int(random.integers(*LENGTHS)))):
                    given = adversary.next(player)
                    episode.inputs.append(given)
                    self._play(player, given, outcome)
            count += 1
            ticks -= len(episode.inputs)
            yield episode, player.recorder.record(), said

    def _begin(self, adversary: Adversary, player: Player, outcome: Outcome) -> Episode:
        episode = adversary.episode()
        try:
            player.begin(episode)
        except SafetyError:  # Counted; home must do.
            outcome.starts_refused += 1
            episode = Episode(episode.start_ns, np.array(self._embodiment.home), episode.gripper)
            player.begin(episode)
        return episode

    def _play(self, player: Player, given: TickInput, outcome: Outcome) -> set[SafetyCode]:
        sent = player.play(given)
        outcome.commands += given.command is not None
        if sent is None:
            return set()
        outcome.states[sent.state] += 1
        outcome.codes.update(sent.reasons)
        return set(sent.reasons)

    def _count(
        self,
        outcome: Outcome,
        episode: Episode,
        record: Record,
        findings: list[Finding],
        first: int,
    ) -> None:
        outcome.tallies.add(findings)
        outcome.accepted += int(record.accepted.sum())
        for finding in findings:
            if finding.invariant in outcome.violations or not len(finding.violated):
                continue
            index = finding.violated[finding.rows[finding.violated].argmin()]
            row = int(finding.rows[index])
            tick = max(int(record.tick[row]), 0)
            outcome.violations[finding.invariant] = Violation(
                finding.invariant,
                first + outcome.ticks + tick,
                episode.inputs[tick].manner,
                float(finding.slack[index]),
                _told(record, row),
                Episode(
                    episode.start_ns,
                    episode.positions,
                    episode.gripper,
                    episode.inputs[: tick + 1],
                ),
            )

    def _twice(self, records: list[Record]) -> Finding:
        """I11: the same seed on a second filter."""
        ticks = sum(int((~record.start).sum()) for record in records)
        same, rows = [], 0
        episodes = self._episodes(max(ticks, 1), Outcome())
        for record, (_, other, _) in zip(records, episodes, strict=False):
            count = min(len(record), len(other))
            same.append(_equal(record, other, count))
            rows += count
        return Finding(Invariant.SAME, np.arange(rows), np.where(np.concatenate(same), 0.0, -1.0))


def _equal(record: Record, other: Record, count: int) -> NDArray[np.bool_]:
    columns = [
        np.column_stack([r.positions, r.velocities, r.gripper, r.state])[:count]
        for r in (record, other)
    ]
    equal: NDArray[np.bool_] = (columns[0] == columns[1]).all(axis=1)
    return equal


def _told(record: Record, row: int) -> str:
    told = record.malformed.get(int(record.tick[row]))
    if told is not None:
        return told
    joints = ', '.join(f'{q:.9g}' for q in record.positions[row])
    speeds = ', '.join(f'{v:.6g}' for v in record.velocities[row])
    return f'positions [{joints}] rad, velocities [{speeds}] rad/s'
