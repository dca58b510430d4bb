# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Values of many places against limits: one finding per severity, the worst place first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from octo_ros.data.report.finding import Finding, Severity


@dataclass(frozen=True)
class Limit:
    """A value that must not be passed.

    Attributes:
        value: The largest value that is still good.
        severity: How bad it is to pass it.
        words: The limit for people, with its unit.
    """

    value: float
    severity: Severity
    words: str


def graded(
    code: str,
    values: Iterable[tuple[str, float]],
    limits: Iterable[Limit],
    sentence: Callable[[float], str],
    remedy: str,
) -> Iterator[Finding]:
    """Compare values with limits.

    Args:
        code: Name of what is looked for.
        values: Places and their values; a place may come several times, its worst value counts.
        limits: Each place is reported for the highest of these that it passes.
        sentence: Says what the worst value means.
        remedy: What to do.

    Yields:
        At most one finding per limit.
    """
    worst: dict[str, float] = {}
    for place, value in values:
        worst[place] = max(value, worst.get(place, value))
    ceiling = float('inf')
    for limit in sorted(limits, key=lambda limit: -limit.value):
        beyond = {p: v for p, v in worst.items() if limit.value < v <= ceiling}
        ceiling = limit.value
        if beyond:
            places = sorted(beyond, key=lambda place: -beyond[place])
            value = beyond[places[0]]
            yield Finding(
                limit.severity, code, tuple(places), sentence(value), limit.words, remedy
            )
