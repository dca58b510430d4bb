# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Texts of whatever length, cut to what people read."""

from __future__ import annotations

WORDS = 200  # characters of an instruction or a name
SENTENCE = 600  # characters of a sentence, which may quote instructions


def shortened(text: str, limit: int = WORDS) -> str:
    """The text, or its beginning and how many characters it has."""
    if len(text) <= limit:
        return text
    return f'{text[:limit]} … ({len(text)} characters)'


def in_few(steps: tuple[int, ...], limit: int = 8) -> str:
    """Steps of the parts of an episode, `30 + 12`; of many parts the sum."""
    if len(steps) <= limit:
        return ' + '.join(map(str, steps))
    return f'{sum(steps)} in {len(steps)} parts'
