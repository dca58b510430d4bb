# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Collects what is wrong, each kind once however often it occurs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One kind of thing that is wrong.

    Attributes:
        code: Its kind, for programs.
        count: How often it occurs.
        sentence: Its first occurrence, for people.
    """

    code: str
    count: int
    sentence: str

    def __str__(self) -> str:
        more = f' (and {self.count - 1} more like it)' if self.count > 1 else ''
        return f'{self.sentence}{more}'


class Problems:
    """Counts problems by kind and remembers the first sentence of each."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._sentences: dict[str, str] = {}

    def add(self, code: str, sentence: str) -> None:
        """Note one occurrence."""
        self._counts[code] += 1
        self._sentences.setdefault(code, sentence)

    @property
    def found(self) -> tuple[Problem, ...]:
        """All kinds, in the order in which they first occurred."""
        return tuple(
            Problem(code, self._counts[code], sentence)
            for code, sentence in self._sentences.items()
        )
