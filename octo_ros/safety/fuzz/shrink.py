# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Cuts an episode down to the inputs that a violation needs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from octo_ros.safety.fuzz.inputs import FOLLOWING, UNLOCKED, Episode, TickInput

if TYPE_CHECKING:
    from collections.abc import Callable

PLAYS = 80
"""Times that an episode is played at most."""


def shrink(
    episode: Episode, broken_at: Callable[[Episode], int | None], period_ns: int
) -> Episode | None:
    """Leave out what the violation does not need.

    What is left out is replaced by what is harmless: no command, an arm that follows, no lock, no
    action, a clock that ticks. First one kind of input is left out everywhere, then all kinds in
    ever shorter stretches of time.

    Args:
        episode: That ends with the violation.
        broken_at: Plays an episode and gives the tick of the first violation of the same
            invariant; None if it does not occur.
        period_ns: Control period [ns].

    Returns:
        A shorter episode that still ends with it; None if even the whole one does not show it on
        a fresh filter.
    """
    plays = 0

    def attempt(inputs: list[TickInput]) -> list[TickInput] | None:
        nonlocal plays
        plays += 1
        tick = broken_at(replace(episode, inputs=inputs))
        return None if tick is None else inputs[: max(tick, 0) + 1]

    best = attempt(episode.inputs)
    if best is None:
        return None
    for harmless in (_calm, _unlocked, _idle, _punctual, _silent):
        found = attempt([harmless(given, period_ns) for given in best])
        best = best if found is None else found
    length = len(best) // 2
    while length > 0 and plays < PLAYS:
        begin = 0
        while begin < len(best) and plays < PLAYS:
            end = begin + length
            if any(_worth(given) for given in best[begin:end]):
                empty = [_silent(_all(given, period_ns), period_ns) for given in best[begin:end]]
                found = attempt([*best[:begin], *empty, *best[end:]])
                best = best if found is None else found
            begin = end
        length //= 2
    return replace(episode, inputs=best)


def _calm(given: TickInput, period_ns: int) -> TickInput:
    del period_ns  # Unused.
    return replace(given, measured=FOLLOWING)


def _unlocked(given: TickInput, period_ns: int) -> TickInput:
    del period_ns  # Unused.
    return replace(given, locks=UNLOCKED)


def _idle(given: TickInput, period_ns: int) -> TickInput:
    del period_ns  # Unused.
    return replace(given, actions=())


def _punctual(given: TickInput, period_ns: int) -> TickInput:
    return replace(given, step_ns=period_ns)


def _silent(given: TickInput, period_ns: int) -> TickInput:
    del period_ns  # Unused.
    return replace(given, command=None, manner='')


def _all(given: TickInput, period_ns: int) -> TickInput:
    """Harmless but for its command and the clock, on which all later stamps depend."""
    return _idle(_unlocked(_calm(given, period_ns), period_ns), period_ns)


def _worth(given: TickInput) -> bool:
    """Whether there is something to leave out."""
    return (
        given.command is not None
        or given.measured is not FOLLOWING
        or given.locks is not UNLOCKED
        or bool(given.actions)
    )
