# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Chunks, timings, and what is expected of them, counted millisecond by millisecond.

The reference below says in the plainest way what `TimestampedChunks` promises: it walks through
the time in steps of 1 ms and counts for every chunk the milliseconds that were commanded since the
chunk's start. It shares no code with the schedulers.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from hypothesis import strategies as st

from octo_ros.geometry import (
    matrix_from_rotation_vector,
    matrix_from_rpy,
    rotation_vector_from_matrix,
)
from octo_ros.types import ActionChunk, ActionSpec

NAMES = ('x', 'y', 'z', 'roll', 'pitch', 'yaw', 'gripper')
MS = 1_000_000
TICK_MS = 100
PERIOD = TICK_MS * MS


def spec_of(horizon, dt_ms=TICK_MS):
    return ActionSpec(NAMES, 'base', dt_ms / 1000, horizon)


def chunk(actions, dt_ms=TICK_MS, start_ms=0, observed_ms=0, chunk_id=0):
    actions = np.asarray(actions, dtype=float)
    spec = spec_of(len(actions), dt_ms)
    return ActionChunk(actions, spec, observed_ms * MS, start_ms * MS, chunk_id)


def random_actions(rng, horizon):
    """Far larger than real ones, so that the order of rotations counts."""
    return np.hstack(
        [
            rng.uniform(-0.05, 0.05, (horizon, 3)),
            rng.uniform(-0.4, 0.4, (horizon, 3)),
            rng.integers(0, 2, (horizon, 1)) * rng.uniform(0.6, 1.0, (horizon, 1)),
        ]
    )


def turn(row, share):
    """The part of an action's rotation: shape (3, 3)."""
    vector = rotation_vector_from_matrix(matrix_from_rpy(row[3:6]))
    return matrix_from_rotation_vector(share * vector)


@dataclass
class Motion:
    """The sum of displacements."""

    translation: np.ndarray = field(default_factory=lambda: np.zeros(3))
    rotation: np.ndarray = field(default_factory=lambda: np.eye(3))

    def add(self, translation, rotation):
        self.translation = self.translation + translation
        self.rotation = rotation @ self.rotation

    def add_displacement(self, wanted):
        self.add(wanted.translation, matrix_from_rpy(wanted.rotation))

    def distance(self, other):
        angle = np.linalg.norm(rotation_vector_from_matrix(self.rotation @ other.rotation.T))
        return max(float(np.abs(self.translation - other.translation).max()), float(angle))


@dataclass(frozen=True)
class Timing:
    """What happens in a run.

    Attributes:
        dt_ms: `action_dt`.
        chunks: All chunks of the run.
        arrivals: Per tick the chunks that are new; None is a tick that the loop missed.
    """

    dt_ms: int
    horizon: int
    chunks: tuple[ActionChunk, ...]
    arrivals: tuple[tuple[int, ...] | None, ...]

    @property
    def spec(self):
        return spec_of(self.horizon, self.dt_ms)


@st.composite
def timings(draw, ticks=24):
    """Chunks that come in time, late by up to 8 ticks, in bursts, out of order, or never."""
    dt_ms = draw(st.sampled_from([50, 67, 70, 100, 130, 200, 300]))
    horizon = draw(st.integers(1, 5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    chunks, arrivals = [], [[] for _ in range(ticks)]
    latencies = st.one_of(st.none(), st.just(0), st.integers(0, 8))
    for tick in range(ticks):
        latency = draw(latencies)
        if latency is None:
            continue
        # Nearly always on a tick; a chunk may begin in the middle of one as well.
        start = tick * TICK_MS + draw(st.sampled_from([0, 0, 0, 0, 13, 50, 99]))
        index = len(chunks)
        actions = random_actions(rng, horizon)
        chunks.append(chunk(actions, dt_ms, start, tick * TICK_MS - 50, index))
        if tick + latency < ticks:
            arrivals[tick + latency].append(index)
    missed = draw(st.sets(st.integers(0, ticks - 2), max_size=3))
    for tick in sorted(missed):
        arrivals[tick + 1] = arrivals[tick] + arrivals[tick + 1]
    return Timing(
        dt_ms,
        horizon,
        tuple(chunks),
        tuple(None if k in missed else tuple(new) for k, new in enumerate(arrivals)),
    )


def run(scheduler, timing):
    """The displacement per tick that the loop took; the list has no entry for a missed one."""
    result = []
    for tick, new in enumerate(timing.arrivals):
        if new is None:
            continue
        for index in new:
            scheduler.add(timing.chunks[index])
        result.append(scheduler.displacement(tick * PERIOD, PERIOD))
    return result


@dataclass
class Reference:
    """Counts milliseconds.

    Attributes:
        timing: The run.
        hold_actions: How many first actions of a chunk are kept to; None lets all count together.
    """

    timing: Timing
    hold_actions: int | None
    known: list[int] = field(default_factory=list)
    own: dict[int, int] = field(default_factory=dict)
    current: int | None = None
    held_until: int = 0

    def places(self, now):
        """(chunk, its own time) of those that have begun and are not over, oldest first."""
        span = self.timing.dt_ms * self.timing.horizon
        result = []
        for index in self.known:
            start = self.timing.chunks[index].start_ns // MS
            own = self.own[index]
            lag = now - start - own
            if start <= now and own < span and lag < span:
                result.append((index, own))
        return result

    def choose(self, now):
        places = self.places(now)
        if self.hold_actions is None or not places:
            return places
        running = [place for place in places if place[0] == self.current]
        if running and (
            running[0] == places[-1] or running[0][1] // self.timing.dt_ms < self.held_until
        ):
            return running
        self.current, own = places[-1]
        row = own // self.timing.dt_ms
        self.held_until = max(self.hold_actions, row + 1) if self.hold_actions else row
        self.known = [index for index in self.known if index >= self.current]
        return [places[-1]]

    def ticks(self):
        """Per tick the (chunks with rows, milliseconds) pieces in order."""
        commanded = []
        for tick, new in enumerate(self.timing.arrivals):
            if new is None:
                continue
            for index in new:
                # Chunks are numbered in the order of their observations.
                if self.hold_actions is None or self.current is None or index >= self.current:
                    self.known.append(index)
                start = self.timing.chunks[index].start_ns // MS
                self.own[index] = sum(1 for ms in commanded if ms >= start)
            self.known.sort()
            pieces = []
            for now in range(tick * TICK_MS, (tick + 1) * TICK_MS):
                rows = tuple((i, own // self.timing.dt_ms, own) for i, own in self.choose(now))
                if not rows:
                    continue
                commanded.append(now)
                for index in self.own:
                    if self.timing.chunks[index].start_ns // MS <= now:
                        self.own[index] += 1
                key = tuple((i, row) for i, row, _ in rows)
                if pieces and pieces[-1][0] == key:
                    pieces[-1][1] += 1
                else:
                    pieces.append([key, 1, rows])
            yield pieces
