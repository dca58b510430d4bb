# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Ticks as they happen on a robot: lost and repeated frames, new tasks, abandoned preparations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from octo_ros.model.batch import Tasks
from octo_ros.policy.engines.frame import Frame, History


@dataclass(frozen=True)
class Tick:
    """`prepared` is what the idle time before it is spent on, with `patience` pieces of it."""

    task: Tasks | None
    prepared: History | None
    patience: int | None
    history: History
    newest: Frame


def ticks(world, window: int, count: int) -> Iterator[Tick]:
    rng, cameras = world.rng, [key for c in world.octo.config.cameras for key in c.image_keys]
    seen: list[Frame | None] = [None] * window
    for number in range(count):
        task = None
        if number == 0 or rng.random() < 0.04:
            task = world.task(words=bool(rng.random() < 0.6), goals=bool(rng.random() < 0.6))
        if rng.random() < 0.04:
            seen = [None] * window
        expected = tuple(seen[1:])
        lost = rng.random() < 0.1 and number > 0
        if lost:
            seen.append(world.frame())
        chance = rng.random()
        prepared = None if chance < 0.1 else expected
        patience = int(rng.integers(0, 5)) if 0.1 < chance < 0.3 else None
        history = tuple(seen[-(window - 1) :]) if window > 1 else ()
        if rng.random() < 0.1 and seen[-1] is not None:
            newest = seen[-1]
        else:
            newest = world.frame([key for key in cameras if rng.random() < 0.1])
        yield Tick(task, prepared if window > 1 else (), patience, history, newest)
        seen = [*seen, newest][-window:]


def run(engine, tick: Tick, sampling):
    """What the engine makes of a tick."""
    if tick.task is not None:
        engine.set_task(engine.encode(tick.task))
    if tick.prepared is not None:
        left = iter(range(tick.patience if tick.patience is not None else 10**9))
        engine.prepare(tick.prepared, lambda: next(left, None) is None)
    return engine.act(tick.history, tick.newest, sampling)
