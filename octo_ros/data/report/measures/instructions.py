# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""The instructions of a dataset, how often each is used, and what is odd about it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from octo_ros.data.report.measures.wording import lint

if TYPE_CHECKING:
    from octo_ros.data.report.facts import ConversionFacts


@dataclass(frozen=True)
class InstructionUse:
    """One instruction.

    Attributes:
        text: As it is stored.
        episodes: Recorded episodes with it.
        steps: Steps with it.
        lint: What is odd about it.
    """

    text: str
    episodes: int
    steps: int
    lint: tuple[str, ...]


def instruction_uses(facts: ConversionFacts) -> tuple[InstructionUse, ...]:
    """One per instruction, the one with most episodes first, then by the alphabet."""
    episodes: Counter[str] = Counter()
    steps: Counter[str] = Counter()
    for episode in facts.episodes:
        episodes[episode.report.instruction] += 1
        steps[episode.report.instruction] += sum(episode.report.steps)
    order = sorted(episodes, key=lambda text: (-episodes[text], text))
    return tuple(InstructionUse(text, episodes[text], steps[text], lint(text)) for text in order)
