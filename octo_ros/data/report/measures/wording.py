# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Lint of one instruction: is it a sentence that a person would say, of a length Octo reads?"""

from __future__ import annotations

import re

# Octo's text encoder reads 16 tokens, the last of them the end mark. A word is at least one token
# and seldom more than four thirds of one.
TOKENS = 16
SURELY_CUT_WORDS = TOKENS
MAYBE_CUT_WORDS = 12
SURELY_CUT_CHARACTERS = 500  # no token is that long; what comes after them is not looked at

EMPTY = 'empty'
TOO_LONG = 'too long'
MAYBE_TOO_LONG = 'perhaps too long'
SNAKE_CASE = 'snake_case'
CAMEL_CASE = 'camelCase'
CALL = 'function call'
FILE = 'file name'
BRACES = 'braces'
SPACES = 'stray spaces'

PROGRAMMATIC = {
    SNAKE_CASE: re.compile(r'\w_\w'),
    CAMEL_CASE: re.compile(r'\b[a-z]+[A-Z]|\b(?:[A-Z][a-z]+){2,}\b'),
    CALL: re.compile(r'\w\('),
    FILE: re.compile(r'\w\.[A-Za-z][A-Za-z0-9]{1,4}\b|[/\\]\w+[/\\.]|(?:^|\s)[/\\~]\w'),
    BRACES: re.compile(r'[{}<>\[\]]'),
}


def lint(instruction: str) -> tuple[str, ...]:
    """What is odd about an instruction; nothing if it is a plain sentence."""
    is_cut = len(instruction) > SURELY_CUT_CHARACTERS
    instruction = instruction[:SURELY_CUT_CHARACTERS]
    words = len(instruction.split())
    if not words:
        return (EMPTY,)
    found = [name for name, pattern in PROGRAMMATIC.items() if pattern.search(instruction)]
    if is_cut or words >= SURELY_CUT_WORDS:
        found.append(TOO_LONG)
    elif words > MAYBE_CUT_WORDS:
        found.append(MAYBE_TOO_LONG)
    if instruction != ' '.join(instruction.split()):
        found.append(SPACES)
    return tuple(found)
