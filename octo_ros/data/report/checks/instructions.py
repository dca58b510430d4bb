# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Instructions that a policy cannot learn from, or learns wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from octo_ros.data.report.finding import Finding, Severity
from octo_ros.data.report.measures import alike, wording

if TYPE_CHECKING:
    from octo_ros.data.report.measured import Measured


def check_empty_instructions(measured: Measured) -> Iterator[Finding]:
    """Episodes without words: Octo takes them for unlabelled."""
    places = tuple(
        episode.report.place
        for episode in measured.facts.episodes
        if not episode.report.instruction.strip()
    )
    if places:
        yield Finding(
            Severity.ERROR,
            'instruction_empty',
            places,
            f'Episodes without an instruction: {len(places)}.',
            'every episode needs one',
            'Give one with --instruction, or record it.',
        )


def check_programmatic_instructions(measured: Measured) -> Iterator[Finding]:
    """Names of tasks instead of sentences: Octo's language encoder knows English, not code."""
    found = _with_lint(measured, *wording.PROGRAMMATIC)
    if found:
        first = next(use for use in measured.instructions if use.text == found[0])
        kinds = ', '.join(kind for kind in first.lint if kind in wording.PROGRAMMATIC)
        yield Finding(
            Severity.WARNING,
            'instruction_programmatic',
            found,
            f'Instructions that look like code: {len(found)}; “{found[0]}” has {kinds}.',
            'plain words',
            'Say it as a person would: “pick up the red block”, not “pick_block(red)”.',
        )


def check_long_instructions(measured: Measured) -> Iterator[Finding]:
    """Sentences that do not fit into Octo's text encoder."""
    cut = _with_lint(measured, wording.TOO_LONG)
    if cut:
        yield Finding(
            Severity.WARNING,
            'instruction_long',
            cut,
            f'Instructions of which Octo does not read the end: {len(cut)}.',
            f'{wording.TOKENS - 1} words at most ({wording.TOKENS} tokens with the end mark)',
            'Shorten them; what tells tasks apart must come first.',
        )
    maybe = _with_lint(measured, wording.MAYBE_TOO_LONG)
    if maybe:
        yield Finding(
            Severity.NOTE,
            'instruction_perhaps_long',
            maybe,
            f'Instructions of which Octo may not read the end: {len(maybe)}.',
            f'note above {wording.MAYBE_CUT_WORDS} words; {wording.TOKENS} tokens are read',
            'Shorten them if you can.',
        )


def check_mixed_forms(measured: Measured) -> Iterator[Finding]:
    """The same sentence in several spellings."""
    groups = alike.mixed_forms(use.text for use in measured.instructions)
    if groups:
        forms = ', '.join(f'“{text}”' for text in groups[0])
        yield Finding(
            Severity.WARNING,
            'instruction_mixed_forms',
            tuple(text for group in groups for text in group),
            f'Sentences that come in several forms: {len(groups)}; for example {forms}.',
            'one form per sentence',
            'Use one spelling, without a full stop and stray spaces: to the encoder they differ.',
        )


def check_near_duplicates(measured: Measured) -> Iterator[Finding]:
    """Sentences that are almost the same."""
    pairs = alike.near_duplicates(use.text for use in measured.instructions)
    if pairs:
        first, second = pairs[0]
        yield Finding(
            Severity.NOTE,
            'instruction_alike',
            tuple(f'{a} / {b}' for a, b in pairs),
            f'Pairs that differ in an article or a letter: {len(pairs)}'
            f'{" or more" if len(pairs) == alike.MOST_PAIRS else ""}; for example “{first}” and '
            f'“{second}”.',
            remedy='Look for typing errors.',
        )


def _with_lint(measured: Measured, *kinds: str) -> tuple[str, ...]:
    return tuple(use.text for use in measured.instructions if set(use.lint) & set(kinds))
