# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Instructions that are probably meant to be one: other case or punctuation, or a typing error."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

ARTICLES = frozenset({'a', 'an', 'the'})
LEAST_LETTERS = 4  # in shorter words one letter makes another word: red and bed
MOST_LETTERS = 40  # longer ones are no words
MOST_CHARACTERS = 500  # a sentence that is longer is told of for its length
MOST_PAIRS = 1000  # nobody reads more


def mixed_forms(instructions: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Groups of instructions that differ only in case, punctuation at the end or spaces."""
    groups: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for instruction in instructions:
        if instruction.strip():
            groups[plain(instruction)][instruction] = None
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def near_duplicates(instructions: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Pairs that differ only in articles, or by one letter of one word; at most MOST_PAIRS.

    Mixed forms of the same sentence are not repeated here; sentences of more than MOST_CHARACTERS
    are left out. The time is linear in the number of instructions.
    """
    spelt: dict[str, str] = {}
    for instruction in instructions:
        if instruction.strip() and len(instruction) <= MOST_CHARACTERS:
            spelt.setdefault(plain(instruction), instruction)
    pairs: dict[tuple[str, str], None] = {}
    for pair in chain(_by_articles(spelt), _by_typo(spelt)):
        pairs[pair] = None
        if len(pairs) == MOST_PAIRS:
            break
    return tuple((spelt[a], spelt[b]) for a, b in pairs)


def plain(instruction: str) -> str:
    """The sentence in lower case, without punctuation at the end and with single spaces."""
    return re.sub(r'[\s.!?;:,]+$', '', ' '.join(instruction.casefold().split()))


def _by_articles(spelt: Iterable[str]) -> Iterator[tuple[str, str]]:
    groups: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for text in spelt:
        groups[tuple(word for word in text.split() if word not in ARTICLES)].append(text)
    for group in groups.values():
        for other in group[1:]:
            yield group[0], other


def _by_typo(spelt: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Sentences that are alike but for one word, which differs by one letter.

    Each is remembered by what remains without one letter of one word, or none: two words that are
    one letter apart, or have two letters swapped, have such a remainder in common.
    """
    seen: defaultdict[tuple[str, ...], list[tuple[str, str]]] = defaultdict(list)
    for text in spelt:
        words = text.split()
        for index, word in enumerate(words):
            if not LEAST_LETTERS <= len(word) <= MOST_LETTERS:
                continue
            remainders = {word} | {word[:i] + word[i + 1 :] for i in range(len(word))}
            for remainder in remainders:
                key = (str(index), remainder, *words[:index], *words[index + 1 :])
                for other, earlier in seen[key]:
                    if _one_letter_apart(word, other):
                        yield earlier, text
                seen[key].append((word, text))


def _one_letter_apart(a: str, b: str) -> bool:
    """One letter more, fewer or other, or two neighbours swapped; not a digit."""
    if any(character.isdigit() for character in a + b):
        return False
    if len(a) > len(b):
        a, b = b, a
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    if len(a) + 1 == len(b):
        return a[start:] == b[start + 1 :]
    swapped = a[start + 1 : start + 2] + a[start : start + 1] + a[start + 2 :]
    same_length = len(a) == len(b)
    return same_length and (a[start + 1 :] == b[start + 1 :] or swapped == b[start:])
