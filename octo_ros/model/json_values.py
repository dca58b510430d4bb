# Copyright 2026 octo_ros contributors
# SPDX-License-Identifier: Apache-2.0
"""Values of a checkpoint's JSON files → frozen dataclasses; what does not fit is one sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from octo_ros.errors import ConfigError

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

T = TypeVar('T')

_MOST_PROBLEMS = 3
_UNKNOWN = ('unexpected_keyword_argument', 'extra_forbidden')
_MISSING = ('missing', 'missing_argument', 'missing_keyword_only_argument')


def from_json(cls: type[T], values: Mapping[str, Any], where: str) -> T:
    """Build `cls` from plain values.

    Args:
        cls: A `config_dataclass`.
        values: Of a JSON object.
        where: Path of that object in its file, `model.heads.action.kwargs`, for messages.

    Raises:
        ConfigError: One sentence: each problem's path, what was given, what is allowed.
    """
    try:
        return TypeAdapter(cls).validate_python(values)
    except ValidationError as error:
        problems = [_problem(problem, cls, where) for problem in error.errors()]
        more = len(problems) - _MOST_PROBLEMS
        rest = f'; and {more} more problems' if more > 0 else ''
        msg = f'{"; ".join(problems[:_MOST_PROBLEMS])}{rest}.'
        raise ConfigError(msg) from None


def _problem(problem: ErrorDetails, cls: type[Any], where: str) -> str:
    names = [name for name in problem['loc'] if name != '[key]']
    path = '.'.join((where, *(f'{_plain(str(name)):.60}' for name in names)))
    if problem['type'] in _MISSING:
        return f'{path} is missing'
    if problem['type'] in _UNKNOWN:
        known = ', '.join(field.name for field in fields(cls)) if len(names) == 1 else ''
        return f'{path} is not known{f" (known: {known})" if known else ""}; remove it'
    # pydantic says: Input should be greater than 0.
    allowed = re.sub(r'^\w+ should ', 'it must ', problem['msg'])
    return f'{path} is {_given(problem["input"])}; {allowed}'


def _given(value: object) -> str:
    """The value as JSON; of an object or a list its size only, which may be long."""
    if isinstance(value, Mapping):
        return f'an object of {len(value)} entries'
    if isinstance(value, list | tuple):
        return f'a list of {len(value)} items'
    text = json.dumps(value, default=str)
    return text if len(text) <= 60 else f'{text[:60]}…'


def _plain(name: str) -> str:
    return name if name.isprintable() else repr(name)
